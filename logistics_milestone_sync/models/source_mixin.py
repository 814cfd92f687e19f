from odoo import models
from odoo.exceptions import UserError


class LogisticsSourceMixin(models.AbstractModel):
    _name = "logistics.source.mixin"
    _description = "Record that points to the raw statement it came from"

    def action_open_source(self):
        """Open the raw statement, as far as the user may read it.

        :raises UserError: if there is none any more
        """
        self.ensure_one()
        self.check_access("read")
        model, _comma, record_id = (self.source or "").partition(",")
        known = model in self.env and record_id.isdecimal()
        record = self.env[model].browse(int(record_id)).exists() if known else None
        if not record:
            raise UserError(self.env._("The original is not kept in this database."))
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record.id,
            "views": [(False, "form")],
        }
