from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

VALID_DAYS = 14
MOST_DAYS = 90


class LogisticsOverride(models.Model):
    """People put a shipment, or one consignment, where the facts do not: for a time, with a reason.

    Once others approved it, this database states it in the ledger as an override. When it expires
    or is taken back, that statement is retracted and the facts decide again. Nobody writes the
    status: it stays the fold of the ledger.
    """

    _name = "logistics.override"
    _description = "Override of a Status"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.approvable.mixin",
        "logistics.stateful.mixin",
    ]
    _order = "requested_at desc, id desc"
    _check_company_auto = True
    _transitions = {
        "requested": ("active", "rejected", "withdrawn", "expired"),
        "active": ("withdrawn", "expired"),
    }

    name = fields.Char(compute="_compute_name", store=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    consignment_id = fields.Many2one(
        "logistics.consignment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: the whole shipment.",
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    client_id = fields.Many2one(related="shipment_id.client_id", store=True, index="btree_not_null")
    milestone_id = fields.Many2one(
        "logistics.milestone", "Set to", required=True, readonly=True, ondelete="restrict"
    )
    occurred_at = fields.Datetime("Happened", required=True, readonly=True)
    valid_until = fields.Datetime(required=True, readonly=True)
    reason_id = fields.Many2one(
        "logistics.reason.code", required=True, readonly=True, ondelete="restrict"
    )
    note = fields.Text("Explanation", required=True, readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence", readonly=True)
    state = fields.Selection(
        [
            ("requested", "Waiting for Approval"),
            ("active", "Active"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="requested",
        tracking=True,
        index=True,
    )
    requested_by_id = fields.Many2one("res.users", required=True, readonly=True)
    requested_at = fields.Datetime(required=True, readonly=True)
    activated_at = fields.Datetime("Active Since", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    ended_by_id = fields.Many2one("res.users", readonly=True)
    event_id = fields.Many2one(
        "logistics.milestone.event", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    approval_ids = fields.One2many(
        "logistics.approval",
        "res_id",
        domain=[("res_model", "=", "logistics.override")],
        string="Approvals",
    )
    approved_by_ids = fields.Many2many("res.users", compute="_compute_approved_by_ids")
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw")

    _one_request_uniq = models.UniqueIndex(
        "(shipment_id, COALESCE(consignment_id, 0)) WHERE state = 'requested'",
        "An override of this status waits for a decision already.",
    )
    _ends_after_it_begins = models.Constraint(
        "CHECK(valid_until > requested_at)", "An override must be valid for some time."
    )
    # Used by the scheduled action that ends them.
    _due_idx = models.Index("(valid_until) WHERE state = 'active'")

    @api.depends("shipment_id.name", "milestone_id.name")
    def _compute_name(self):
        for override in self:
            override.name = f"{override.shipment_id.name}: {override.milestone_id.name}"

    @api.depends("approval_ids.state")
    def _compute_approved_by_ids(self):
        for override in self:
            approved = override.approval_ids.filtered(lambda a: a.state == "approved")
            override.approved_by_ids = approved.approver_id

    @api.depends_context("uid")
    @api.depends("state")
    def _compute_can_withdraw(self):
        for override in self:
            override.can_withdraw = override.state in ("requested", "active") and (
                override._may_be_withdrawn()
            )

    # === Asking === #

    @api.model
    def _ask(self, shipment, values, attachments):
        """Ask others to override the status of ``shipment``, as the current user.

        :param dict values: ``milestone_id``, ``reason_id``, ``note`` and optionally
            ``consignment_id``, ``occurred_at`` (now), ``valid_until`` (in 14 days)
        :param attachments: the evidence; only what the current user put there himself
        :return: the override that waits for its approvals
        """
        shipment.ensure_one()
        shipment.check_access("write")
        now = fields.Datetime.now()
        values = {
            "occurred_at": now,
            "valid_until": now + timedelta(days=VALID_DAYS),
            **values,
            "shipment_id": shipment.id,
            "requested_by_id": self.env.uid,
            "requested_at": now,
        }
        self.sudo().new(values)._check_sensible(now)
        # The right to work on the shipment was checked; the record itself is nobody's to write.
        override_sudo = self.sudo().create(values)
        override_sudo.attachment_ids = attachments.sudo()
        attachments.sudo().write({"res_model": self._name, "res_id": override_sudo.id})
        override = override_sudo.sudo(False)
        for kind in override_sudo._approval_kinds():
            self.env["logistics.approval"]._request(
                override, kind, reason_code=override_sudo.reason_id.code, note=override_sudo.note
            )
        return override

    def _check_sensible(self, now):
        if self.milestone_id.phase == "none":
            raise UserError(
                self.env._("“%s” is no status: choose one that moves.", self.milestone_id.name)
            )
        if self.reason_id.purpose != "override" or not self.reason_id.active:
            raise UserError(self.env._("Choose a reason that is meant for overrides."))
        if self.consignment_id and self.consignment_id.shipment_id != self.shipment_id:
            raise UserError(self.env._("The consignment belongs to another shipment."))
        if self.occurred_at > now + timedelta(minutes=5):
            raise UserError(self.env._("It cannot have happened in the future."))
        if self.valid_until <= now:
            raise UserError(self.env._("An override must be valid for some time."))
        if self.valid_until > now + timedelta(days=MOST_DAYS):
            raise UserError(
                self.env._(
                    "An override lasts for %s days at most: then somebody looks at it again.",
                    MOST_DAYS,
                )
            )

    def _approval_kinds(self):
        """Operations decides; finance too, where the override states or denies what bills."""
        now_at = self.shipment_id.status_id | self.consignment_id.status_id
        bills = self.milestone_id.is_financial or any(now_at.mapped("is_financial"))
        return ["status_override", *(["status_override_billing"] if bills else [])]

    # === Deciding === #

    def _approval_obsolete(self, approval):
        """Override of ``logistics.approvable.mixin``: too late, or ended otherwise."""
        if self.state != "requested":
            states = dict(self._fields["state"]._description_selection(self.env))
            return self.env._("This override is not waiting any more: %s.", states[self.state])
        if self.valid_until <= fields.Datetime.now():
            return self.env._("This override would have ended already. Ask for a new one.")
        if set(self._approval_kinds()) - set(self.approval_ids.mapped("kind")):
            return self.env._(
                "The shipment has moved, and by now billing depends on this override: finance has "
                "to be asked, too. Reject it, and have it asked for anew."
            )
        return super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: active once everybody approved."""
        super()._on_approval_decided(approval)
        if self.state != "requested":
            return
        approvals = self.env["logistics.approval"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id)]
        )
        if approval.state != "approved":
            self._move_to(approval.state, **self._ending())
            approvals.filtered(lambda other: other.state == "pending")._close("withdrawn")
        elif all(other.state == "approved" for other in approvals):
            self._activate()

    def _activate(self):
        self._move_to("active", activated_at=fields.Datetime.now())
        self._state_each(lambda override: override._to_statement())
        self._tell_shipments()

    def _ending(self):
        return {"ended_at": fields.Datetime.now(), "ended_by_id": self.env.uid}

    # === For people === #

    def _text(self, tz=None):
        """Who, why and until when, in one sentence; empty without an override.

        :param str tz: for whom it is written; the reader's own time zone by default
        """
        if not self:
            return ""
        until = format_datetime(self.env, self.valid_until, tz=tz, dt_format="short")
        return self.env._(
            "“%(status)s” by override until %(until)s: %(reason)s. Asked for by %(asker)s, "
            "approved by %(approvers)s.",
            status=self.milestone_id.name,
            until=f"{until} {tz}" if tz else until,
            reason=self.reason_id.name,
            asker=self.requested_by_id.name,
            approvers=", ".join(self.approved_by_ids.mapped("name")),
        )

    def _tell_shipments(self):
        for override in self:
            override.shipment_id._message_log(
                body=override._text(tz="UTC")
                if override.state == "active"
                else self.env._(
                    "The override to “%s” is over: the facts decide again.",
                    override.milestone_id.name,
                )
            )
