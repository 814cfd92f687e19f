from odoo import api, models

from ..core.entry import Entry, differences
from ..core.entry_types import tell


class LogisticsAuditedMixin(models.AbstractModel):
    """Configuration whose every change leaves an audit entry with the values before and after."""

    _name = "logistics.audited.mixin"
    _description = "Configuration under Audit"

    # Values that must not be told, because knowing them gives access. That they changed is told.
    _audited_secrets: tuple[str, ...] = ()

    def _audited_fields(self):
        """Names of the fields whose changes matter. Set by the inheriting model."""
        return ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        nothing = dict.fromkeys(records.ids, {})
        records._record_audit(nothing, records._audited_values(), "created")
        return records

    def write(self, vals):
        before = self._audited_values()
        result = super().write(vals)
        self._record_audit(before, self._audited_values(), "changed")
        return result

    def unlink(self):
        before, named = self._audited_values(), self._audited_entries_base()
        result = super().unlink()
        nothing = dict.fromkeys(before, {})
        self._record_audit(before, nothing, "deleted", named)
        return result

    def _audited_values(self):
        """``{id: {field: text}}`` of the audited fields, as people read them."""
        return {
            record.id: {name: _readable(record, name) for name in sorted(self._audited_fields())}
            for record in self._audited_sudo()
        }

    def _audited_entries_base(self):
        """What the entries say about each record itself, as ``{id: {…}}``."""
        return {
            record.id: {
                "company_id": record.company_id.id if "company_id" in record else None,
                "res_model": record._name,
                "res_id": record.id,
                "res_name": record.display_name,
            }
            for record in self._audited_sudo()
        }

    def _audited_sudo(self):
        """Elevated: one may change what one may not read. In English, as all entries are."""
        return self.sudo().with_context(lang="en_US")

    def _record_audit(self, before, after, verb, named=None):
        """Write one entry per record that differs."""
        named = named or self._audited_entries_base()
        entries = []
        for record_id, base in named.items():
            changed = [name for name, *_ in differences(before[record_id], after[record_id])]
            if not changed:
                continue
            detail = f"{self._description} {verb}"
            if before[record_id] and after[record_id]:
                detail += f" ({', '.join(self._fields[name].string for name in changed)})"
            entries.append(
                Entry(
                    "configuration",
                    tell("configuration", {"name": base["res_name"], "detail": detail}),
                    before=self._without_secrets(before[record_id], changed),
                    after=self._without_secrets(after[record_id], changed),
                    **base,
                )
            )
        self.env["logistics.audit.entry"]._record(entries)

    def _without_secrets(self, values, names):
        return {
            name: "…" if name in self._audited_secrets and values.get(name) else values.get(name)
            for name in names
        }


def _readable(record, name):
    """One value as text, or as a list of texts; numbers and booleans stay what they are."""
    field, value = record._fields[name], record[name]
    if field.type == "many2one":
        return value.display_name or None
    if field.relational:
        return value.mapped("display_name")
    if field.type in ("boolean", "integer", "float", "monetary"):
        return value
    return str(value) if value else None
