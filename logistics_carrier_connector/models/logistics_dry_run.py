from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

from odoo.addons.logistics_milestone_sync.models.background_job_mixin import JOB_FIELDS

from .dry_run_reading import READ, DryRunReading

_BATCH = 100
_COUNTED = (
    *("message_count", "read_count", "differing_count", "freed_count", "stopped_count"),
    *("shipment_count", "folded_count"),
)


class LogisticsDryRun(models.Model):
    """A draft of a profile, tried on the messages that came: what would it have changed?

    First all messages are read by both versions, then every shipment that a difference is about is
    decided again. Nothing is written but the result.
    """

    _name = "logistics.dry.run"
    _description = "Dry Run of a Profile"
    _inherit = ["logistics.background.job.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _governed_fields = (
        *(*JOB_FIELDS, "reached_shipment", "content_digest"),
        *("fact_ids", "shipment_ids", "is_limited", *_COUNTED),
    )
    _transitions = {
        "new": ("waiting",),
        "waiting": ("running", "cancelled"),
        "running": ("folding", "cancelled"),
        "folding": ("done", "cancelled"),
    }
    _cron = "logistics_carrier_connector.ir_cron_dry_run"

    version_id = fields.Many2one(
        "logistics.mapping.version", "Draft", required=True, index=True, ondelete="cascade"
    )
    mapping_id = fields.Many2one(related="version_id.mapping_id", store=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    connection_id = fields.Many2one(
        "logistics.connection",
        "Only Connection",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('mapping_id', '=', mapping_id)]",
    )
    days = fields.Integer("Days Back", default=7, required=True)
    most = fields.Integer(
        "Most Messages", default=10000, required=True, help="The newest ones are tried."
    )
    # Reading the messages is "running".
    state = fields.Selection(
        selection_add=[("folding", "Comparing"), ("done",)], ondelete={"folding": "cascade"}
    )
    reached_shipment = fields.Integer(readonly=True, copy=False)
    content_digest = fields.Char(readonly=True, copy=False)
    message_count = fields.Integer("Messages to Read", readonly=True, copy=False)
    is_limited = fields.Boolean("Not All Messages", readonly=True, copy=False)
    read_count = fields.Integer("Messages Read", readonly=True, copy=False)
    differing_count = fields.Integer("Facts That Differ", readonly=True, copy=False)
    freed_count = fields.Integer("Messages Freed", readonly=True, copy=False, help="Read in full.")
    stopped_count = fields.Integer(
        "Messages Stopped", readonly=True, copy=False, help="Held or refused, and read by now."
    )
    shipment_count = fields.Integer("Shipments to Compare", readonly=True, copy=False)
    folded_count = fields.Integer("Shipments Compared", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    fact_ids = fields.One2many("logistics.dry.run.fact", "run_id", "Facts")
    shipment_ids = fields.One2many("logistics.dry.run.shipment", "run_id", "Shipments")
    milestone_changed_count = fields.Integer("Other Status", compute="_compute_effects")
    release_changed_count = fields.Integer("Other Release", compute="_compute_effects")
    amount_difference = fields.Monetary("Difference in Invoices", compute="_compute_effects")
    is_outdated = fields.Boolean(compute="_compute_is_outdated")

    _sensible = models.Constraint(
        "CHECK(days BETWEEN 1 AND 90 AND most BETWEEN 1 AND 100000)",
        "Go back between 1 and 90 days, with at most 100,000 messages.",
    )

    @api.depends("version_id.display_name", "create_date")
    def _compute_display_name(self):
        for run in self:
            day = fields.Date.to_string(run.create_date) if run.create_date else ""
            run.display_name = f"{run.version_id.display_name or ''} {day}".strip()

    @api.depends("state", *_COUNTED)
    def _compute_progress(self):
        for run in self:
            total = run.message_count + run.shipment_count or 1
            done = run.read_count + run.folded_count
            run.progress = 100.0 if run.state == "done" else 100.0 * done / total

    @api.depends("shipment_ids")
    def _compute_effects(self):
        lines = self.env["logistics.dry.run.shipment"]
        domain = [("run_id", "in", self.ids)]
        moved = dict(lines._read_group([*domain, ("is_moved", "=", True)], ["run_id"], ["__count"]))
        other = dict(
            lines._read_group(
                [*domain, ("is_released_otherwise", "=", True)], ["run_id"], ["__count"]
            )
        )
        money = dict(lines._read_group(domain, ["run_id"], ["amount_difference:sum"]))
        for run in self:
            run.milestone_changed_count = moved.get(run, 0)
            run.release_changed_count = other.get(run, 0)
            run.amount_difference = money.get(run, 0.0)

    @api.depends("content_digest", "version_id.sha256")
    def _compute_is_outdated(self):
        for run in self:
            run.is_outdated = bool(run.content_digest) and (
                run.content_digest != run.version_id.sha256
            )

    # === Actions === #

    def action_open_facts(self):
        """Open the facts that differ."""
        return self._open_lines("logistics_dry_run_fact_action")

    def action_open_shipments(self):
        """Open the shipments that would stand elsewhere or be invoiced otherwise."""
        return self._open_lines("logistics_dry_run_shipment_action")

    def _open_lines(self, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"logistics_carrier_connector.{name}"
        )
        return action | {"domain": [("run_id", "=", self.id)]}

    def _summary(self):
        """The result in one sentence, for whoever decides about the draft."""
        self.ensure_one()
        return self.env._(
            "Tried on %(messages)s messages of the last %(days)s days: %(facts)s facts differ, "
            "%(freed)s messages would be freed and %(stopped)s stopped, %(moved)s shipments would "
            "stand elsewhere, %(released)s would be released otherwise, invoices %(money)s.",
            messages=self.read_count,
            days=self.days,
            facts=self.differing_count,
            freed=self.freed_count,
            stopped=self.stopped_count,
            moved=self.milestone_changed_count,
            released=self.release_changed_count,
            money=("+" if self.amount_difference > 0 else "")
            + format_amount(self.env, self.amount_difference, self.currency_id),
        )

    # === Working === #

    def _work(self):
        """Override: read the next messages, then decide about the next shipments."""
        return self._read_step() if self.state == "running" else self._fold_step()

    def _begin(self):
        """Override: which messages, and by which text."""
        messages = self.env["logistics.message"]
        newest = messages.search(self._messages_domain(), order="id desc", limit=self.most + 1)
        chosen = newest[: self.most]
        self.write(
            {
                "content_digest": self.version_id.sha256,
                "is_limited": len(newest) > self.most,
                "message_count": len(chosen),
                "reached": min(chosen.ids, default=1) - 1,
            }
        )

    def _messages_domain(self):
        """Production messages that the version in use reads; pinned connections keep theirs."""
        since = (self.started_at or fields.Datetime.now()) - timedelta(days=self.days)
        connections = self.connection_id or self.env["logistics.connection"].search(
            [
                ("mapping_id", "=", self.mapping_id.id),
                ("mapping_version_id", "=", False),
                ("company_id", "=", self.company_id.id),
            ]
        )
        domain = Domain("connection_id", "in", connections.ids)
        domain &= Domain("state", "not in", ("conflict", "dismissed"))
        return domain & Domain("received_at", ">=", since)

    def _read_step(self):
        left = min(_BATCH, self.message_count - self.read_count)
        domain = self._messages_domain() & Domain("id", ">", self.reached)
        messages = self.env["logistics.message"].search(domain, order="id", limit=max(left, 0))
        if not messages or left <= 0:
            self._move_to("folding", shipment_count=len(self._touched_shipments(0, None)))
            return 1
        rows, fates = DryRunReading(messages, self.version_id).rows()
        self.env["logistics.dry.run.fact"].create([row | {"run_id": self.id} for row in rows])
        self.write(
            {
                "reached": messages[-1].id,
                "read_count": self.read_count + len(messages),
                "differing_count": self.differing_count + len(rows),
                "freed_count": self.freed_count
                + sum(after == READ for _message, _before, after in fates),
                "stopped_count": self.stopped_count
                + sum(before == READ for _message, before, _after in fates),
            }
        )
        return len(messages)

    def _fold_step(self):
        ids = self._touched_shipments(self.reached_shipment, _BATCH)
        if not ids:
            return self._finish()
        lines = self.env["logistics.dry.run.fact"].search(
            [("run_id", "=", self.id), ("shipment_id", "in", ids)], order="id"
        )
        self.env["logistics.dry.run.shipment"].create(lines._effects(ids))
        self.write({"reached_shipment": ids[-1], "folded_count": self.folded_count + len(ids)})
        return len(ids)

    def _touched_shipments(self, after, limit):
        """Ids of the shipments that differences are about, in order."""
        self.env["logistics.dry.run.fact"].flush_model(["run_id", "shipment_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT shipment_id FROM logistics_dry_run_fact"
                " WHERE run_id = %s AND shipment_id > %s ORDER BY 1 LIMIT %s",
                self.id,
                after,
                limit,
            )
        )
        return [row[0] for row in rows]
