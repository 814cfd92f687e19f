from odoo import api, fields, models
from odoo.tools import file_open

from ..core import crosswalk
from ..core.crosswalk import Row

_SEED = "logistics_milestone_sync/crosswalks/standards.csv"


class LogisticsMilestoneCrosswalk(models.Model):
    """What a public standard calls a milestone. For people, profiles and documents that go out."""

    _name = "logistics.milestone.crosswalk"
    _description = "Code of a Milestone in a Standard"
    _order = "standard, milestone_id, is_primary desc, code"
    _rec_name = "code"

    milestone_id = fields.Many2one(
        "logistics.milestone", required=True, index=True, ondelete="cascade"
    )
    standard = fields.Selection(list(crosswalk.STANDARDS.items()), required=True)
    code = fields.Char(required=True)
    qualifier = fields.Char(
        help="What else must be said for the code to mean this: the kind of event (DCSA), the "
        "disposition (EPCIS), the element (X12), the status category 9015 (EDIFACT)."
    )
    direction = fields.Selection(
        [
            (crosswalk.BOTH, "Both Ways"),
            (crosswalk.IN, "Understood Only"),
            (crosswalk.OUT, "Sent Only"),
        ],
        required=True,
        default=crosswalk.BOTH,
    )
    is_primary = fields.Boolean(
        "Is Sent", help="Of the codes that may be sent for the milestone, the one that is sent."
    )
    note = fields.Char(help="What the standard means by it, in your own words.")
    source = fields.Char(help="Address of the standard, or of a list of its codes.")

    _primary_uniq = models.UniqueIndex(
        "(milestone_id, standard) WHERE is_primary",
        "Another code of this standard is sent for the milestone already.",
    )
    # A code that comes in has one meaning.
    _inbound_uniq = models.UniqueIndex(
        "(standard, code, COALESCE(qualifier, '')) WHERE direction <> 'out'",
        "This code of the standard is understood as another milestone already.",
    )
    _primary_is_sent = models.Constraint(
        "CHECK(NOT is_primary OR direction <> 'in')",
        "A code that is only understood cannot be the one that is sent.",
    )

    @api.depends("code", "qualifier")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.code} ({line.qualifier})" if line.qualifier else line.code

    @api.private
    def to_row(self):
        """This line as the value that is exported."""
        self.ensure_one()
        return Row(
            milestone=self.milestone_id.code,
            standard=self.standard,
            code=self.code,
            qualifier=self.qualifier or "",
            direction=self.direction,
            primary=self.is_primary,
            note=self.note or "",
            source=self.source or "",
        )

    @api.model
    def _create_from_rows(self, rows):
        """Enter rows of the core.

        :raises ValueError: if a row names a milestone that is not in the catalogue
        """
        catalogue = self.env["logistics.milestone"]._catalogue()
        unknown = {row.milestone for row in rows} - set(catalogue)
        if unknown:
            raise ValueError(f"no such milestone: {', '.join(sorted(unknown))}")
        return self.create(
            [
                {
                    "milestone_id": catalogue[row.milestone][0],
                    "standard": row.standard,
                    "code": row.code,
                    "qualifier": row.qualifier or False,
                    "direction": row.direction,
                    "is_primary": row.primary,
                    "note": row.note,
                    "source": row.source,
                }
                for row in rows
            ]
        )

    @api.model
    def _load_standards(self):
        """Enter what the standards say; called once, when the module is installed."""
        with file_open(_SEED) as seed:
            self._create_from_rows(crosswalk.read(seed.read()))

    def action_export_csv(self):
        """Download these lines as CSV; all of them, if none is chosen."""
        lines = self or self.search([("code", "!=", False)])
        lines.check_access("read")
        return self.env["logistics.crosswalk.export"]._download(lines)
