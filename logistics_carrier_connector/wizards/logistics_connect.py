import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.logistics_milestone_sync.models.logistics_system import SYSTEM_KINDS

from ..models.ir_cron import LANES
from ..models.message_reader import proof_of
from ..models.proof_mixin import COLUMNS


class LogisticsConnect(models.TransientModel):
    """Connect a carrier: who speaks, in which format, and how he proves himself.

    The secret is no field of this dialogue: what is written here is kept for a while, and a secret
    is kept sealed or not at all. The page that follows asks for it.
    """

    _name = "logistics.connect"
    _description = "Connect a Carrier"
    _inherit = ["logistics.proof.mixin"]

    mapping_id = fields.Many2one(
        "logistics.mapping",
        "Profile",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_mapping_id(),
    )
    name = fields.Char(required=True, compute="_compute_name", store=True, readonly=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    system_id = fields.Many2one(
        "logistics.system",
        "Who Speaks",
        domain="[('company_id', '=', company_id), ('kind', '!=', 'odoo')]",
        ondelete="cascade",
        help="Empty: a new system with the name and the kind below.",
    )
    system_name = fields.Char("New System")
    system_kind = fields.Selection(
        [kind for kind in SYSTEM_KINDS if kind[0] != "odoo"], "Kind", default="carrier"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="set null",
        help="Is told when something has to be done about the connection.",
    )
    environment = fields.Selection(
        [("test", "Test: read and shown, and nothing changes"), ("production", "Production")],
        required=True,
        default="test",
    )
    lane = fields.Selection(LANES, required=True, default="visibility")

    def _valid_field_parameter(self, field, name):
        # The mixin tracks its fields in the chatter of connections; a dialogue has none.
        return name == "tracking" or super()._valid_field_parameter(field, name)

    @api.model
    def _default_mapping_id(self):
        """The profile whose card was clicked."""
        if self.env.context.get("active_model") == "logistics.mapping":
            return self.env.context.get("active_id")
        return False

    @api.depends("mapping_id")
    def _compute_name(self):
        for dialogue in self:
            dialogue.name = dialogue.mapping_id.name

    @api.onchange("mapping_id")
    def _onchange_mapping_id(self):
        """Begin with how senders of this format prove themselves as a rule."""
        proof = proof_of(self.mapping_id.active_version_id.content or "")
        if self.mapping_id and not self.system_name:
            self.system_name = self.mapping_id.name
        if proof:
            config = {name: value for name, value in proof.items() if name != "kind"}
            self.update(self._verifier_values(proof["kind"], config))
        elif self.mapping_id.format == "canonical":
            self.verifier_kind = "bearer"

    def action_connect(self):
        """Make the connection, as a draft, and go on to its secret and its first message.

        :raises UserError: without anybody who speaks
        """
        self.ensure_one()
        self.check_access("write")
        values = {column: self[column] for column in ("verifier_kind", *COLUMNS)}
        if self.verifier_kind == "standard":
            values["message_id_header"] = f"{self.verifier_header_prefix}-id"
        connection = self.env["logistics.connection"].create(
            {
                **values,
                "name": self.name,
                "company_id": self.company_id.id,
                "system_id": (self.system_id or self._new_system()).id,
                "mapping_id": self.mapping_id.id,
                "user_id": self.user_id.id,
                "environment": self.environment,
                "lane": self.lane,
            }
        )
        return connection.action_open_first_message()

    def _new_system(self):
        name = (self.system_name or "").strip()
        if not name or not self.system_kind:
            raise UserError(self.env._("Choose who speaks, or name a new system and its kind."))
        code = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "system"
        systems = self.env["logistics.system"].with_context(active_test=False)
        taken = systems.search([("code", "=like", f"{code}%")]).mapped("code")
        return systems.create(
            {
                "name": name,
                "code": next(
                    each
                    for each in (code, *(f"{code}_{n}" for n in range(2, 1000)))
                    if each not in taken
                ),
                "kind": self.system_kind,
                "company_id": self.company_id.id,
            }
        )
