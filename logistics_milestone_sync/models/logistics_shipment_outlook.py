from datetime import timedelta

from odoo import api, fields, models

from ..core.clock import naive, utc
from ..core.eta import accuracy_of, hours, promise_kept
from ..core.expectation import next_expected
from ..core.ownership import MILESTONE
from .clashes import work_off
from .governed_mixin import INTERNAL
from .logistics_system import SYSTEM_KINDS

# column → SQL type, in the order of _outlook_values
OUTLOOK_COLUMNS = {
    "next_milestone_id": "int4",
    "next_expected_at": "timestamp",
    "first_eta": "timestamp",
    "last_eta": "timestamp",
    "eta_error_hours": "float8",
}
_SPEAK_FOR_CARRIERS = ("carrier", "aggregator", "edi_gateway")


class LogisticsShipment(models.Model):
    """What should be heard of a shipment next, and how good the estimates of its arrival were.

    Stored by the projection, from the same ledger rows as the state.
    """

    _inherit = "logistics.shipment"

    next_milestone_id = fields.Many2one(
        "logistics.milestone", "Expected Next", readonly=True, copy=False, ondelete="restrict"
    )
    next_expected_at = fields.Datetime(
        "Expected By",
        readonly=True,
        copy=False,
        help="From plans and estimates, with a grace; without them from what usually follows. "
        "Empty when nothing is left to be heard.",
    )
    is_silent = fields.Boolean(
        "Silent",
        compute="_compute_is_silent",
        search="_search_is_silent",
        groups=INTERNAL,
        help="What was expected has not been heard in time.",
    )
    expected_from = fields.Char(
        compute="_compute_expected_from",
        groups=INTERNAL,
        help="Who owns the milestone that is expected next.",
    )
    first_eta = fields.Datetime("First Estimate", readonly=True, copy=False, groups=INTERNAL)
    last_eta = fields.Datetime(
        "Last Estimate",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="The last estimate of arrival that was stated before the arrival.",
    )
    eta_error_hours = fields.Float(
        "ETA Error (hours)",
        readonly=True,
        copy=False,
        aggregator="avg",
        groups=INTERNAL,
        help="Arrival minus last estimate: positive when it came later than estimated.",
    )
    promise = fields.Selection(
        [("open", "Open"), ("kept", "Kept"), ("broken", "Broken")],
        compute="_compute_promise",
        help="Whether it arrived by when it was promised.",
    )
    eta_ids = fields.One2many(
        "logistics.eta.estimate", "shipment_id", "Estimates of Arrival", groups=INTERNAL
    )

    # Used by the silence watch, its list and is_silent: what has ended expects nothing.
    _expected_idx = models.Index(
        "(company_id, next_expected_at) WHERE next_expected_at IS NOT NULL AND active"
    )

    @api.depends("next_expected_at")
    def _compute_is_silent(self):
        now = fields.Datetime.now()
        for shipment in self:
            due = shipment.next_expected_at
            shipment.is_silent = bool(due and due < now)

    def _search_is_silent(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        found = []
        if True in value:
            found += [("next_expected_at", "<", now)]
        if False in value:
            found += ["|", ("next_expected_at", "=", False), ("next_expected_at", ">=", now)]
        return ["|", *found] if len(found) == 4 else found

    @api.depends("promised_at", "delivered_at")
    def _compute_promise(self):
        words = {None: "open", True: "kept", False: "broken"}
        for shipment in self:
            kept = promise_kept(utc(shipment.promised_at), utc(shipment.delivered_at))
            shipment.promise = words[kept]

    @api.depends("next_milestone_id", "delivery_carrier_id", "company_id")
    def _compute_expected_from(self):
        labels = dict(SYSTEM_KINDS)
        rules = {
            company: self.env["logistics.ownership.rule"]._rules_of(company)
            for company in self.company_id
        }
        for shipment in self:
            code = shipment.next_milestone_id.code
            names = []
            for kind in _kinds_that_own(code, rules.get(shipment.company_id, ())) if code else ():
                if kind in _SPEAK_FOR_CARRIERS:
                    name = shipment.delivery_carrier_id.name or labels["carrier"]
                else:
                    name = labels[kind]
                if name not in names:
                    names.append(name)
            shipment.expected_from = ", ".join(names)

    def _outlook_values(self, folded, ledger):
        """Values of ``OUTLOOK_COLUMNS`` for these shipments.

        :param dict folded: ``{shipment id: core.fold.Folded}``
        :param dict ledger: the events that were folded, by shipment id
        :return: ``{shipment id: tuple}``
        """
        catalogue = self.env["logistics.milestone"]._catalogue()
        milestones = {code: milestone for code, (_id, milestone) in catalogue.items()}
        values = {}
        for shipment in self:
            events, result = ledger.get(shipment.id, ()), folded[shipment.id]
            expected = next_expected(
                result,
                events,
                self.env["logistics.expectation"]._patterns_for(
                    shipment.company_id.id, shipment.delivery_carrier_id.id
                ),
                timedelta(hours=shipment.company_id.logistics_silence_grace),
                milestones,
            )
            known = expected and catalogue.get(expected.milestone)
            estimates = accuracy_of(result, events)
            values[shipment.id] = (
                known[0] if known else None,
                naive(expected.at) if known else None,
                naive(estimates.first),
                naive(estimates.last),
                None if estimates.error is None else hours(estimates.error),
            )
        return values

    def _project_outlook(self):
        """Store the outlook of these shipments anew; their state stays as it is."""
        if not self:
            return
        ledger = self.env["logistics.milestone.event"]._ledger_of(self.ids)
        values = self._outlook_values(self._fold_many(ledger), ledger)
        self._store("logistics.shipment", OUTLOOK_COLUMNS, values)

    @api.model
    def _refresh_outlook_later(self):
        """What is expected after milestones has changed: look at all open shipments again, soon."""
        cron = self.env.ref("logistics_milestone_sync.ir_cron_refresh_outlook", False)
        if cron:  # not while the module is being installed
            cron.sudo()._trigger()

    @api.model
    def _cron_refresh_outlook(self):
        """Store the outlook of every shipment that is on its way anew."""
        work_off(
            self.env,
            self._next_on_the_way,
            lambda batch: batch._refresh_outlook(),
            to_the_end=True,
        )

    def _next_on_the_way(self, after, limit=500):
        on_the_way = [("phase", "not in", ("delivered", "failed")), ("id", ">", after)]
        return self.search(on_the_way, order="id", limit=limit)

    def _refresh_outlook(self):
        # Whoever holds a lock records facts, and with them the outlook.
        self.try_lock_for_update()._project_outlook()
        return len(self)


def _kinds_that_own(code, rules):
    """Kinds of systems whose word about a milestone counts, best first."""
    about = (MILESTONE, code)
    owners = [r for r in rules if r.verdict == "accept" and (r.kind, r.name) == about]
    kinds = [rule.system_kind for rule in sorted(owners, key=lambda r: (r.priority, r.id))]
    return [kind for kind in dict.fromkeys(kinds) if kind]
