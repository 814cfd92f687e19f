from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    logistics_shipment_id = fields.Many2one(
        "logistics.shipment",
        "Shipment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The shipment whose goods or freight this line invoices.",
    )
    logistics_charge_id = fields.Many2one(
        "logistics.charge", "Shipment Charge", readonly=True, copy=False, ondelete="restrict"
    )
    logistics_release_line_ids = fields.One2many(
        "logistics.release.line", "move_line_id", "Released By", readonly=True, copy=False
    )

    def _logistics_problem(self, held):
        """Why this line may not be posted, as a sentence; empty if it may.

        :param dict held: ``sale.order.line._logistics_held`` of the lines that no release made
        """
        self.ensure_one()
        shipment = self.logistics_shipment_id
        if not shipment:
            release = next((held[line] for line in self.sale_line_ids if line in held), None)
            return release and f"{self.product_id.display_name}: {release._why_text()}"
        release = self.logistics_release_line_ids.filtered("live").release_id
        if not release:
            return self.env._(
                "%(line)s copies a line that was invoiced for shipment %(shipment)s already.",
                line=self.name or self.product_id.display_name,
                shipment=shipment.name,
            )
        return "" if release.state == "released" else release._why_text()
