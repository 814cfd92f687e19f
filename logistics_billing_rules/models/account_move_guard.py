from odoo import api, fields, models
from odoo.fields import Domain


class AccountMove(models.Model):
    """What people see of the guard before they run into it, and the way out."""

    _inherit = "account.move"

    logistics_problem = fields.Text(
        compute="_compute_logistics_problem", help="Why this draft cannot be posted as it is."
    )

    @api.depends("state", "line_ids.price_subtotal", "line_ids.quantity", "line_ids.product_id")
    def _compute_logistics_problem(self):
        for move in self:
            ours = move.state == "draft" and move._logistics_releases()
            move.logistics_problem = "\n".join(move._logistics_problems()) if ours else False

    def action_logistics_withdraw(self):
        """Cancel this draft and take its releases back to what the facts say."""
        self.ensure_one()
        return self._logistics_releases().action_withdraw()

    def _logistics_strays(self, lines_sudo):
        """Why lines that belong to no order invoice goods which a shipment holds: sentences.

        Said only where it is certain: the customer has such goods on their way, held, and none
        that may be invoiced. Then a line of one's own would invoice them past the release.
        """
        strays_sudo = lines_sudo.filtered(
            lambda line: not line.sale_line_ids
            and not line.logistics_shipment_id
            and line.product_id.type == "consu"
            and line.quantity > 0
        )
        if not strays_sudo:
            return []
        open_sudo = self._logistics_open_lines(strays_sudo)
        held = open_sudo._logistics_held()
        return [
            self.env._(
                "%(line)s is linked to no order, and %(product)s of this customer waits: %(why)s. "
                "Remove the line, or make an order for what is sold besides.",
                line=line_sudo.name or line_sudo.product_id.display_name,
                product=line_sudo.product_id.display_name,
                why=release_sudo._why_text(),
            )
            for line_sudo in strays_sudo
            if (release_sudo := line_sudo._logistics_certainly_held(open_sudo, held))
        ]

    def _logistics_open_lines(self, strays_sudo):
        """Order lines of these customers and products that are not invoiced, elevated."""
        customers = strays_sudo.move_id.commercial_partner_id
        domain = Domain("product_id", "in", strays_sudo.product_id.ids)
        domain &= Domain("order_id.partner_id.commercial_partner_id", "in", customers.ids)
        domain &= Domain("company_id", "in", strays_sudo.company_id.ids)
        domain &= Domain("state", "=", "sale") & Domain("invoice_status", "!=", "invoiced")
        return self.env["sale.order.line"].sudo().search(domain, order="id")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _logistics_certainly_held(self, open_lines, held):
        """The release that certainly holds the goods of this line, or ``None``."""
        mine = open_lines.filtered(
            lambda line: line.product_id == self.product_id
            and line.company_id == self.company_id
            and line.order_id.partner_id.commercial_partner_id == self.move_id.commercial_partner_id
        )
        waits = {line.id: release for line, release in held.items()}
        if not mine or any(line.id not in waits for line in mine):
            return None
        return waits[mine[0].id]
