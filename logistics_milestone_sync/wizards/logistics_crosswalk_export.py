import base64

from odoo import api, fields, models

from ..core.crosswalk import render


class LogisticsCrosswalkExport(models.TransientModel):
    """A file on its way to the browser; cleaned away like everything transient."""

    _name = "logistics.crosswalk.export"
    _description = "Export of Milestone Codes"

    name = fields.Char(required=True, readonly=True)
    data = fields.Binary(required=True, readonly=True, attachment=False)

    @api.model
    def _download(self, lines):
        """Let the browser download crosswalk lines that the user may read.

        :return: action that starts the download
        """
        text = render(line.to_row() for line in lines)
        # Whoever may read the lines may have them as a file; a rule keeps it from everybody else.
        file_sudo = self.sudo().create(
            {"name": "milestone_codes.csv", "data": base64.b64encode(text.encode())}
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{file_sudo.id}/data/{file_sudo.name}?download=true",
            "target": "self",
        }
