from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import file_path

from ..core.errors import IntegrationError
from . import message_reader

FORMATS = [
    ("canonical", "Canonical JSON (our own API)"),
    ("json", "JSON"),
    ("x12", "ANSI X12"),
    ("xml", "XML"),
    ("csv", "CSV"),
    ("xlsx", "Excel Workbook"),
    ("edifact", "UN/EDIFACT"),
    ("epcis", "EPCIS"),
]


class LogisticsMapping(models.Model):
    """A profile: how messages of one format are read, and what their codes mean."""

    _name = "logistics.mapping"
    _description = "Profile"
    _inherit = ["logistics.governed.mixin"]
    _governed_fields = ("active_version_id", "golden_trouble")
    _order = "name, id"

    name = fields.Char(required=True, readonly=True)
    code = fields.Char(required=True, readonly=True, help="Name of the file it comes from.")
    format = fields.Selection(FORMATS, required=True, readonly=True)
    active = fields.Boolean(default=True)
    version_ids = fields.One2many("logistics.mapping.version", "mapping_id", "Versions")
    active_version_id = fields.Many2one(
        "logistics.mapping.version", "Version in Use", readonly=True, copy=False
    )
    golden_trouble = fields.Char(
        "Golden Samples Read Otherwise",
        readonly=True,
        copy=False,
        help="What the version in use reads otherwise than expected, when that was last looked at.",
    )
    connection_ids = fields.One2many("logistics.connection", "mapping_id", "Connections")
    connection_count = fields.Integer("Connected", compute="_compute_connection_count")

    _code_uniq = models.UniqueIndex("(code)", "A profile with this code exists already.")

    @api.depends("connection_ids")
    def _compute_connection_count(self):
        counts = dict(
            self.env["logistics.connection"]._read_group(
                [("mapping_id", "in", self.ids)], ["mapping_id"], ["__count"]
            )
        )
        for mapping in self:
            mapping.connection_count = counts.get(mapping, 0)

    def write(self, vals):
        result = super().write(vals)
        if "format" in vals:
            self.env["logistics.connection"]._forget_doors()
        return result

    @api.model
    def _load_profiles(self):
        """Take over the profiles that the module delivers. Called at install and at upgrade."""
        for code, content in message_reader.delivered(file_path(message_reader.FOLDER)):
            about = message_reader.describe(content)
            mapping = self.with_context(active_test=False).search([("code", "=", code)])
            mapping = mapping or self.create({"code": code, **about})
            if any(mapping[name] != value for name, value in about.items()):
                mapping.write(about)
            self.env["logistics.mapping.version"]._load(mapping, content)
        # What the program before this one could not make sense of, this one may.
        self.env["logistics.message"]._release_held(
            self.env["logistics.connection"].search([("state", "!=", "draft")])
        )


class LogisticsMappingVersion(models.Model):
    _name = "logistics.mapping.version"
    _description = "Version of a Profile"
    _inherit = ["logistics.version.mixin"]
    _parent_field = "mapping_id"

    mapping_id = fields.Many2one(
        "logistics.mapping", "Profile", required=True, index=True, ondelete="cascade"
    )

    _one_active_uniq = models.UniqueIndex(
        "(mapping_id) WHERE state = 'active'", "One version is in use at a time."
    )
    _number_uniq = models.UniqueIndex("(mapping_id, number)", "This version exists already.")

    def _check_content(self):
        super()._check_content()
        for version in self:
            try:
                message_reader.describe(version.content)
            except IntegrationError as error:
                raise UserError(
                    self.env._("This profile cannot be used: %s", error.public_message)
                ) from error

    def _activated(self):
        super()._activated()
        connections = self.mapping_id.connection_ids.filtered(
            lambda connection: not connection.mapping_version_id
        )
        connections._configuration_changed("mapping", self.display_name)
