"""The planned ways of one batch, from values to records. Used by ``Recording`` only."""

from collections import Counter, defaultdict

from ..core import change, fact
from ..core.change import Change
from ..core.clock import naive
from ..core.fact import Outcome, RouteFact
from ..core.ownership import ACCEPT, ADVISORY, REJECT, judge
from ..core.route_fact import plan_hash

_STATUS = {ACCEPT: fact.RECORDED, ADVISORY: fact.ADVISORY, REJECT: fact.REJECTED}
# Who owns this milestone owns the plan of the way.
_OWNED_AS = "planned"


class RouteWriter:
    """Judges plans, keeps those that are new, and lets the right one stand."""

    def __init__(self, recording):
        self.recording = recording
        self.env = recording.env
        self.system = recording.system

    def store(self):
        stated = {
            index: plan
            for index, plan in self.recording.facts_of(RouteFact).items()
            if index in self.recording.targets
        }
        if not stated:
            return
        rules = self.env["logistics.ownership.rule"]._rules_of(self.system.company_id)
        judgement = judge(rules, _OWNED_AS, self.system.id, self.system.kind)
        plans, owners = {}, defaultdict(list)
        for index, plan in stated.items():
            key = (self.recording.targets[index].shipment_id, plan_hash(plan))
            plans.setdefault(key, (plan, self._vals_of(index, plan, key, judgement)))
            owners[key].append(index)
        known = self._known(plans)
        new = [key for key in plans if key not in known]
        known |= dict(zip(new, self._keep([plans[key] for key in new]), strict=True))
        for key, indexes in owners.items():
            for position, index in enumerate(indexes):
                self._tell(index, key[0], judgement, key in new and position == 0)
        self._count_repeats(
            Counter({known[key]: len(owners[key]) - (key in new) for key in owners})
        )

    def _keep(self, plans):
        """The new plans, in the order given."""
        return self.env["logistics.route"]._keep(plans)

    def _count_repeats(self, repeats):
        for route, times in (+repeats).items():
            route.duplicate_count += times

    def _vals_of(self, index, plan, key, judgement):
        statement = self.recording.statements[index]
        return {
            "shipment_id": key[0],
            "system_id": self.system.id,
            "stated_at": naive(plan.stated_at) or False,
            "received_at": naive(statement.received_at),
            "source": statement.source or False,
            "verdict": judgement.verdict,
            "rule_id": judgement.rule_id or False,
            "plan_hash": key[1],
        }

    def _known(self, plans):
        routes = (
            self.env["logistics.route"]
            .with_context(active_test=False)
            .search(
                [
                    ("shipment_id", "in", [shipment_id for shipment_id, _hash in plans]),
                    ("plan_hash", "in", [digest for _id, digest in plans]),
                    ("system_id", "=", self.system.id),
                ]
            )
        )
        return {(route.shipment_id.id, route.plan_hash): route for route in routes}

    def _tell(self, index, shipment_id, judgement, new):
        status = _STATUS[judgement.verdict] if new else fact.DUPLICATE
        detail = ""
        if status in (fact.ADVISORY, fact.REJECTED):
            detail = f"{self.system.name} does not own the planning"
        self.recording.outcomes[index] = Outcome(status, shipment_id, explanation=detail)
        if new:
            stops = len(self.recording.statements[index].fact.stops)
            told = f"{self.system.name} planned a way of {stops} stops"
            self.recording.changes.append(Change(change.ROUTE, shipment_id, detail=told))
