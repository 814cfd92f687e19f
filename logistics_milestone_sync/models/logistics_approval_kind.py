from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_reason_code import PURPOSES


class LogisticsApprovalKind(models.Model):
    """The terms of one kind of approval that a company may choose.

    Who decides is not among them (``logistics.approval._approver_group``): whoever could write it
    could make himself the approver.
    """

    _name = "logistics.approval.kind"
    _description = "Kind of Approval"
    _inherit = ["mail.thread", "logistics.governed.mixin"]
    _order = "code"
    _governed_fields = ("code", "reason_purpose", "takes_reason")

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(compute="_compute_from_code")
    approver_group = fields.Char("Decided By", compute="_compute_from_code")
    validity_days = fields.Integer(
        "Valid for (Days)",
        required=True,
        default=14,
        tracking=True,
        help="A request that nobody decided by then expires.",
    )
    reason_required = fields.Boolean(
        tracking=True, help="Nobody may ask without choosing a reason."
    )
    takes_reason = fields.Boolean(
        readonly=True, help="Whoever asks has a place to choose a reason."
    )
    reason_purpose = fields.Selection(PURPOSES, required=True, readonly=True, default="approval")

    _code_uniq = models.UniqueIndex("(code)", "This kind of approval has its terms already.")
    _valid_some_time = models.Constraint(
        "CHECK(validity_days > 0)", "A request must be valid for at least a day."
    )

    _reason_has_a_place = models.Constraint(
        "CHECK(reason_required IS NOT TRUE OR takes_reason IS TRUE)",
        "Requests of this kind have no place for a reason yet, so none can be required.",
    )

    @api.depends("code")
    def _compute_from_code(self):
        approvals = self.env["logistics.approval"]
        labels = dict(approvals._fields["kind"]._description_selection(self.env))
        for kind in self:
            kind.name = labels.get(kind.code, kind.code)
            group = kind.code in labels and self.env.ref(approvals._approver_group(kind.code))
            kind.approver_group = group.sudo().full_name if group else ""

    @api.model
    def _of(self, code):
        """The terms of this kind; those of a kind without a row are the defaults."""
        return self.search([("code", "=", code)]) or self.new({"code": code})

    def _reason(self, code):
        """The reason with this code, for a request of this kind.

        :raises UserError: if a reason is required and this is none
        """
        reason = self.env["logistics.reason.code"]._find(self.reason_purpose, code or "")
        if self.reason_required and not reason:
            raise UserError(self.env._("Choose a reason: “%s” needs one.", self.name))
        return reason
