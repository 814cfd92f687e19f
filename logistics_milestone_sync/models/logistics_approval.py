from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_GROUP_OF_KIND = {
    "exception_billing": "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver",
}
_VALID_DAYS = 14


class LogisticsApprovableMixin(models.AbstractModel):
    _name = "logistics.approvable.mixin"
    _description = "Record that others decide about"

    def _on_approval_decided(self, approval):
        """Act on the decision (``approval.state``). Called elevated, ``env.uid`` decided it."""

    def _approval_conflict(self, approval):
        """Why the current user may not decide this one, as a sentence; empty if he may.

        For duties that do not go together, beyond "requester and approver differ", which always
        holds.
        """
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
    _transitions = {"pending": ("approved", "rejected", "expired")}

    name = fields.Char(compute="_compute_name")
    kind = fields.Selection(
        [("exception_billing", "Bill in spite of an exception")], required=True, readonly=True
    )
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record Id", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("About", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="pending",
        tracking=True,
        index=True,
    )
    requester_id = fields.Many2one("res.users", required=True, readonly=True)
    requested_at = fields.Datetime(required=True, readonly=True)
    approver_id = fields.Many2one("res.users", "Decided By", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    expires_at = fields.Datetime(readonly=True)
    reason_code = fields.Char(readonly=True)
    note = fields.Text("Why", readonly=True)
    decision_note = fields.Text("Answer")
    amount = fields.Monetary("At Stake", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    can_decide = fields.Boolean(compute="_compute_can_decide", search="_search_can_decide")

    _not_by_requester = models.Constraint(
        "CHECK(approver_id IS NULL OR approver_id <> requester_id)",
        "Nobody approves his own request.",
    )
    _decided_by_somebody = models.Constraint(
        "CHECK(state NOT IN ('approved', 'rejected') OR approver_id IS NOT NULL)",
        "A decision needs somebody who took it.",
    )
    _one_pending_uniq = models.UniqueIndex(
        "(kind, res_model, res_id) WHERE state = 'pending'",
        "This was submitted for approval already.",
    )

    @api.depends("kind", "res_name")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for approval in self:
            approval.name = f"{kinds.get(approval.kind)}: {approval.res_name}"

    @api.depends_context("uid")
    @api.depends("state", "requester_id", "kind")
    def _compute_can_decide(self):
        for approval in self:
            approval.can_decide = (
                approval.state == "pending"
                and approval.requester_id != self.env.user
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
        """XML id of the group that decides requests of this kind. To be extended with kinds."""
        return _GROUP_OF_KIND[kind]

    @api.model
    def _request(self, record, kind, reason_code="", note="", amount=0.0, currency=None):
        """Ask for a decision about ``record``. The requester is the user who calls.

        :param record: one record of a model that inherits ``logistics.approvable.mixin``
        :param str kind: a value of the field ``kind``
        :return: the pending approval
        """
        record.ensure_one()
        company = record.company_id or self.env.company
        approval_sudo = self.sudo().create(
            {
                "kind": kind,
                "res_model": record._name,
                "res_id": record.id,
                "res_name": record.display_name,
                "company_id": company.id,
                "requester_id": self.env.uid,
                "requested_at": fields.Datetime.now(),
                "expires_at": fields.Datetime.now() + timedelta(days=_VALID_DAYS),
                "reason_code": reason_code,
                "note": note,
                "amount": amount,
                "currency_id": (currency or company.currency_id).id,
            }
        )
        approval_sudo._decided()
        return approval_sudo.with_env(self.env)

    def action_approve(self):
        """Approve, as somebody of the approver group who did not ask for it."""
        self._decide("approved")

    def action_reject(self):
        """Reject, as somebody of the approver group who did not ask for it."""
        self._decide("rejected")

    def action_open_record(self):
        """Open the record that the approval is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def _decide(self, decision):
        self.check_access("read")
        for approval in self:
            approval._check_may_decide()
        # The approver's right was checked above; writing is nobody's right but this method's.
        approvals_sudo = self.sudo().try_lock_for_update()
        if len(approvals_sudo) < len(self):
            raise UserError(self.env._("Somebody else is deciding this right now."))
        approvals_sudo._move_to(
            decision, approver_id=self.env.uid, decided_at=fields.Datetime.now()
        )
        for approval_sudo in approvals_sudo:
            approval_sudo._record()._on_approval_decided(approval_sudo)
        approvals_sudo._decided()

    def _check_may_decide(self):
        self.ensure_one()
        if not self.env.user.has_group(self._approver_group(self.kind)):
            raise AccessError(
                self.env._(
                    "Only %s may decide this.", self.env.ref(self._approver_group(self.kind)).name
                )
            )
        if self.requester_id == self.env.user:
            raise AccessError(
                self.env._("You asked for this yourself: somebody else has to decide it.")
            )
        if self.expires_at and self.expires_at < fields.Datetime.now():
            raise UserError(self.env._("This request has expired. Ask for it again."))
        conflict = self._record()._approval_conflict(self)
        if conflict:
            raise AccessError(conflict)

    def _record(self):
        return self.env[self.res_model].browse(self.res_id).exists()

    def _decided(self):
        """Hook: these approvals were requested or decided, in this very transaction."""

    @api.autovacuum
    def _gc_expire(self):
        """Close requests that nobody decided in time."""
        late = self.search([("state", "=", "pending"), ("expires_at", "<", fields.Datetime.now())])
        late._move_to("expired", decided_at=fields.Datetime.now())
        late._decided()
