from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.logistics_milestone_sync.models.logistics_reference import SCHEMES

from ..core.errors import ConfigurationInvalid
from ..core.poll_cadence import Cadence, Quota


class LogisticsPoll(models.Model):
    """What we ask a carrier, where it does not tell by itself, and how often.

    The answers go into the inbox of the connection and are read with its profile. The worker is in
    ``logistics_poll_worker.py``.
    """

    _name = "logistics.poll"
    _description = "Polling Plan"
    _inherit = [
        "mail.thread",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
        "logistics.source.mixin",
    ]
    _order = "connection_id, id"
    _check_company_auto = True
    _transitions = {"paused": ("active",), "active": ("paused",)}
    _governed_fields = (
        "state",
        "failures",
        "last_error",
        "last_asked_at",
        "next_run_at",
        "watched_at",
        "silence_told_for",
        "sealed_secret",
        "sealed_token",
        "asked_digest",
        "approved_digest",
        "token_expires_at",
    )

    name = fields.Char(required=True, default=lambda self: self.env._("Tracking"), tracking=True)
    connection_id = fields.Many2one(
        "logistics.connection",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
        help="The answers are messages of this connection and read with its profile.",
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="connection_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    system_id = fields.Many2one(related="connection_id.system_id")
    state = fields.Selection(
        [("paused", "Paused"), ("active", "Active")],
        required=True,
        readonly=True,
        default="paused",
        tracking=True,
        index=True,
    )

    # === Which numbers === #
    scheme = fields.Selection(SCHEMES, "Ask For", required=True, default="tracking", tracking=True)
    delivery_carrier_ids = fields.Many2many(
        "delivery.carrier",
        string="Delivery Methods",
        help="Only shipments that go by one of these. Empty: by any.",
    )
    number_pattern = fields.Char(
        "Numbers Like",
        tracking=True,
        help="Only numbers that look like one of these, e.g. '1Z*, 9?????'. Empty: all numbers of "
        "open shipments.",
    )

    # === How often === #
    every_minutes = fields.Integer(
        "Ask Every (minutes)", required=True, default=120, tracking=True, help="While on the way."
    )
    before_minutes = fields.Integer(
        "Before It Left (minutes)",
        required=True,
        default=720,
        tracking=True,
        help="As long as the carrier does not have the goods.",
    )
    after_end_hours = fields.Integer(
        "After the End (hours)",
        required=True,
        default=48,
        tracking=True,
        help="How long the carrier is still asked after the delivery, for a late proof.",
    )
    age_out_days = fields.Integer(
        "Give Up After (days)",
        required=True,
        default=60,
        tracking=True,
        help="A number of which nothing was heard for so long is asked for no more.",
    )
    quiet_factor = fields.Float(
        required=True,
        default=1.5,
        tracking=True,
        help="Each answer without news makes the next wait so many times longer.",
    )
    longest_hours = fields.Integer("Longest Wait (hours)", required=True, default=24, tracking=True)
    quota_calls = fields.Integer(
        "Calls Allowed", default=0, tracking=True, help="In the window. 0: no limit."
    )
    quota_minutes = fields.Integer("Window (minutes)", required=True, default=60, tracking=True)
    timeout_seconds = fields.Integer(
        "Patience (seconds)",
        required=True,
        default=60,
        tracking=True,
        help="An answer that is not complete by then is given up and asked for again later.",
    )

    # === How it goes === #
    next_run_at = fields.Datetime(
        "Not Before", readonly=True, copy=False, help="Set while the carrier wants us to wait."
    )
    last_asked_at = fields.Datetime("Last Asked", readonly=True, copy=False)
    failures = fields.Integer("Failures in a Row", readonly=True, copy=False)
    last_error = fields.Char("What Is Wrong", readonly=True, copy=False)
    number_ids = fields.One2many("logistics.poll.number", "poll_id", "Numbers")
    attempt_ids = fields.One2many("logistics.poll.attempt", "poll_id", "Attempts")
    run_ids = fields.One2many("logistics.poll.run", "poll_id", "Runs")
    number_count = fields.Integer("Asked For", compute="_compute_number_count")
    next_ask_at = fields.Datetime("Next Question", compute="_compute_number_count")

    _waits_positive = models.Constraint(
        "CHECK(every_minutes > 0 AND before_minutes > 0 AND after_end_hours >= 0"
        " AND age_out_days > 0 AND longest_hours > 0 AND quota_calls >= 0 AND quota_minutes > 0"
        " AND timeout_seconds BETWEEN 1 AND 300 AND quiet_factor BETWEEN 1 AND 10)",
        "Waits have to be positive, the factor for quiet numbers between 1 and 10, and the "
        "patience at most 300 seconds.",
    )
    # Used by the worker: the plans that may be asked now.
    _active_idx = models.Index("(next_run_at, id) WHERE state = 'active'")

    def _compute_number_count(self):
        grouped = self.env["logistics.poll.number"]._read_group(
            [("poll_id", "in", self.ids), ("next_ask_at", "!=", False)],
            ["poll_id"],
            ["__count", "next_ask_at:min"],
        )
        found = {poll: (count, first) for poll, count, first in grouped}
        for poll in self:
            poll.number_count, poll.next_ask_at = found.get(poll, (0, False))

    @api.constrains("connection_id")
    def _check_connection(self):
        for poll in self:
            if poll.connection_id.mapping_id.format == "canonical":
                raise ValidationError(
                    self.env._(
                        "%s takes our own format, which no carrier answers in. Choose a connection "
                        "with the carrier's profile.",
                        poll.connection_id.display_name,
                    )
                )

    @api.constrains("number_pattern")
    def _check_number_pattern(self):
        for poll in self:
            if any(not set(pattern) - set("*?") for pattern in poll._patterns()):
                raise ValidationError(
                    self.env._("A pattern needs at least one letter or digit, e.g. '1Z*'.")
                )

    def _watched_fields(self):
        """Names of the fields that decide what is asked, of whom, and how often."""
        return {
            "state",
            "connection_id",
            "scheme",
            "number_pattern",
            "url",
            "method",
            "headers",
            "body",
            "batch_size",
            "account",
            "allowed_hosts",
            "proof_kind",
            "username",
            "token_url",
            "paging_kind",
            "push_connection_id",
            "every_minutes",
            "quota_calls",
        }

    def _patterns(self):
        """The patterns as words."""
        self.ensure_one()
        return [word for word in (self.number_pattern or "").replace(",", " ").split() if word]

    def _cadence(self):
        self.ensure_one()
        return Cadence(
            every=timedelta(minutes=self.every_minutes),
            before=timedelta(minutes=self.before_minutes),
            after_end=timedelta(hours=self.after_end_hours),
            age_out=timedelta(days=self.age_out_days),
            quiet_factor=self.quiet_factor,
            longest=timedelta(hours=self.longest_hours),
        )

    def _quota(self):
        self.ensure_one()
        return Quota(self.quota_calls, timedelta(minutes=self.quota_minutes))

    def _raise_unusable(self):
        """:raises UserError: if one of these cannot ask as it is"""
        for poll in self:
            try:
                poll._check_usable()
            except ConfigurationInvalid as error:
                raise UserError(
                    self.env._(
                        "%(plan)s cannot be used: %(why)s.",
                        plan=poll.display_name,
                        why=error.public_message,
                    )
                ) from error

    def _start(self):
        """Ask from now on. Called elevated, after all checks."""
        self._move_to("active", next_run_at=False, failures=0, last_error=False, watched_at=False)
        self._wake_workers()
