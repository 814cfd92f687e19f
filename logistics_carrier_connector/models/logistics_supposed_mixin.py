from odoo import api, fields, models


class LogisticsSupposedMixin(models.AbstractModel):
    """A shipment that would stand elsewhere, or be invoiced otherwise, with another ledger."""

    _name = "logistics.supposed.mixin"
    _description = "Shipment as It Would Be"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    client_id = fields.Many2one(related="shipment_id.client_id")
    milestone_before = fields.Char("Stands At", readonly=True)
    milestone_after = fields.Char("Would Stand At", readonly=True)
    is_moved = fields.Boolean("Other Status", readonly=True)
    release_before = fields.Char("Release", readonly=True)
    release_after = fields.Char("Release Would Be", readonly=True)
    is_released_otherwise = fields.Boolean("Other Release", readonly=True)
    amount_before = fields.Monetary("Would Invoice Now", readonly=True, help="Untaxed.")
    amount_after = fields.Monetary("Would Invoice Then", readonly=True, help="Untaxed.")
    amount_difference = fields.Monetary("Difference", readonly=True)
    currency_id = fields.Many2one(related="shipment_id.company_id.currency_id")

    @api.model
    def _compared(self, shipments, ledger, other):
        """What other ledgers would mean, as values of these fields.

        All shipments are decided at once; nothing is written. Called elevated, for one company.

        :param dict ledger: ``{shipment id: [core.state.LedgerEvent, …]}`` as it is
        :param dict other: as it would be
        :return: ``{shipment id: values}`` of those that would not stay as they are
        """
        before, after = shipments._suppose(ledger), shipments._suppose(other)
        names = {
            code: self.env["logistics.milestone"].browse(id_).name
            for code, (id_, _milestone) in self.env["logistics.milestone"]._catalogue().items()
        }
        return {
            id_: {
                "shipment_id": id_,
                "milestone_before": names.get(before[id_].milestone, ""),
                "milestone_after": names.get(after[id_].milestone, ""),
                "is_moved": before[id_].milestone != after[id_].milestone,
                "release_before": before[id_].release,
                "release_after": after[id_].release,
                "is_released_otherwise": before[id_].release != after[id_].release,
                "amount_before": float(before[id_].amount),
                "amount_after": float(after[id_].amount),
                "amount_difference": float(after[id_].amount - before[id_].amount),
            }
            for id_ in shipments.ids
            if before[id_] != after[id_]
        }
