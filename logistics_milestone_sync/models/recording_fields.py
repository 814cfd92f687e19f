"""The statements about shipment fields of one batch, to rows. Used by ``Recording`` only."""

import hashlib
import json
from collections import Counter, defaultdict

from odoo.tools import SQL

from ..core import change, fact
from ..core.change import Change
from ..core.clock import naive, utc
from ..core.fact import AttributeFact, Outcome
from ..core.ownership import ACCEPT, ADVISORY, FIELD, REJECT, Topic

_STATUS = {ACCEPT: fact.RECORDED, ADVISORY: fact.ADVISORY, REJECT: fact.REJECTED}


class FieldWriter:
    """Judges the statements of a recording about fields and inserts those that are new."""

    def __init__(self, recording):
        self.recording = recording
        self.env = recording.env
        self.system = recording.system

    def store(self):
        stated = {
            index: said
            for index, said in self.recording.facts_of(AttributeFact).items()
            if index in self.recording.targets
        }
        if not stated:
            return
        judge = self.env["logistics.ownership.rule"]._judge_of(self.system)
        rows, owners = {}, defaultdict(list)
        for index, said in stated.items():
            row = self._row(said, index, judge)
            rows.setdefault(row["statement_key"], row)
            owners[row["statement_key"]].append(index)
        inserted = self._insert(list(rows.values()))
        repeats = Counter({key: len(indexes) for key, indexes in owners.items()})
        repeats.subtract(inserted)
        self._count_repeats(repeats)
        for key, indexes in owners.items():
            for position, index in enumerate(indexes):
                self._tell(index, rows[key], new=key in inserted and position == 0)

    def _row(self, said, index, judge):
        statement = self.recording.statements[index]
        shipment_id = self.recording.targets[index].shipment_id
        judgement = judge(Topic(FIELD, said.field))
        said_at = naive(said.stated_at or statement.received_at)
        identity = [self.system.id, shipment_id, said.field, said.value, said_at.isoformat()]
        return {
            "shipment_id": shipment_id,
            "company_id": self.system.company_id.id,
            "field_name": said.field,
            "value": said.value or None,
            "system_id": self.system.id,
            "verdict": judgement.verdict,
            "rule_id": judgement.rule_id,
            "priority": judgement.priority,
            "said_at": said_at,
            "stated_at": naive(said.stated_at),
            "received_at": naive(statement.received_at),
            "source": statement.source or None,
            "statement_key": hashlib.sha256(json.dumps(identity).encode()).hexdigest(),
        }

    def _insert(self, rows):
        """Insert and return the keys of the rows that were new."""
        uid, now = self.env.uid, self.env.cr.now()
        stamp = {"duplicate_count": 0, "recorded_at": now}
        stamp |= {"create_uid": uid, "create_date": now, "write_uid": uid, "write_date": now}
        returned = self.env.execute_query(
            SQL(
                "INSERT INTO logistics_field_statement (%s) VALUES %s"
                " ON CONFLICT (statement_key) DO NOTHING RETURNING statement_key",
                SQL(", ").join(map(SQL.identifier, [*rows[0], *stamp])),
                SQL(", ").join(SQL("%s", (*row.values(), *stamp.values())) for row in rows),
            )
        )
        return {key for (key,) in returned}

    def _count_repeats(self, repeats):
        repeated = sorted((key, times) for key, times in repeats.items() if times)
        if repeated:
            self.env.execute_query(
                SQL(
                    "UPDATE logistics_field_statement AS said"
                    " SET duplicate_count = duplicate_count + repeated.times"
                    " FROM (VALUES %s) AS repeated(key, times) WHERE statement_key = repeated.key"
                    " RETURNING id",
                    SQL(", ").join(SQL("%s", pair) for pair in repeated),
                )
            )

    def _tell(self, index, row, new):
        """Note the outcome of one statement and the change that it is."""
        shipment_id, verdict = row["shipment_id"], row["verdict"]
        what = f"{self.system.name} states {row['field_name'].replace('_', ' ')}"
        what += f" {row['value'] or 'none'}"
        if not new:
            outcome = Outcome(fact.DUPLICATE, shipment_id)
            told = Change(change.DUPLICATE, shipment_id)
        elif verdict == ACCEPT:
            outcome = Outcome(fact.RECORDED, shipment_id)
            told = Change(change.FIELD, shipment_id, detail=what)
        else:
            refusal = f"{self.system.name} does not own this field"
            outcome = Outcome(_STATUS[verdict], shipment_id, explanation=refusal)
            told = Change(change.NOTED, shipment_id, detail=f"{what}, but does not own it")
        self.recording.outcomes[index] = outcome
        self.recording.changes.append(told)


def latest_word(env, system_ids, shipment_ids):
    """When these systems last stated a field of each shipment: ``{shipment id: aware UTC}``."""
    rows = env.execute_query(
        SQL(
            "SELECT shipment_id, max(said_at) FROM logistics_field_statement"
            " WHERE shipment_id = ANY(%s) AND system_id = ANY(%s) GROUP BY shipment_id",
            list(shipment_ids),
            list(system_ids),
        )
    )
    return {shipment_id: utc(said_at) for shipment_id, said_at in rows}
