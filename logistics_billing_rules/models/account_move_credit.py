from odoo import fields, models
from odoo.tools import float_compare


class AccountMove(models.Model):
    """Credit notes that an accountant makes: what they credit is off the books of the releases."""

    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account`: note what credit notes credit that no adjustment made."""
        posted = super()._post(soft)
        # Whoever may post a credit note may credit; our books are nobody's to write.
        posted.sudo()._logistics_note_credits()
        return posted

    def _logistics_note_credits(self):
        """Note what these credit notes take off released invoices. Called elevated.

        A line at the price of the invoice credits a quantity; at another price it is a concession
        on the price, and the quantity stands.
        """
        lines = self.filtered(lambda move: move.move_type == "out_refund").invoice_line_ids
        noted = lines.logistics_release_line_ids
        lines -= noted.filtered(lambda line: not line.by_hand).move_line_id  # an adjustment's
        again = noted.filtered("by_hand")
        found = lines._logistics_credited()
        shipments = again.shipment_id.union(*(line.shipment_id for line in found.values()))
        if not shipments:
            return
        shipments._lock_in_order()
        again.unlink()  # it was posted before, and may say something else now
        noted.create([line._logistics_credit_vals(credited) for line, credited in found.items()])
        self.env["logistics.release"]._mark_stale(shipments)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    logistics_credits_id = fields.Many2one(
        "account.move.line",
        "Credits",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice line that this line of a credit note reverses.",
    )

    def copy_data(self, default=None):
        """Override of `account`: the line of a reversal remembers what it reverses."""
        vals_list = super().copy_data(default)
        if "move_reverse_cancel" in self.env.context:
            for line, vals in zip(self, vals_list, strict=True):
                if line.logistics_shipment_id:
                    vals["logistics_credits_id"] = line.id
        return vals_list

    def _logistics_credited(self):
        """``{line of a credit note: the line of our books that it takes something off}``."""
        mine = self.filtered(lambda line: line.display_type == "product" and line.price_subtotal)
        # Odoo credits what came back with lines of the order, which reverse no other line.
        loose = mine.filtered(lambda line: not line.logistics_credits_id and line.sale_line_ids)
        of_order = self.env["logistics.release.line"].search(
            [("sale_line_id", "in", loose.sale_line_ids.ids)], order="id desc"
        )
        reversed_lines = mine.logistics_credits_id.logistics_release_line_ids | of_order
        reversed_lines.mapped("reversal_ids.live")  # of all at once, not line by line below
        found = {}
        for line in mine:
            candidates = line.logistics_credits_id.logistics_release_line_ids or of_order.filtered(
                lambda credited, line=line: credited.sale_line_id in line.sale_line_ids
            )
            credited = line._logistics_credited_of(candidates)
            if credited:
                found[line] = credited
        return found

    def _logistics_credited_of(self, candidates):
        """The one of these lines of our books that this line credits, if any."""
        customer = self.move_id.commercial_partner_id
        candidates = candidates.filtered(
            lambda line: line.quantity > 0
            and line.move_line_id.parent_state == "posted"
            and line.move_line_id.move_id.commercial_partner_id == customer
        )
        enough = candidates.filtered(lambda line: line._left() >= self.quantity)
        return (enough or candidates)[:1]

    def _logistics_credit_vals(self, credited):
        """Values of the line of our books for this line of a credit note."""
        original = credited.move_line_id
        same_price = self.currency_id == original.currency_id and not any(
            float_compare(self[name], original[name], precision_digits=6)
            for name in ("price_unit", "discount")
        )
        return {
            "release_id": credited.release_id.id,
            "shipment_id": credited.shipment_id.id,
            "company_id": credited.company_id.id,
            "kind": credited.kind,
            "sale_line_id": credited.sale_line_id.id,
            "charge_id": credited.charge_id.id,
            "quantity": -self.quantity if same_price else 0.0,
            "move_line_id": self.id,
            "reverses_id": credited.id,
            "by_hand": True,
            "stands": True,
        }


class LogisticsReleaseLine(models.Model):
    _inherit = "logistics.release.line"

    def _left(self):
        """What of the quantity is not credited yet."""
        return self.quantity + sum(self.reversal_ids.filtered("live").mapped("quantity"))
