from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.logistics_milestone_sync.models.background_job_mixin import JOB_FIELDS

from . import trial_page
from .message_fate import TALLY

ADMIN = "logistics_milestone_sync.logistics_milestone_sync_group_integration_admin"
# One replay; more than this is another one.
MOST_MESSAGES = 50_000


class LogisticsReplay(models.Model):
    """Messages that are read and recorded once more, and why.

    First a dry run tells what would change, without writing anything. Then a scheduled action
    processes the messages again, so many per minute. What a message states is known by its facts,
    not by how often it was read: a replay records nothing twice and bills nothing twice.
    """

    _name = "logistics.replay"
    _description = "Replay of Messages"
    _inherit = ["mail.thread", "logistics.background.job.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _governed_fields = (
        *(*JOB_FIELDS, "company_id", "reason", "scope", "per_minute", "line_ids", "shipment_ids"),
        *("started_by_id", "replay_started_at", "next_at", "minute_began_at", "minute_count"),
        "read_with",
    )
    # The dry run reads the messages ("running") and decides about their shipments ("folding").
    _transitions = {
        "new": ("waiting",),
        "waiting": ("running", "cancelled"),
        "running": ("folding", "cancelled"),
        "folding": ("examined", "cancelled"),
        "examined": ("replaying", "waiting", "cancelled"),
        "replaying": ("done", "cancelled"),
    }
    _cron = "logistics_carrier_connector.ir_cron_replay"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    reason = fields.Char("Why", required=True, readonly=True, tracking=True)
    scope = fields.Char("Which Messages", readonly=True, help="How they were chosen.")
    per_minute = fields.Integer(
        "Messages per Minute", required=True, readonly=True, default=600, tracking=True
    )
    state = fields.Selection(
        selection_add=[
            ("running", "Dry Run"),
            ("folding", "Comparing"),
            ("examined", "Ready"),
            ("replaying", "Replaying"),
            ("done",),
        ],
        ondelete={"folding": "cascade", "examined": "cascade", "replaying": "cascade"},
        tracking=True,
    )
    started_by_id = fields.Many2one("res.users", readonly=True)
    replay_started_at = fields.Datetime("Replay Started", readonly=True)
    line_ids = fields.One2many("logistics.replay.line", "replay_id", "Lines", readonly=True)
    shipment_ids = fields.One2many(
        "logistics.replay.shipment", "replay_id", "Shipments", readonly=True
    )

    # === How far it is, from its lines === #
    total_count = fields.Integer("Number of Messages", compute="_compute_counts")
    reached_count = fields.Integer("Messages Done", compute="_compute_counts")
    trouble_count = fields.Integer("Not Replayed", compute="_compute_counts")
    otherwise_count = fields.Integer("Other Fate Than Foreseen", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts")
    tally_html = fields.Html("Facts", compute="_compute_tally_html")

    # === What would follow === #
    milestone_changed_count = fields.Integer("Other Status", compute="_compute_effects")
    release_changed_count = fields.Integer("Other Release", compute="_compute_effects")
    amount_difference = fields.Monetary("Difference in Invoices", compute="_compute_effects")

    # === How fast it goes, see core/replay_pace.py === #
    next_at = fields.Datetime("Goes On", readonly=True)
    minute_began_at = fields.Datetime(readonly=True)
    minute_count = fields.Integer(readonly=True)

    _pace_positive = models.Constraint(
        "CHECK(per_minute > 0)", "A replay needs at least one message per minute."
    )

    @api.depends("reason")
    def _compute_display_name(self):
        for replay in self:
            replay.display_name = self.env._(
                "Replay %(number)s: %(why)s",
                number=replay._origin.id or "",
                why=replay.reason or "",
            )

    @api.depends("line_ids.state", "state")
    def _compute_counts(self):
        lines = self.env["logistics.replay.line"]
        mine = [("replay_id", "in", self.ids)]
        grouped = lines._read_group(mine, ["replay_id", "state"], ["__count"])
        counts = {(replay.id, state): count for replay, state, count in grouped}
        otherwise = dict(
            lines._read_group([*mine, ("is_otherwise", "=", True)], ["replay_id"], ["__count"])
        )
        for replay in self:
            per_state = {state: n for (id_, state), n in counts.items() if id_ == replay.id}
            total = sum(per_state.values())
            # A dry run has reached what is no longer pending; the replay, what is not ready either.
            ahead = per_state.get("pending", 0)
            if replay.replay_started_at:
                ahead += per_state.get("ready", 0)
            replay.total_count = total
            replay.reached_count = total - ahead
            replay.progress = 100.0 * (total - ahead) / total if total else 0.0
            replay.trouble_count = per_state.get("refused", 0) + per_state.get("failed", 0)
            replay.otherwise_count = otherwise.get(replay, 0)

    @api.depends("line_ids.state")
    def _compute_tally_html(self):
        names = [f"{when}_{what}" for when in ("foreseen", "became") for what in TALLY]
        grouped = self.env["logistics.replay.line"]._read_group(
            [("replay_id", "in", self.ids)], ["replay_id"], [f"{name}:sum" for name in names]
        )
        sums = {replay: dict(zip(names, values, strict=True)) for replay, *values in grouped}
        for replay in self:
            replay.tally_html = replay._tally_table(sums.get(replay, {}))

    def _tally_table(self, sums):
        labels = {
            "new": self.env._("New: it counts"),
            "known": self.env._("Known already: nothing changes"),
            "noted": self.env._("Noted only: another system owns it"),
            "waiting": self.env._("Waits for its shipment or batch"),
            "refused": self.env._("Refused, unreadable or contradicting"),
        }
        titles = [self.env._("Facts"), self.env._("Dry Run"), self.env._("Replay")]
        replayed = bool(self.replay_started_at)
        rows = [
            (
                labels[what],
                sums.get(f"foreseen_{what}") or 0,
                (sums.get(f"became_{what}") or 0) if replayed else Markup("&mdash;"),
            )
            for what in TALLY
        ]
        return trial_page.table(titles, rows)

    @api.depends("shipment_ids")
    def _compute_effects(self):
        shipments = self.env["logistics.replay.shipment"]
        domain = [("replay_id", "in", self.ids)]
        found = {}
        for name in ("is_moved", "is_released_otherwise"):
            grouped = shipments._read_group(
                [*domain, (name, "=", True)], ["replay_id"], ["__count"]
            )
            found[name] = dict(grouped)
        money = dict(shipments._read_group(domain, ["replay_id"], ["amount_difference:sum"]))
        for replay in self:
            replay.milestone_changed_count = found["is_moved"].get(replay, 0)
            replay.release_changed_count = found["is_released_otherwise"].get(replay, 0)
            replay.amount_difference = money.get(replay, 0.0)

    # === What people do === #

    def action_open_lines(self):
        """Open the messages of this replay."""
        return self._open_part("logistics_replay_line_action")

    def action_open_shipments(self):
        """Open the shipments that would stand elsewhere or be invoiced otherwise."""
        return self._open_part("logistics_replay_shipment_action")

    def _open_part(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"logistics_carrier_connector.{name}"
        )
        return action | {"domain": [("replay_id", "=", self.id)], "context": {}}

    @api.model
    def _check_right_to_replay(self):
        """:raises AccessError: for anybody but an integration administrator"""
        if not self.env.user.has_group(ADMIN):
            raise AccessError(self.env._("Only integration administrators may replay messages."))

    @api.model
    def _ask(self, messages, reason, per_minute, scope):
        """A new replay of these messages of one company; its dry run begins soon.

        :param messages: that the user may see
        :param str reason: for the auditor
        :return: the ``logistics.replay``
        :raises UserError: if none of them may be replayed
        """
        self._check_right_to_replay()
        messages.check_access("read")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why these messages are replayed."))
        company = messages.company_id
        if len(company) > 1:
            raise UserError(self.env._("Choose messages of one company."))
        if not 0 < len(messages) <= MOST_MESSAGES:
            raise UserError(
                self.env._("A replay has 1 to %s messages. Choose others.", MOST_MESSAGES)
            )
        # The right to replay and to see these messages was checked above.
        replay_sudo = self.sudo().create(
            {
                "company_id": company.id,
                "reason": reason,
                "scope": scope,
                "per_minute": per_minute,
            }
        )
        replay_sudo.line_ids._add(replay_sudo, messages)
        replay = replay_sudo.with_env(self.env)
        replay.action_start()
        return replay
