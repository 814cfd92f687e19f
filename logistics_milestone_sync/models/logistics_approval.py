from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.duties import Act

_GROUP_OF_KIND = {
    "exception_billing": "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver",
    "status_override": "logistics_milestone_sync.logistics_milestone_sync_group_manager",
    "status_override_billing": (
        "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver"
    ),
    "rule_change": "logistics_milestone_sync.logistics_milestone_sync_group_manager",
    "manual_charge": "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver",
}


class LogisticsApprovableMixin(models.AbstractModel):
    _name = "logistics.approvable.mixin"
    _description = "Record that others decide about"

    def unlink(self):
        """Override of the ORM: nobody is asked about what is gone."""
        # The right to delete the record is checked below; requests about it end with it.
        approvals_sudo = self.env["logistics.approval"].sudo()
        asked_sudo = approvals_sudo.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "pending")]
        )
        asked_sudo.shipment_id._lock_in_order()
        result = super().unlink()  # refuses what has to stay, before anybody's request ends
        asked_sudo._close("withdrawn")
        return result

    def _on_approval_decided(self, approval):
        """Act on the outcome (``approval.state``): approved, rejected, withdrawn or expired.

        Called elevated; ``env.uid`` decided it, or took it back.
        """

    def _approval_conflict(self, approval):
        """Why the current user may not decide this one, as a sentence; empty if he may.

        For what depends on the record itself. Duties that do not go together are data
        (``logistics.duty.conflict``), and requester and approver differ always.
        """
        return ""

    def _approval_obsolete(self, approval):
        """Why it is too late to approve this, as a sentence; empty while it is still as asked."""
        return ""


class LogisticsApproval(models.Model):
    """Two pairs of eyes on everything that changes money or rules.

    The database refuses an approval by its own requester, so no code path can forget it.
    """

    _name = "logistics.approval"
    _description = "Approval"
    _inherit = ["mail.thread", "mail.activity.mixin", "logistics.stateful.mixin"]
    _order = "requested_at desc, id desc"
    _rec_names_search = ["res_name"]
    _transitions = {"pending": ("approved", "rejected", "withdrawn", "expired")}

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(
        [
            ("exception_billing", "Bill in spite of an exception"),
            ("status_override", "Override of a status"),
            ("status_override_billing", "Override of a status that bills"),
            ("rule_change", "Change of a source-of-truth rule"),
            ("manual_charge", "Revenue entered by hand"),
        ],
        required=True,
        readonly=True,
    )
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record Id", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("About", readonly=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="pending",
        tracking=True,
        index=True,
    )
    requester_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    requested_at = fields.Datetime(required=True, readonly=True)
    approver_id = fields.Many2one("res.users", "Decided By", readonly=True, index="btree_not_null")
    decided_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(readonly=True)
    reason_code = fields.Char(readonly=True)
    reason_id = fields.Many2one("logistics.reason.code", readonly=True, ondelete="restrict")
    note = fields.Text("Why", readonly=True)
    decision_note = fields.Text("Answer", readonly=True)
    rejection_reason_id = fields.Many2one(
        "logistics.reason.code", readonly=True, ondelete="restrict"
    )
    amount = fields.Monetary("At Stake", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    can_decide = fields.Boolean(compute="_compute_can_decide", search="_search_can_decide")
    is_mine = fields.Boolean(compute="_compute_can_decide")

    _not_by_requester = models.Constraint(
        "CHECK(approver_id IS NULL OR approver_id <> requester_id)",
        "Nobody approves his own request.",
    )
    _decided_by_somebody = models.Constraint(
        "CHECK(state NOT IN ('approved', 'rejected') OR approver_id IS NOT NULL)",
        "A decision needs somebody who took it.",
    )
    _rejected_with_answer = models.Constraint(
        "CHECK(state <> 'rejected' OR decision_note IS NOT NULL)",
        "Whoever asked has to learn why it was rejected.",
    )
    _one_pending_uniq = models.UniqueIndex(
        "(kind, res_model, res_id) WHERE state = 'pending'",
        "This was submitted for approval already.",
    )
    # Used by the cases, overrides and agreements that look up their approvals.
    _about_idx = models.Index("(res_model, res_id)")

    @api.depends("kind", "res_name")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for approval in self:
            approval.name = f"{kinds.get(approval.kind)}: {approval.res_name}"

    @api.depends_context("uid")
    @api.depends("state", "requester_id", "kind")
    def _compute_can_decide(self):
        for approval in self:
            approval.is_mine = approval.requester_id == self.env.user
            approval.can_decide = (
                approval.state == "pending"
                and not approval.is_mine
                and self.env.user.has_group(self._approver_group(approval.kind))
            )

    def _search_can_decide(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        kinds = [
            kind
            for kind, _label in self._fields["kind"]._description_selection(self.env)
            if self.env.user.has_group(self._approver_group(kind))
        ]
        return [
            ("state", "=", "pending"),
            ("requester_id", "!=", self.env.uid),
            ("kind", "in", kinds),
        ]

    @api.model
    def _approver_group(self, kind):
        """XML id of the group that decides requests of this kind. To be extended with kinds.

        In code and not in data, because whoever could write it could make himself the approver.
        How long a request is valid and whether it needs a reason is data
        (``logistics.approval.kind``).
        """
        return _GROUP_OF_KIND[kind]

    @api.model
    def _request(self, record, kind, reason_code="", note="", amount=0.0, currency=None):
        """Ask for a decision about ``record``. The requester is the user who calls.

        :param record: one record of a model that inherits ``logistics.approvable.mixin``
        :param str kind: a value of the field ``kind``
        :param str reason_code: code of a ``logistics.reason.code`` for the purpose of the kind
        :return: the pending approval
        :raises AccessError: if the requester took a part before that does not go with asking
        :raises UserError: if the kind needs a reason and none is given
        """
        record.ensure_one()
        refused = self.env["logistics.duty.conflict"]._refusals(f"{kind}.request", record)
        if refused:
            raise AccessError(refused[record.id])
        terms_sudo = self.env["logistics.approval.kind"].sudo()._of(kind)
        company = ("company_id" in record and record.company_id) or self.env.company
        now = fields.Datetime.now()
        # Whoever may ask was checked by the caller; writing is nobody's right.
        approval_sudo = self.sudo().create(
            {
                "kind": kind,
                "res_model": record._name,
                "res_id": record.id,
                "res_name": record.display_name,
                "shipment_id": record.shipment_id.id if "shipment_id" in record else False,
                "company_id": company.id,
                "requester_id": self.env.uid,
                "requested_at": now,
                "expires_at": now + timedelta(days=terms_sudo.validity_days),
                "reason_code": reason_code,
                "reason_id": terms_sudo._reason(reason_code).id,
                "note": note,
                "amount": amount,
                "currency_id": (currency or company.currency_id).id,
            }
        )
        approval_sudo._decided()
        return approval_sudo.with_env(self.env)

    def action_open_record(self):
        """Open the record that the approval is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def _record(self):
        return self.env[self.res_model].browse(self.res_id).exists()

    def _acts(self):
        """What people did here, for duties that do not go together."""
        self.ensure_one()
        about = {"record": f"{self.res_model},{self.res_id}"}
        about |= {"shipment": str(self.shipment_id.id)} if self.shipment_id else {}
        acts = [Act(self.requester_id.id, f"{self.kind}.request", about)]
        if self.state == "approved":
            acts.append(Act(self.approver_id.id, f"{self.kind}.approve", about))
        return acts

    def _decided(self):
        """Hook: these approvals were requested or decided, in this very transaction."""
        self._announce()
