from odoo import api, models


class LogisticsRememberedMixin(models.AbstractModel):
    """Rows that every worker keeps in memory (``ormcache``) until one of them changes."""

    _name = "logistics.remembered.mixin"
    _description = "Record that workers remember"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
