import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.agreement import EDI, JSON_SCHEMA, XSD, Agreement
from ..core.canonical import BODY_SCHEMA
from ..core.errors import ConfigurationInvalid


class LogisticsContract(models.Model):
    """What was agreed with the senders about the shape of their messages."""

    _name = "logistics.contract"
    _description = "Data Contract"
    _inherit = ["mail.thread", "logistics.governed.mixin"]
    _governed_fields = ("active_version_id",)
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(required=True)
    kind = fields.Selection(
        [
            (JSON_SCHEMA, "JSON Schema (any format, once decoded)"),
            (XSD, "XML Schema"),
            (EDI, "EDI envelope (X12, EDIFACT)"),
        ],
        "Written As",
        required=True,
        default=JSON_SCHEMA,
    )
    active = fields.Boolean(default=True)
    user_id = fields.Many2one("res.users", "Owner", tracking=True)
    backup_user_id = fields.Many2one("res.users", "Deputy", tracking=True)
    review_date = fields.Date("Next Review", tracking=True)
    version_ids = fields.One2many("logistics.contract.version", "contract_id", "Versions")
    active_version_id = fields.Many2one(
        "logistics.contract.version", "Version in Use", readonly=True, copy=False, tracking=True
    )
    connection_ids = fields.One2many("logistics.connection", "contract_id", "Connections")

    _code_uniq = models.UniqueIndex("(code)", "A contract with this code exists already.")

    @api.model
    def _load_canonical(self):
        """Take over the contract of our own API. Called at install and at upgrade."""
        contract = self.env.ref("logistics_carrier_connector.logistics_contract_canonical")
        schema = json.dumps(BODY_SCHEMA, indent=2)
        self.env["logistics.contract.version"]._load(contract, schema)


class LogisticsContractVersion(models.Model):
    _name = "logistics.contract.version"
    _description = "Version of a Data Contract"
    _inherit = ["logistics.version.mixin"]
    _parent_field = "contract_id"

    contract_id = fields.Many2one(
        "logistics.contract", required=True, index=True, ondelete="cascade"
    )
    content = fields.Text("What Was Agreed")
    kind = fields.Selection(related="contract_id.kind")

    _one_active_uniq = models.UniqueIndex(
        "(contract_id) WHERE state = 'active'", "One version is in use at a time."
    )
    _number_uniq = models.UniqueIndex("(contract_id, number)", "This version exists already.")

    def _check_content(self):
        super()._check_content()
        for version in self:
            try:
                version._agreement().complain()
            except ConfigurationInvalid as error:
                raise UserError(
                    self.env._("This contract cannot be used: %s", error.public_message)
                ) from error

    def _agreement(self):
        """This version as the value that messages are checked against."""
        return Agreement(self.contract_id.kind, self.content or "")

    def _activated(self):
        super()._activated()
        self.contract_id.connection_ids._configuration_changed("settings", self.display_name)
