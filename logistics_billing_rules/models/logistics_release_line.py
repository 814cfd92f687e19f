from decimal import Decimal

from odoo import api, fields, models


class LogisticsReleaseLine(models.Model):
    """What a release put on an invoice: the books of the billing lane.

    While the invoice line lives (its invoice is a draft or posted), the database refuses a second
    one for the same goods of the release or for the same charge.
    """

    _name = "logistics.release.line"
    _description = "Invoiced Line of a Release"
    _order = "release_id, id"

    release_id = fields.Many2one(
        "logistics.release", required=True, readonly=True, index=True, ondelete="restrict"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    kind = fields.Selection(
        [("goods", "Goods"), ("service", "Service of the order"), ("charge", "Charge")],
        required=True,
        readonly=True,
    )
    sale_line_id = fields.Many2one(
        "sale.order.line", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    charge_id = fields.Many2one(
        "logistics.charge", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    quantity = fields.Float(digits="Product Unit", readonly=True, help="Negative on a credit note.")
    adjustment_id = fields.Many2one(
        "logistics.adjustment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    reverses_id = fields.Many2one(
        "logistics.release.line", "Credits", readonly=True, index="btree_not_null"
    )
    reversal_ids = fields.One2many("logistics.release.line", "reverses_id", "Credited By")
    by_hand = fields.Boolean(readonly=True, help="An accountant credited it.")
    stands = fields.Boolean(
        "Conceded", readonly=True, help="Credited by hand, and not invoiced again unless asked."
    )
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount = fields.Monetary("Untaxed", related="move_line_id.price_subtotal")
    # What the draft said when it was released: whoever changes it later has to withdraw it.
    released_amount = fields.Monetary(
        "Released", currency_field="released_currency_id", readonly=True
    )
    released_currency_id = fields.Many2one("res.currency", readonly=True)
    released_product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    move_line_id = fields.Many2one(
        "account.move.line", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    live = fields.Boolean(compute="_compute_live", store=True, precompute=True)

    _one_live_goods_uniq = models.UniqueIndex(
        "(release_id, sale_line_id)"
        " WHERE live AND sale_line_id IS NOT NULL AND adjustment_id IS NULL"
        " AND reverses_id IS NULL",
        "These goods are on an invoice of the shipment already.",
    )
    _one_live_charge_uniq = models.UniqueIndex(
        "(charge_id) WHERE live AND charge_id IS NOT NULL AND adjustment_id IS NULL"
        " AND reverses_id IS NULL",
        "This charge is on an invoice already.",
    )

    # What an approved adjustment adds or credits comes once, too.
    _one_adjusted_uniq = models.UniqueIndex(
        "(adjustment_id, COALESCE(reverses_id, 0), COALESCE(sale_line_id, 0),"
        " COALESCE(charge_id, 0)) WHERE live AND adjustment_id IS NOT NULL",
        "This adjustment is in the books already.",
    )

    @api.depends("move_line_id.parent_state")
    def _compute_live(self):
        for line in self:
            line.live = line.move_line_id.parent_state in ("draft", "posted")

    def _key(self):
        """What the quantity belongs to, as ``core/settlement.py`` names it."""
        self.ensure_one()
        return f"{self.kind}/{self.charge_id.id or self.sale_line_id.id}"

    def _quantities(self):
        """``{key: quantity}`` of these lines together."""
        found = {}
        for line in self:
            key = line._key()
            found[key] = found.get(key, Decimal(0)) + Decimal(str(line.quantity))
        return found
