"""The milestone statements of one batch, from values to ledger rows. Used by ``Recording`` only."""

from collections import Counter, defaultdict

from odoo.tools import SQL

from ..core import change, fact
from ..core.change import Change
from ..core.clock import naive, utc
from ..core.fact import MilestoneFact, Outcome
from ..core.fact_key import conflict_key, content_hash, fact_key, place_key
from ..core.flow_policy import latency_of
from ..core.ownership import ACCEPT, ADVISORY, REJECT, Judgement
from .recording_places import Places

_OUTCOMES = {
    ACCEPT: (fact.RECORDED, change.EVENT),
    ADVISORY: (fact.ADVISORY, change.ADVISORY),
    REJECT: (fact.REJECTED, change.REJECTED),
}


class LedgerWriter:
    """Judges the statements of a recording and inserts those that are new.

    A known statement is counted, a contradicting one kept beside the first; outcomes and changes
    are noted on the recording.
    """

    def __init__(self, recording):
        self.recording = recording
        self.env = recording.env
        self.system = recording.system
        self.policies = self.env["logistics.flow.policy"]._policy_by_milestone(
            self.system.company_id.id
        )

    def store(self):
        judge = self.env["logistics.ownership.rule"]._judge_of(self.system)
        catalogue = self.env["logistics.milestone"]._catalogue()
        facts = self.recording.facts_of(MilestoneFact)
        places = Places(self.env, self.system, facts)
        rows, repeats = {}, Counter()
        owners = defaultdict(list)
        for index, stated in facts.items():
            target = self.recording.targets.get(index)
            if not target:
                continue
            if stated.milestone not in catalogue:
                self.recording.outcomes[index] = Outcome(
                    fact.REJECTED,
                    target.shipment_id,
                    explanation=f"there is no milestone {stated.milestone!r} in the catalogue",
                )
                continue
            statement = self.recording.statements[index]
            row = self._event_row(stated, target, statement, judge, catalogue, places)
            known = rows.get(row["fact_key"])
            if known and known["content_hash"] == row["content_hash"]:
                repeats[row["fact_key"]] += 1
            elif known:
                row = self._as_conflict(row)
                rows.setdefault(row["fact_key"], row)
            else:
                rows[row["fact_key"]] = row
            owners[row["fact_key"]].append(index)
        self._store_events(rows, repeats, owners)

    def _event_row(self, stated, target, statement, judge, catalogue, places):
        judgement = self._judgement(stated, statement, judge)
        place = place_key(target.shipment_id, target.consignment_id, target.package_id)
        # No message can take the key of an override before it is stated.
        place += "/override" if statement.override else ""
        return {
            "shipment_id": target.shipment_id,
            "consignment_id": target.consignment_id,
            "package_id": target.package_id,
            "company_id": self.system.company_id.id,
            "milestone_id": catalogue[stated.milestone][0],
            "milestone_code": stated.milestone,
            "classifier": stated.classifier,
            "occurred_at": naive(stated.occurred_at),
            "stated_at": naive(stated.stated_at),
            "received_at": naive(statement.received_at),
            "utc_offset": stated.utc_offset,
            "timezone_assumed": stated.timezone_assumed,
            "system_id": self.system.id,
            "source_event_id": stated.source_event_id,
            "source": statement.source or None,
            "raw_code": stated.raw_code or None,
            "raw_text": stated.raw_text or None,
            "inferred": stated.inferred,
            "verdict": judgement.verdict,
            "rule_id": judgement.rule_id,
            "priority": judgement.priority,
            "retracts": stated.retracts,
            "is_override": statement.override,
            "closes": stated.closes,
            "reason": stated.reason or None,
            "responsible_party": stated.responsible_party or None,
            **places.columns(stated.location),
            **self._evidence_values(stated, target),
            "fact_key": fact_key(stated, self.system.id, place),
            "content_hash": content_hash(stated),
            **self._latency_values(stated, statement),
        }

    def _evidence_values(self, stated, target):
        proof = stated.evidence or fact.Evidence()
        return {
            "signer": proof.signer or None,
            "document_url": proof.document_url or None,
            "document_sha256": proof.sha256 or None,
            "document_id": self.recording.documents.of(target.shipment_id, proof),
            "weight": stated.weight.value if stated.weight else None,
            "weight_unit": stated.weight.unit if stated.weight else None,
        }

    def _latency_values(self, stated, statement):
        """How long the fact took, judged by the policy of today."""
        latency = latency_of(
            stated.classifier,
            stated.occurred_at,
            stated.stated_at,
            statement.received_at,
            utc(self.env.cr.now()),
            self.policies.get(stated.milestone),
        )
        return {
            "latency": latency.seconds,
            "latency_limit": latency.limit,
            "latency_breached": latency.breached,
        }

    def _judgement(self, stated, statement, judge):
        """What the rules say; an override stands on its approval instead, whoever owns the fact."""
        if statement.override and self.system.kind == "odoo":
            return Judgement(ACCEPT, None, 0)
        return judge(stated.milestone)

    def _store_events(self, rows, repeats, owners):
        inserted = self._insert_ignoring_known(rows.values())
        known = self._read_known(key for key in rows if key not in inserted)
        contradicting = {}
        for key, (_id, digest, verdict) in known.items():
            row = rows[key]
            if verdict == "conflict" or digest == row["content_hash"]:
                repeats[key] += 1
                continue
            conflict = self._as_conflict(row)
            contradicting[conflict["fact_key"]] = conflict
            owners[conflict["fact_key"]] = owners.pop(key)
            rows[conflict["fact_key"]] = conflict
        inserted |= self._insert_ignoring_known(contradicting.values())
        known |= self._read_known(key for key in contradicting if key not in inserted)
        self._count_repeats(repeats, {key: known[key][0] for key in known} | inserted)
        for key, indexes in owners.items():
            event_id = inserted.get(key) or known[key][0]
            for position, index in enumerate(indexes):
                self._tell(index, rows[key], event_id, new=key in inserted and position == 0)

    def _as_conflict(self, row):
        return row | {
            "fact_key": conflict_key(row["fact_key"], row["content_hash"]),
            "verdict": "conflict",
        }

    def _insert_ignoring_known(self, rows):
        """Insert and return ``{fact_key: id}`` of the rows that were new."""
        rows = list(rows)
        if not rows:
            return {}
        uid, now = self.env.uid, self.env.cr.now()
        stamp = {"duplicate_count": 0, "recorded_at": now}
        stamp |= {"create_uid": uid, "create_date": now, "write_uid": uid, "write_date": now}
        columns = [*rows[0], *stamp]
        returned = self.env.execute_query(
            SQL(
                "INSERT INTO logistics_milestone_event (%s) VALUES %s"
                " ON CONFLICT (fact_key) DO NOTHING RETURNING fact_key, id",
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(SQL("%s", (*row.values(), *stamp.values())) for row in rows),
            )
        )
        return dict(returned)

    def _read_known(self, keys):
        keys = list(keys)
        if not keys:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT fact_key, id, content_hash, verdict FROM logistics_milestone_event"
                " WHERE fact_key = ANY(%s)",
                keys,
            )
        )
        return {key: (event_id, digest, verdict) for key, event_id, digest, verdict in rows}

    def _count_repeats(self, repeats, ids):
        if repeats:
            self.env.cr.execute(
                SQL(
                    "UPDATE logistics_milestone_event AS event"
                    " SET duplicate_count = duplicate_count + repeated.times"
                    " FROM (VALUES %s) AS repeated(id, times) WHERE event.id = repeated.id",
                    SQL(", ").join(SQL("%s", (ids[key], n)) for key, n in repeats.items()),
                )
            )

    def _tell(self, index, row, event_id, new):
        """Note the outcome of one statement and the change that it is."""
        if not new:
            status, kind, detail = fact.DUPLICATE, change.DUPLICATE, ""
        elif row["verdict"] == "conflict":
            status, kind = fact.CONFLICT, change.CONFLICT
            detail = "the same event was stated differently before; the first statement stands"
        else:
            status, kind = _OUTCOMES[row["verdict"]]
            detail = "" if status == fact.RECORDED else f"{self.system.name} does not own this fact"
        if new and row["is_override"]:
            kind = change.OVERRIDE
        elif new and row["retracts"]:
            kind = change.RETRACTION
        self.recording.outcomes[index] = Outcome(status, row["shipment_id"], event_id, detail)
        self.recording.changes.append(
            Change(kind, row["shipment_id"], event_id, detail=row["milestone_code"])
        )
