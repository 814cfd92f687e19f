from odoo import api, fields, models
from odoo.exceptions import AccessError

_PREPARER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer"
KIND = "adjustment"


class LogisticsAdjustment(models.Model):
    """A correction of posted invoices that the facts ask for: proposed, decided, then in the books.

    Proposed by the billing lane, at most once for the same difference; a rejected one stands, and
    is not proposed again. Posted invoices are never edited.
    """

    _name = "logistics.adjustment"
    _description = "Adjustment of an Invoice"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.approvable.mixin",
        "logistics.stateful.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    _transitions = {
        "proposed": ("awaiting_approval", "withdrawn"),
        "awaiting_approval": ("proposed", "approved", "rejected", "withdrawn"),
        "approved": ("posted", "withdrawn"),
        "withdrawn": ("proposed",),
    }

    name = fields.Char(required=True, readonly=True)
    release_id = fields.Many2one(
        "logistics.release", required=True, readonly=True, index=True, ondelete="restrict"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null")
    kind = fields.Selection(
        [("credit", "Credit note"), ("debit", "Debit note")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("awaiting_approval", "Awaiting Approval"),
            ("approved", "Approved"),
            ("posted", "Posted"),
            ("rejected", "Rejected"),
            ("withdrawn", "No Longer Needed"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        tracking=True,
        index=True,
    )
    difference_key = fields.Char(required=True, readonly=True)
    why = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Untaxed; negative for the customer's benefit.")
    line_ids = fields.One2many("logistics.adjustment.line", "adjustment_id", "What", readonly=True)
    decision_id = fields.Many2one("logistics.decision", "After", readonly=True, ondelete="restrict")
    evidence = fields.Json("Event Ids", readonly=True)
    event_ids = fields.Many2many(
        "logistics.milestone.event", compute="_compute_event_ids", string="Rests On"
    )
    approval_id = fields.Many2one("logistics.approval", readonly=True, index="btree_not_null")
    release_line_ids = fields.One2many("logistics.release.line", "adjustment_id", readonly=True)
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Documents")

    _difference_uniq = models.UniqueIndex(
        "(release_id, difference_key)", "This difference was proposed already."
    )

    def _compute_event_ids(self):
        events = self.env["logistics.milestone.event"]
        for adjustment in self:
            adjustment.event_ids = events.browse(adjustment.evidence or ()).exists()

    @api.depends("release_line_ids.move_line_id.move_id")
    def _compute_move_ids(self):
        for adjustment in self:
            adjustment.move_ids = adjustment.release_line_ids.move_line_id.move_id

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(self.env._("Adjustments are evidence and cannot be removed."))

    def action_submit(self):
        """Ask a finance approver to put these corrections into the books.

        :raises AccessError: for users who do not prepare invoices
        """
        self.check_access("read")
        if not self.env.user.has_group(_PREPARER):
            raise AccessError(self.env._("Only %s may do this.", self.env.ref(_PREPARER).full_name))
        for adjustment in self.filtered(lambda each: each.state == "proposed"):
            # The caller's role was checked; a proposal is nobody's to write.
            adjustment_sudo = adjustment.sudo()
            approval = self.env["logistics.approval"]._request(
                adjustment,
                KIND,
                note=adjustment._words(),
                amount=adjustment.amount,
                currency=adjustment.currency_id,
            )
            adjustment_sudo._move_to("awaiting_approval", approval_id=approval.id)

    def action_approve(self):
        """Approve these corrections; the billing lane puts them into the books."""
        return self.approval_id.filtered(lambda each: each.state == "pending").action_approve()

    def action_reject(self):
        """Reject these corrections: the invoices stand as they are."""
        return self.approval_id.filtered(lambda each: each.state == "pending").action_reject()

    def action_open_documents(self):
        """Open the credit notes and invoices that these corrections made."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return action | {"domain": [("id", "in", self.move_ids.ids)], "context": {}}

    def action_open_release(self):
        """Open the release with its explanation."""
        return self.release_id._action_open()

    def _words(self):
        """What is corrected and why, in a few lines, for whoever decides."""
        return "\n".join([self.why or "", *(line._words() for line in self.line_ids)])

    def _approval_obsolete(self, approval):
        """Override of ``logistics.approvable.mixin``: the facts may have moved on."""
        if self.state != "awaiting_approval" or self.release_id.stale:
            return self.env._("The facts changed since this was asked. Look at it again.")
        return super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: to the books, or it stands rejected."""
        super()._on_approval_decided(approval)
        target = approval.state if approval.state in ("approved", "rejected") else "proposed"
        if self.state == "awaiting_approval":
            self._move_to(target)
        self.env["logistics.release"]._mark_stale(self.shipment_id)

    def _no_longer_needed(self):
        """Take these back: the facts and the books agree, or differ in something else."""
        for adjustment in self:
            adjustment.approval_id.filtered(lambda each: each.state == "pending")._close(
                "withdrawn"
            )
            adjustment._move_to("withdrawn")


class LogisticsAdjustmentLine(models.Model):
    _name = "logistics.adjustment.line"
    _description = "Line of an Adjustment"
    _order = "adjustment_id, id"

    adjustment_id = fields.Many2one(
        "logistics.adjustment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="adjustment_id.company_id", store=True, index=True)
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True, help="Negative: credited.")
    currency_id = fields.Many2one(related="adjustment_id.currency_id")
    amount = fields.Monetary(readonly=True)

    def _words(self):
        amount = self.currency_id.format(self.amount)
        return f"{amount}  {self.name} ({self.quantity:+g})"
