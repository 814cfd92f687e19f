import base64
import binascii
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.logistics_milestone_sync.core.vocabulary import CLASSIFIERS

from ..core.code_rows import Coded, from_csv, rows_of, to_csv, with_rows
from ..core.errors import ConfigurationInvalid


class LogisticsCodeTable(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """The code table of a draft as rows: what is saved is the text of the draft."""

    _name = "logistics.code.table"
    _description = "Codes of a Profile"

    version_id = fields.Many2one("logistics.mapping.version", required=True, ondelete="cascade")
    state = fields.Selection(related="version_id.state")
    line_ids = fields.One2many("logistics.code.table.line", "table_id", "Codes")
    csv_file = fields.Binary("Table to Load", attachment=False)
    csv_name = fields.Char()
    export_file = fields.Binary("Table to Download", compute="_compute_export_file")
    export_name = fields.Char(compute="_compute_export_file")

    @api.depends("line_ids")
    def _compute_export_file(self):
        for table in self:
            text = to_csv(line._to_coded() for line in table.line_ids)
            table.export_file = base64.b64encode(text.encode("utf-8-sig"))
            version = table.version_id
            table.export_name = f"{version.mapping_id.code}_v{version.number}.csv"

    @api.model_create_multi
    def create(self, vals_list):
        """Override: a new table has the rows of its version."""
        tables = super().create(vals_list)
        for table in tables.filtered(lambda table: not table.line_ids):
            table._fill(rows_of(table.version_id.content or ""))
        return tables

    def action_load(self):
        """Take the rows of a CSV file instead of those that are there; nothing is saved yet."""
        self.ensure_one()
        try:
            text = base64.b64decode(self.csv_file or b"").decode("utf-8-sig")
            rows = from_csv(text)
        except (ConfigurationInvalid, UnicodeDecodeError, binascii.Error) as error:
            reason = getattr(error, "public_message", None)
            raise UserError(
                self.env._("This file cannot be loaded: %s", reason or "it is not UTF-8 text")
            ) from error
        self._fill(rows)
        self.csv_file = False
        return self._reopen()

    def action_save(self):
        """Write the rows into the text of the draft.

        :raises UserError: if the profile could not be used with them
        """
        self.ensure_one()
        rows = [line._to_coded() for line in self.line_ids]
        # The right to write the draft is checked there, and so is what the rows say.
        self.version_id.content = with_rows(self.version_id.content or "", rows)
        return {"type": "ir.actions.act_window_close"}

    def _fill(self, rows):
        catalogue = self.env["logistics.milestone"]._catalogue()
        unknown = sorted({each.row.milestone for each in rows} - {"", *catalogue})
        if unknown:
            raise UserError(self.env._("There is no milestone %s.", unknown[0]))
        self.line_ids = [Command.clear()] + [
            Command.create(
                {
                    "code": each.code,
                    "milestone_id": catalogue[each.row.milestone][0]
                    if each.row.milestone
                    else False,
                    "classifier": each.row.classifier,
                    "reason": each.row.reason or False,
                    "party": each.row.party or False,
                    "inferred": each.row.inferred,
                    "ignore": each.row.ignore,
                    "note": each.row.note,
                }
            )
            for each in rows
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class LogisticsCodeTableLine(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _name = "logistics.code.table.line"
    _description = "Code of a Profile"
    _inherit = ["logistics.meaning.mixin"]
    _order = "sequence, id"

    table_id = fields.Many2one(
        "logistics.code.table", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    classifier = fields.Selection(
        [(word, word.capitalize()) for word in CLASSIFIERS], "Kind", default="actual", required=True
    )

    def _to_coded(self):
        row = self._to_row()
        kind = row.classifier if row.ignore else self.classifier
        return Coded(self.code.strip(), replace(row, classifier=kind))


class LogisticsMappingVersion(models.Model):
    _inherit = "logistics.mapping.version"

    def action_edit_codes(self):
        """Open the code table of this version as rows."""
        self.ensure_one()
        table = self.env["logistics.code.table"].create({"version_id": self.id})
        return table._reopen()
