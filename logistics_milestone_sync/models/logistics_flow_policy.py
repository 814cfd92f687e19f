from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..core.flow_policy import Batch, FlowPolicy, format_retry, parse_retry, resolve

CATEGORIES = [
    ("operational", "Operational"),
    ("financial", "Financial"),
    ("analytical", "Analytical"),
]
LANES = [
    ("visibility", "Visibility"),
    ("billing", "Billing"),
    ("outbound", "Outbound"),
    ("batch", "Batch"),
]


class LogisticsFlowPolicy(models.Model):
    """How soon facts have to be known, and how they are worked. A change holds from now on only:
    what the ledger says about the past was judged by the policy of its day."""

    _name = "logistics.flow.policy"
    _description = "Flow Policy"
    _inherit = ["logistics.remembered.mixin", "mail.thread"]
    _order = "company_id, category, latency_minutes, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        tracking=True,
        help="Empty: holds for every company that has no policy of its own.",
    )
    category = fields.Selection(CATEGORIES, required=True, tracking=True)
    milestone_ids = fields.Many2many(
        "logistics.milestone",
        string="Milestones",
        help="Only these milestones. Empty: all milestones of the category.",
    )
    latency_minutes = fields.Integer(
        "Acceptable Latency (minutes)",
        required=True,
        default=60,
        tracking=True,
        help="From the moment the source recorded a fact (or, if it does not say, the moment the "
        "fact happened) until the fact is in the ledger.",
    )
    processing = fields.Selection(
        [("real_time", "Real time"), ("batch", "In batches")],
        required=True,
        default="real_time",
        tracking=True,
        help="In batches: what other systems state waits and is recorded together. What Odoo "
        "itself states never waits.",
    )
    batch_timing = fields.Selection(
        [("every", "Every so often"), ("daily", "Once a day")], default="every", required=True
    )
    batch_minutes = fields.Integer(
        "Minutes Between Batches", default=60, tracking=True, help="Counted from midnight."
    )
    batch_hour = fields.Float(
        "Time of Day", default=20.0, tracking=True, help="In the time zone of the company's address"
    )
    retry_schedule = fields.Char(
        required=True,
        default="1m, 5m, 30m, 2h, 8h",
        tracking=True,
        help="How long to wait between attempts when something fails that may pass by itself. "
        "Numbers with s, m, h or d, separated by commas.",
    )
    lane = fields.Selection(
        LANES,
        required=True,
        default="visibility",
        tracking=True,
        help="The lane of work whose retries follow this policy.",
    )
    message_retention_days = fields.Integer(
        "Keep Raw Messages (days)", default=400, tracking=True, help="0: for good."
    )
    event_retention_days = fields.Integer(
        "Keep Events (days)", default=0, tracking=True, help="0: for good."
    )
    active = fields.Boolean(default=True, tracking=True)

    _latency_positive = models.Constraint(
        "CHECK(latency_minutes > 0)", "The acceptable latency must be at least one minute."
    )
    _retention_positive = models.Constraint(
        "CHECK(message_retention_days >= 0 AND event_retention_days >= 0)",
        "Nothing can be kept for a negative number of days.",
    )

    @api.constrains(
        "latency_minutes",
        "processing",
        "batch_timing",
        "batch_minutes",
        "batch_hour",
        "retry_schedule",
    )
    def _check_usable(self):
        for policy in self:
            try:
                policy._to_policy()
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "%(policy)s cannot be used: %(why)s.", policy=policy.name, why=str(error)
                    )
                ) from error

    @api.onchange("retry_schedule")
    def _onchange_retry_schedule(self):
        """Show the schedule as it was understood; a wrong one is refused when it is saved."""
        try:
            self.retry_schedule = format_retry(parse_retry(self.retry_schedule or ""))
        except ValueError:
            return

    def _to_policy(self):
        """This row as a value.

        :raises ValueError: with a sentence for people
        """
        return FlowPolicy(
            id=self.id,
            category=self.category,
            latency=timedelta(minutes=self.latency_minutes),
            own=bool(self.company_id),
            milestones=frozenset(self.milestone_ids.mapped("code")),
            batch=self._to_batch(),
            retry=parse_retry(self.retry_schedule or ""),
            lane=self.lane,
        )

    def _to_batch(self):
        if self.processing != "batch":
            return None
        if self.batch_timing == "daily":
            return Batch(at=timedelta(minutes=round(self.batch_hour * 60)))
        return Batch(every=timedelta(minutes=self.batch_minutes))

    @api.model
    @tools.ormcache("company_id")
    def _policies_of(self, company_id):
        """The core policies that hold in a company: its own and the shared ones."""
        policies_sudo = self.sudo().search([("company_id", "in", [company_id, False])])
        return tuple(policy._to_policy() for policy in policies_sudo)

    @api.model
    @tools.ormcache("company_id")
    def _policy_by_milestone(self, company_id):
        """``{milestone code: core FlowPolicy or None}`` of one company, for the whole catalogue."""
        policies = self._policies_of(company_id)
        return {
            code: resolve(policies, code, milestone.categories)
            for code, (_id, milestone) in self.env["logistics.milestone"]._catalogue().items()
        }

    @api.model
    def _retry_delays(self, company, lane):
        """The waits between attempts on work of one lane, the company's policy before the shared.

        :return: tuple of ``timedelta``, empty if no policy speaks of the lane
        """
        policies = [p for p in self._policies_of(company.id) if p.lane == lane]
        chosen = min(policies, key=lambda p: (not p.own, bool(p.milestones), p.id), default=None)
        return chosen.retry if chosen else ()
