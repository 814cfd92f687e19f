from odoo import api, models
from odoo.exceptions import AccessError

# Fields that a 3PL client does not see of his own goods in the portal.
INTERNAL = "base.group_user"


class LogisticsGovernedMixin(models.AbstractModel):
    """Fields that only the suite's own methods set, whatever rights a caller has on the record.

    ``readonly`` on a field binds the web client only; this binds RPC as well. Stored fields that
    are computed and cannot be entered (the company of the shipment, a number as it is compared)
    are governed without being named: the ORM would keep what somebody writes into them.
    """

    _name = "logistics.governed.mixin"
    _description = "Record with fields that nobody sets by hand"

    # Names of the fields; set by the inheriting model.
    _governed_fields: tuple[str, ...] = ()

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        self._check_given(vals_list)
        governed = super(LogisticsGovernedMixin, self._without_stray_defaults())
        return governed.create(vals_list).with_env(self.env)

    def write(self, vals):
        self._check_governed(vals)
        return super().write(vals)

    def _check_given(self, vals_list):
        """Raise if these values, or the defaults of the caller, set what nobody sets."""
        # A default is a value that the caller sets, too; everybody may keep some of his own.
        own = self.env["ir.default"]._get_model_defaults(self._name)
        context = {
            key.removeprefix("default_")
            for key in self._without_stray_defaults().env.context
            if key.startswith("default_")
        }
        self._check_governed(context.union(own, *vals_list))

    def _without_stray_defaults(self):
        """The same, without defaults in the context for what follows from other fields: a company
        there is meant for another model."""
        stray = {
            key
            for key in self.env.context
            if key.startswith("default_") and self._is_derived(key.removeprefix("default_"))
        }
        kept = {key: value for key, value in self.env.context.items() if key not in stray}
        return self.with_env(self.env(context=kept)) if stray else self

    def _check_governed(self, vals):
        if self.env.su:
            return
        refused = [
            name for name in sorted(vals) if name in self._governed_fields or self._is_derived(name)
        ]
        if refused:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in refused)
            raise AccessError(
                self.env._(
                    "%s cannot be set by hand: it follows from what was stated or decided.", labels
                )
            )

    def _is_derived(self, name):
        """Whether the field is stored and follows from other fields alone."""
        field = self._fields.get(name)
        if not field or not field.store or not field.compute:
            return False
        return bool(field.readonly and not field.inverse)
