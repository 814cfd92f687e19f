from odoo import api, fields, models
from odoo.exceptions import AccessError

STATES = [
    ("waiting", "Waiting"),
    ("blocked", "Blocked"),
    ("awaiting_approval", "Awaiting Approval"),
    ("ready", "Ready"),
    ("released", "Released"),
    ("disputed", "Disputed"),
    ("adjusted", "Adjusted"),
    ("review", "To Review"),
    ("cancelled", "Nothing to Invoice"),
]
# Invoiced, and nothing is open; and posted, but not as the facts say.
SETTLED = ("released", "adjusted")
DIFFERENT = ("review", "disputed")
HELD = ("waiting", "blocked", "awaiting_approval", "ready")
REASONS = [
    ("delivered", "Delivery"),
    ("pod_received", "Proof of delivery"),
    ("weight_validated", "Certified weight"),
    ("milestone", "Another milestone"),
    ("transfer", "Transfer not validated"),
    ("exception", "Open exception"),
    ("approval", "Approval of an exception"),
    ("pod_document", "Document of the proof"),
    ("outcome", "Failed or disputed delivery"),
    ("charge", "Stated charge in doubt"),
    ("price", "Charges cannot be priced"),
    ("agreement", "No agreement"),
    ("limit", "Limit of the day"),
    ("difference", "Invoice and facts differ"),
    ("error", "Technical problem"),
]
OWERS = [
    ("carrier", "Carrier"),
    ("warehouse", "Warehouse"),
    ("service", "Customer service"),
    ("finance", "Finance"),
    ("approver", "Finance approver"),
]
# What people may change; everything else is written by the billing lane.
_EDITABLE = {"user_id", "note"}
_ANY_BUT = {state for state, _label in STATES}


class LogisticsRelease(models.Model):
    """The gate in front of the customer invoice of one shipment.

    Its state is a function of the facts and of what is invoiced already. It is evaluated by the
    billing lane (``logistics_release_lane.py``) whenever one of them changed (``stale``).
    """

    _name = "logistics.release"
    _description = "Invoice Release"
    _inherit = ["mail.thread", "mail.activity.mixin", "logistics.stateful.mixin"]
    _order = "amount_at_stake desc, id desc"
    _check_company_auto = True
    # Facts may lead anywhere from anywhere; only the books are final, and those are not states.
    _transitions = {state: tuple(_ANY_BUT - {state}) for state in _ANY_BUT}

    name = fields.Char(related="shipment_id.name", store=True, index="trigram")
    release_key = fields.Char(required=True, readonly=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null")
    sale_order_ids = fields.Many2many(related="shipment_id.sale_order_ids", string="Sale Orders")
    agreement_id = fields.Many2one(
        "logistics.agreement", "Under", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "Responsible", tracking=True)
    note = fields.Text("Internal Note")

    # === What was decided, and why === #
    state = fields.Selection(
        STATES, required=True, readonly=True, default="waiting", group_expand=True
    )
    reason = fields.Char("Waiting For", readonly=True)
    reason_code = fields.Selection(REASONS, "Reason", readonly=True)
    owed_by = fields.Selection(OWERS, readonly=True, help="Who has to do something.")
    missing_since = fields.Datetime("Since", readonly=True)
    explanation = fields.Json(readonly=True)
    approval_id = fields.Many2one(
        "logistics.approval", "Approval Asked", readonly=True, index="btree_not_null"
    )
    decision_ids = fields.One2many("logistics.decision", "release_id", "Decisions")

    # === Money, in the currency of the company === #
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_at_stake = fields.Monetary(
        "At Stake", readonly=True, help="Untaxed, goods and freight, not invoiced yet."
    )
    amount_invoiced = fields.Monetary("Invoiced", readonly=True, help="Untaxed.")
    line_ids = fields.One2many("logistics.release.line", "release_id", "Invoiced Lines")
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Invoices")
    move_count = fields.Integer(compute="_compute_move_ids")

    # === How far it is === #
    stale = fields.Boolean("To Evaluate", readonly=True, help="Something changed since.")
    stale_since = fields.Datetime(readonly=True)
    released_at = fields.Datetime("Released", readonly=True)
    revision = fields.Integer(readonly=True, help="How often it was released.")
    prepared_by_id = fields.Many2one("res.users", "Released By", readonly=True)
    to_post = fields.Boolean(readonly=True, help="The billing lane posts its draft invoices next.")
    error = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)

    # One release per shipment, whoever asks first.
    _release_key_uniq = models.UniqueIndex("(release_key)", "This shipment has a release already.")
    _state_idx = models.Index("(company_id, state, amount_at_stake DESC)")
    # Used by the billing lane, which looks for work every time it is woken.
    _stale_idx = models.Index("(stale_since, id) WHERE stale")
    _to_post_idx = models.Index("(id) WHERE to_post")

    @api.depends("line_ids.move_line_id.move_id")
    def _compute_move_ids(self):
        for release in self:
            release.move_ids = release.line_ids.move_line_id.move_id
            release.move_count = len(release.move_ids)

    # === What people may write === #

    def write(self, vals):
        allowed = vals.keys() <= _EDITABLE or all(
            key.startswith(("message_", "activity_", "website_message_")) or key in _EDITABLE
            for key in vals
        )
        if not allowed and not self.env.su:
            raise AccessError(
                self.env._(
                    "Releases follow from facts and agreements; they are not edited by hand."
                )
            )
        return super().write(vals)

    # === Opening related records === #

    def _action_open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_billing_rules.logistics_release_action"
        )
        if len(self) == 1:
            return action | {"res_id": self.id, "views": [(False, "form")]}
        return action | {"domain": [("id", "in", self.ids)], "context": {}}

    def action_open_invoices(self):
        """Open the customer invoices of these releases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        moves = self.move_ids
        if len(moves) == 1:
            form = self.env.ref("account.view_move_form").id
            return action | {"res_id": moves.id, "views": [(form, "form")]}
        return action | {"domain": [("id", "in", moves.ids)]}

    def action_open_shipment(self):
        """Open the shipment with its timeline."""
        return self.shipment_id._action_open()

    def action_open_orders(self):
        """Open the sale orders of the shipment."""
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        orders = self.sale_order_ids
        if len(orders) == 1:
            return action | {"res_id": orders.id, "views": [(False, "form")]}
        return action | {"domain": [("id", "in", orders.ids)], "context": {}}
