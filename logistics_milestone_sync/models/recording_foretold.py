"""What recording a batch would do, told without doing it. Used by ``_foretell`` only.

The same steps as ``Recording``, by the same code, with writers that look where they would write:
what is foretold is judged by exactly the rules that will judge it.
"""

from dataclasses import replace

from odoo.tools import SQL

from .recording import Recording
from .recording_charges import ChargeWriter
from .recording_documents import DocumentLinks, DocumentWriter
from .recording_fields import FieldWriter
from .recording_ledger import LedgerWriter
from .recording_names import Names
from .recording_routes import RouteWriter

# The id of what does not exist yet.
_NEW = -1


class Foretelling(Recording):
    """A recording that changes nothing; ``outcomes`` tells what would become of each statement.

    What waits for the batch of its flow policy is told as recorded, because it will be.
    """

    def tell(self):
        """Look at everything; the number of queries does not depend on how much there is."""
        facts = {index: statement.fact for index, statement in enumerate(self.statements)}
        names = Names(self.env, self.system, facts)
        self._resolve_naming(names)
        self._resolve_rest(names)
        self.documents = DocumentLinks(self)
        for writer in (_Routes, _Documents, _Ledger, _Fields):
            writer(self).store()
        self._insert_charges()
        self.outcomes = [
            replace(outcome, event_id=None) if outcome.event_id == _NEW else outcome
            for outcome in self.outcomes
        ]

    def _state_charges(self, stated):
        return _Charges(self.env, self.system, stated).store()


class _Ledger(LedgerWriter):
    def _insert_ignoring_known(self, rows):
        rows = list(rows)
        known = self._read_known(row["fact_key"] for row in rows)
        return {row["fact_key"]: _NEW for row in rows if row["fact_key"] not in known}

    def _count_repeats(self, repeats, ids):
        pass


class _Fields(FieldWriter):
    def _insert(self, rows):
        keys = [row["statement_key"] for row in rows]
        found = self.env.execute_query(
            SQL(
                "SELECT statement_key FROM logistics_field_statement WHERE statement_key = ANY(%s)",
                keys,
            )
        )
        return set(keys) - {key for (key,) in found}

    def _count_repeats(self, repeats):
        pass


class _Documents(DocumentWriter):
    def _keep(self, rows):
        return [_NEW] * len(rows)

    def _let_stand(self, keys):
        pass

    def _count_repeats(self, repeats):
        pass


class _Routes(RouteWriter):
    def _keep(self, plans):
        return [None] * len(plans)

    def _count_repeats(self, repeats):
        pass


class _Charges(ChargeWriter):
    def _next_ids(self):
        # Behind everything that is there, and in order, as drawn ids are.
        newest = max((r.id for several in self.revisions.values() for r in several), default=0)
        return iter(range(newest + 1, newest + 1 + len(self.stated)))

    def _write(self):
        pass
