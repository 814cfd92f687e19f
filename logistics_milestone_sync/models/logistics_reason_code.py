from odoo import api, fields, models

PURPOSES = [
    ("override", "Override of a status"),
    ("approval", "Request for approval"),
    ("rejection", "Rejection"),
    ("exception_closure", "Closing an exception"),
    ("dismissal", "Dismissal"),
]


class LogisticsReasonCode(models.Model):
    """Why somebody did something, in words that can be counted."""

    _name = "logistics.reason.code"
    _description = "Reason Code"
    _inherit = ["mail.thread"]
    _order = "purpose, sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable name used by reports, records and the API.")
    purpose = fields.Selection(PURPOSES, required=True, help="Where people may choose it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)

    _code_uniq = models.UniqueIndex(
        "(purpose, code)", "A reason with this code exists for this purpose already."
    )

    @api.model
    def _find(self, purpose, code):
        """The reason with this code, archived or not; an empty one if there is none."""
        domain = [("purpose", "=", purpose), ("code", "=", code)]
        return self.with_context(active_test=False).search(domain, limit=1)
