from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsCharge(models.Model):
    _inherit = "logistics.charge"

    rate_id = fields.Many2one(
        "logistics.rate",
        "Price Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The line of the agreement that it was priced by.",
    )

    @property
    def _governed_fields(self):
        return (*super()._governed_fields, "rate_id")

    @api.constrains("charge_key", "source_kind")
    def _check_key_is_free(self):
        if self.filtered(
            lambda charge: charge.source_kind == "manual" and charge.charge_key.startswith("rate/")
        ):
            raise ValidationError(
                self.env._("Keys that begin with “rate/” belong to agreements. Choose another one.")
            )

    def _says(self, vals):
        """Whether it says the same as these values, to the word."""
        self.ensure_one()
        return (self.name, self.amount, self.currency_id.id, self.explanation) == (
            vals["name"],
            vals["amount"],
            vals["currency_id"],
            vals["explanation"],
        )
