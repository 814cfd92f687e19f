"""One batch of statements on its way into the ledger. Used by ``_record_facts`` only."""

from dataclasses import replace

from ..core import change, fact
from ..core.change import Change
from ..core.fact import (
    AttributeFact,
    ChargeFact,
    DocumentFact,
    MilestoneFact,
    Outcome,
    ReferenceFact,
    RouteFact,
)
from ..core.reference import NoMatch, resolve
from .recording_documents import DocumentLinks, DocumentWriter
from .recording_fields import FieldWriter
from .recording_ledger import LedgerWriter
from .recording_names import Names
from .recording_routes import RouteWriter

# Facts that find their shipment by the names that they carry, and give it none.
_ABOUT_SHIPMENTS = (MilestoneFact, ChargeFact, DocumentFact, RouteFact, AttributeFact)


class Recording:
    """Takes the statements of one system through the steps in ``run``.

    Set-based: the number of queries does not depend on the number of statements.
    """

    def __init__(self, env, system, statements):
        self.env = env
        self.system = system
        self.statements = statements
        self.outcomes = [None] * len(statements)
        self.deferred = set()
        self.targets = {}
        self.changes = []

    def run(self, park):
        """Record everything; afterwards ``outcomes`` and ``changes`` tell what happened.

        :param bool park: keep for later what has no shipment or waits for its batch
        """
        if park:
            self._defer()
        names = Names(self.env, self.system, self.facts_of(fact.Fact))
        self._resolve_naming(names)
        self._resolve_rest(names)
        self.env["logistics.shipment"].browse(self.shipment_ids)._lock_in_order()
        if names.store():
            self._resolve_rest(names)  # a new number may have its own consignment by now
        RouteWriter(self).store()
        DocumentWriter(self).store()
        self.documents = DocumentLinks(self)
        LedgerWriter(self).store()
        self._insert_charges()
        FieldWriter(self).store()
        if park:
            self._park()
        return self.env["logistics.shipment"].browse(sorted(self.shipment_ids))

    @property
    def shipment_ids(self):
        return {target.shipment_id for target in self.targets.values()}

    def facts_of(self, kind):
        """The facts of some kinds that are to be recorded now, by their index."""
        return {
            index: statement.fact
            for index, statement in enumerate(self.statements)
            if index not in self.deferred and isinstance(statement.fact, kind)
        }

    def _defer(self):
        """Leave what a flow policy records in a batch for later."""
        waiting = self.env["logistics.parked.fact"]._defer(
            self.system, dict(enumerate(self.statements))
        )
        self.deferred = set(waiting)
        for index, outcome in waiting.items():
            self.outcomes[index] = outcome

    # === Which shipment === #

    def _resolve_naming(self, names):
        """Names that the batch gives are known to the rest of the batch."""
        for index, named in self.facts_of(ReferenceFact).items():
            match = self._match(index, named, names)
            if match:
                self._assign(index, named, match, names)

    def _resolve_rest(self, names):
        for index, stated in self.facts_of(_ABOUT_SHIPMENTS).items():
            self._match(index, stated, names)

    def _match(self, index, stated, names):
        match = resolve(stated.references, names.lookup, issuer=self.system.id)
        if isinstance(match, NoMatch):
            self.outcomes[index] = Outcome(fact.PARKED, explanation=match.explanation)
            return None
        consignment_id = self.statements[index].consignment_id
        self.targets[index] = (
            replace(match.target, consignment_id=consignment_id) if consignment_id else match.target
        )
        return match

    def _assign(self, index, named, match, names):
        target = match.target
        refusal, added = names.assign(target, named.assigns, match.by)
        status = fact.REJECTED if refusal else fact.RECORDED if added else fact.DUPLICATE
        self.outcomes[index] = Outcome(status, target.shipment_id, explanation=refusal)
        if added:
            self.changes.append(
                Change(change.REFERENCE, target.shipment_id, detail=", ".join(added))
            )

    # === Charges and the unknown === #

    def _insert_charges(self):
        stated = [
            (index, self.targets[index], charge, self.statements[index])
            for index, charge in self.facts_of(ChargeFact).items()
            if index in self.targets
        ]
        for index, outcome, what in self._state_charges(stated):
            self.outcomes[index] = outcome
            if what:
                self.changes.append(what)

    def _state_charges(self, stated):
        return self.env["logistics.charge"]._state(self.system, stated)

    def _park(self):
        parked = [
            (statement, outcome.explanation)
            for statement, outcome in zip(self.statements, self.outcomes, strict=True)
            if outcome.status == fact.PARKED
        ]
        if parked:
            self.env["logistics.parked.fact"]._park(self.system, parked)
