from odoo import api, models
from odoo.exceptions import AccessError

# Fields that a 3PL client does not see of his own goods in the portal.
INTERNAL = "base.group_user"


class LogisticsGovernedMixin(models.AbstractModel):
    """Fields that only the suite's own methods set, whatever rights a caller has on the record.

    ``readonly`` on a field binds the web client only; this binds RPC as well.
    """

    _name = "logistics.governed.mixin"
    _description = "Record with fields that nobody sets by hand"

    # Names of the fields; set by the inheriting model.
    _governed_fields: tuple[str, ...] = ()

    @api.model_create_multi
    def create(self, vals_list):
        # A default in the context is a value that the caller sets, too.
        defaults = dict.fromkeys(
            key.removeprefix("default_") for key in self.env.context if key.startswith("default_")
        )
        for vals in vals_list:
            self._check_governed(defaults | vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_governed(vals)
        return super().write(vals)

    def _check_governed(self, vals):
        if self.env.su:
            return
        refused = [name for name in self._governed_fields if name in vals]
        if refused:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in refused)
            raise AccessError(
                self.env._("%s cannot be set by hand: it follows from what was stated.", labels)
            )
