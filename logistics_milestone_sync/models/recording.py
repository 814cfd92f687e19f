"""One batch of statements on its way into the ledger. Used by ``_record_facts`` only."""

from collections import Counter, defaultdict

from odoo.tools import SQL

from ..core import change, fact
from ..core.change import Change
from ..core.clock import naive
from ..core.fact import ChargeFact, MilestoneFact, Outcome, ReferenceFact
from ..core.fact_key import conflict_key, content_hash, fact_key
from ..core.ownership import ACCEPT, ADVISORY, REJECT, judge
from ..core.reference import NoMatch, resolve
from .recording_names import Names

_OUTCOMES = {
    ACCEPT: (fact.RECORDED, change.EVENT),
    ADVISORY: (fact.ADVISORY, change.ADVISORY),
    REJECT: (fact.REJECTED, change.REJECTED),
}


class Recording:
    """Takes the statements of one system through the steps in ``run``.

    Set-based: the number of queries does not depend on the number of statements.
    """

    def __init__(self, env, system, statements):
        self.env = env
        self.system = system
        self.statements = statements
        self.outcomes = [None] * len(statements)
        self.targets = {}
        self.changes = []

    def run(self, park):
        """Record everything; afterwards ``outcomes`` and ``changes`` tell what happened."""
        names = Names(self.env, self.system, self._facts_of(fact.Fact))
        self._resolve_naming(names)
        self._resolve_rest(names)
        self._lock()
        if names.store():
            self._resolve_rest(names)  # a new number may have its own consignment by now
        self._insert_events()
        self._insert_charges()
        if park:
            self._park()
        return self.env["logistics.shipment"].browse(sorted(self.shipment_ids))

    @property
    def shipment_ids(self):
        return {target.shipment_id for target in self.targets.values()}

    def _facts_of(self, kind):
        return {i: s.fact for i, s in enumerate(self.statements) if isinstance(s.fact, kind)}

    # === Which shipment === #

    def _resolve_naming(self, names):
        """Names that the batch gives are known to the rest of the batch."""
        for index, named in self._facts_of(ReferenceFact).items():
            match = self._match(index, named, names)
            if match:
                self._assign(index, named, match.target, names)

    def _resolve_rest(self, names):
        for index, stated in self._facts_of((MilestoneFact, ChargeFact)).items():
            self._match(index, stated, names)

    def _match(self, index, stated, names):
        match = resolve(stated.references, names.lookup, issuer=self.system.id)
        if isinstance(match, NoMatch):
            self.outcomes[index] = Outcome(fact.PARKED, explanation=match.explanation)
            return None
        self.targets[index] = match.target
        return match

    def _assign(self, index, named, target, names):
        refusal, added = names.assign(target, named.assigns)
        status = fact.REJECTED if refusal else fact.RECORDED if added else fact.DUPLICATE
        self.outcomes[index] = Outcome(status, target.shipment_id, explanation=refusal)
        if added:
            self.changes.append(
                Change(change.REFERENCE, target.shipment_id, detail=", ".join(added))
            )

    def _lock(self):
        """Take the row locks of all shipments in id order: two batches can then never deadlock."""
        if self.shipment_ids:
            self.env.cr.execute(
                "SELECT 1 FROM logistics_shipment WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                [sorted(self.shipment_ids)],
            )

    # === The ledger === #

    def _insert_events(self):
        rules = self.env["logistics.ownership.rule"]._rules_of(self.system.company_id)
        catalogue = self.env["logistics.milestone"]._catalogue()
        rows, repeats = {}, Counter()
        owners = defaultdict(list)
        for index, stated in self._facts_of(MilestoneFact).items():
            target = self.targets.get(index)
            if not target:
                continue
            if stated.milestone not in catalogue:
                self.outcomes[index] = Outcome(
                    fact.REJECTED,
                    target.shipment_id,
                    explanation=f"there is no milestone {stated.milestone!r} in the catalogue",
                )
                continue
            row = self._event_row(stated, target, self.statements[index], rules, catalogue)
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

    def _event_row(self, stated, target, statement, rules, catalogue):
        judgement = judge(rules, stated.milestone, self.system.id, self.system.kind)
        place = f"s{target.shipment_id}/c{target.consignment_id or ''}"
        proof = stated.evidence or fact.Evidence()
        return {
            "shipment_id": target.shipment_id,
            "consignment_id": target.consignment_id,
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
            "reason": stated.reason or None,
            "responsible_party": stated.responsible_party or None,
            "location_label": stated.location.label if stated.location else None,
            "signer": proof.signer or None,
            "document_url": proof.document_url or None,
            "document_sha256": proof.sha256 or None,
            "weight": stated.weight.value if stated.weight else None,
            "weight_unit": stated.weight.unit if stated.weight else None,
            "fact_key": fact_key(stated, self.system.id, place),
            "content_hash": content_hash(stated),
        }

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
            self.env.cr.execute_values(
                "UPDATE logistics_milestone_event AS event"
                " SET duplicate_count = duplicate_count + repeated.times"
                " FROM (VALUES %s) AS repeated(id, times) WHERE event.id = repeated.id",
                sorted((ids[key], times) for key, times in repeats.items()),
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
        if new and row["retracts"]:
            kind = change.RETRACTION
        self.outcomes[index] = Outcome(status, row["shipment_id"], event_id, detail)
        self.changes.append(
            Change(kind, row["shipment_id"], event_id, detail=row["milestone_code"])
        )

    # === Charges and the unknown === #

    def _insert_charges(self):
        stated = [
            (index, self.targets[index], charge, self.statements[index])
            for index, charge in self._facts_of(ChargeFact).items()
            if index in self.targets
        ]
        outcomes = self.env["logistics.charge"]._state(self.system, stated)
        for index, outcome, what in outcomes:
            self.outcomes[index] = outcome
            if what:
                self.changes.append(what)

    def _park(self):
        parked = [
            (statement, outcome.explanation)
            for statement, outcome in zip(self.statements, self.outcomes, strict=True)
            if outcome.status == fact.PARKED
        ]
        if parked:
            self.env["logistics.parked.fact"]._park(self.system, parked)
