from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.logistics_milestone_sync.core.vocabulary import PARTIES, REASONS

from ..core.code_table import CodeRow


class LogisticsMeaningMixin(models.AbstractModel):
    """What a code means, as somebody proposes it."""

    _name = "logistics.meaning.mixin"
    _description = "Meaning of a Code"

    milestone_id = fields.Many2one(
        "logistics.milestone", "Means", index="btree_not_null", ondelete="restrict"
    )
    ignore = fields.Boolean("Nothing to Record", help="The code is known and states no milestone.")
    reason = fields.Selection("_selection_reason")
    party = fields.Selection("_selection_party", "Responsible Party")
    inferred = fields.Boolean(
        "Suggested Only",
        help="The code says less than the milestone. Such events do not release invoices.",
    )
    note = fields.Char(help="What the code means, in your words.")

    @api.model
    def _selection_reason(self):
        return [(word, word.replace("_", " ").capitalize()) for word in REASONS]

    @api.model
    def _selection_party(self):
        return [(word, word.replace("_", " ").capitalize()) for word in PARTIES]

    def _to_row(self):
        """The meaning as the value that a code table holds.

        :raises UserError: if it says neither a milestone nor that there is none
        """
        self.ensure_one()
        if self.ignore == bool(self.milestone_id):
            raise UserError(
                self.env._("Choose the milestone that the code means, or “Nothing to Record”.")
            )
        return CodeRow(
            milestone=self.milestone_id.code or "",
            reason=self.reason or "",
            party=self.party or "",
            inferred=self.inferred,
            ignore=self.ignore,
            note=self.note or "",
        )
