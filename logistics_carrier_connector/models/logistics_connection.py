import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .ir_cron import LANES
from .proof_mixin import COLUMNS

_TOKEN_BYTES = 24
_MAX_BYTES = 1024 * 1024
# Who said it, to whom, and whether it is meant: what was taken under one cannot become the other's.
_IDENTITY = {"system_id", "company_id", "environment"}


class LogisticsConnection(models.Model):
    """One account at one system: how its messages reach us, prove themselves and are read."""

    _name = "logistics.connection"
    _description = "Connection"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
    ]
    _order = "company_id, name, id"
    _check_company_auto = True
    # Set by the actions below: no door opens without a secret, or at a guessed address. The breaker
    # follows from how attempts end (logistics_connection_breaker.py).
    _governed_fields = (
        "state",
        "token",
        "breaker_state",
        "breaker_failures",
        "breaker_opened_at",
        "breaker_probe_at",
        "breaker_reason",
        "asked_digest",
    )
    _transitions = {"draft": ("active",), "active": ("suspended",), "suspended": ("active",)}

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    system_id = fields.Many2one(
        "logistics.system",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Who speaks here. The source-of-truth rules judge what it may state.",
    )
    client_id = fields.Many2one(
        related="system_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        tracking=True,
        help="Is told when messages are on hold because of the configuration.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("suspended", "Suspended")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        index=True,
        help="A suspended connection keeps taking messages and lets them wait.",
    )
    environment = fields.Selection(
        [("production", "Production"), ("test", "Test")],
        required=True,
        default="production",
        tracking=True,
        help="Messages of a test connection are read and shown, and change nothing.",
    )
    lane = fields.Selection(
        LANES,
        required=True,
        default="visibility",
        tracking=True,
        help="Lanes are worked off apart from each other: bulk loads belong into their own.",
    )

    # === How messages are read === #
    mapping_id = fields.Many2one(
        "logistics.mapping",
        "Profile",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The format of the messages, and what their codes mean.",
    )
    mapping_version_id = fields.Many2one(
        "logistics.mapping.version",
        "Pinned Version",
        domain="[('mapping_id', '=', mapping_id)]",
        tracking=True,
        help="Empty: always the active version of the profile.",
    )
    contract_id = fields.Many2one("logistics.contract", "Data Contract", tracking=True)

    # === How they reach us === #
    token = fields.Char(
        required=True,
        copy=False,
        readonly=True,
        default=lambda self: secrets.token_urlsafe(_TOKEN_BYTES),
        groups="logistics_milestone_sync.logistics_milestone_sync_group_integration_admin",
        help="Names the connection in the address. The secret proves who sends.",
    )
    hook_url = fields.Char(
        "Address",
        compute="_compute_hook_url",
        groups="logistics_milestone_sync.logistics_milestone_sync_group_integration_admin",
    )
    max_bytes = fields.Integer(
        "Largest Message (bytes)", required=True, default=_MAX_BYTES, tracking=True
    )
    rate_per_minute = fields.Integer(
        "Messages per Minute",
        required=True,
        default=60000,
        tracking=True,
        help="More than this is answered with 'try again later' (429). 0: no limit.",
    )
    message_id_header = fields.Char(
        default="Idempotency-Key",
        tracking=True,
        help="Header with the sender's own id of a message. The same id with other content is "
        "kept as a conflict. Without the header, equal content is the same message.",
    )

    message_count = fields.Integer("Messages Received", compute="_compute_counts")
    attention_count = fields.Integer("To Look At", compute="_compute_counts")

    _token_uniq = models.UniqueIndex("(token)", "This token is in use.")
    _limits_positive = models.Constraint(
        "CHECK(max_bytes > 0 AND rate_per_minute >= 0)", "Limits cannot be negative."
    )

    @api.depends("token", "mapping_id.format")
    def _compute_hook_url(self):
        for connection in self:
            path = (
                "/logistics/v1/events"
                if connection.mapping_id.format == "canonical"
                else f"/logistics/v1/hooks/{connection.token}"
            )
            connection.hook_url = connection.get_base_url() + path

    def _compute_counts(self):
        counts = {}
        grouped = self.env["logistics.message"]._read_group(
            [("connection_id", "in", self.ids)], ["connection_id", "state"], ["__count"]
        )
        for connection, state, count in grouped:
            counts[connection.id, state] = count
        for connection in self:
            mine = {state: n for (cid, state), n in counts.items() if cid == connection.id}
            connection.message_count = sum(mine.values())
            connection.attention_count = sum(
                mine.get(state, 0) for state in ("held", "dead", "conflict")
            )

    @api.constrains("mapping_id", "mapping_version_id")
    def _check_mapping_version(self):
        for connection in self.filtered("mapping_version_id"):
            if connection.mapping_version_id.mapping_id != connection.mapping_id:
                raise ValidationError(self.env._("The pinned version belongs to another profile."))
            if connection.mapping_version_id.state == "draft":
                raise ValidationError(
                    self.env._(
                        "The pinned version is a draft: somebody who did not write it has to "
                        "activate it first."
                    )
                )

    @api.constrains("system_id")
    def _check_speaker(self):
        for connection in self:
            if connection.system_id.kind == "odoo":
                raise ValidationError(
                    self.env._(
                        "%s is this database itself: nobody else speaks in its name. Choose, or "
                        "make, the system that sends.",
                        connection.system_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        connections._configuration_changed("created", "")
        return connections

    def write(self, vals):
        if _IDENTITY & set(vals):
            self._check_without_messages()
        result = super().write(vals)
        if set(vals) & (self._watched_fields() | {"lane"}):
            self._forget_doors()
        watched = sorted(set(vals) & self._watched_fields())
        if watched:
            labels = [self._fields[name]._description_string(self.env) for name in watched]
            self._configuration_changed("settings", ", ".join(labels))
        return result

    def unlink(self):
        result = super().unlink()
        self.browse()._forget_doors()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_messages(self):
        self._check_without_messages()

    def _check_without_messages(self):
        """Messages are evidence of who said what: their connection stays, and stays the same's.

        :raises UserError: if one of these connections has messages
        """
        messages_sudo = self.env["logistics.message"].sudo()
        if messages_sudo.search_count([("connection_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "This connection has messages. They keep its system, its company and whether "
                    "they are real; archive the connection and make a new one instead."
                )
            )

    def _watched_fields(self):
        """Names of the fields that decide how messages are taken and read."""
        return {
            "state",
            "active",
            "environment",
            "system_id",
            "mapping_id",
            "mapping_version_id",
            "contract_id",
            "max_bytes",
            "rate_per_minute",
            "message_id_header",
            "verifier_kind",
            *COLUMNS,
            "token",
        }

    def _configuration_changed(self, kind, detail):
        """Hook: the configuration of these connections changed, in this very transaction.

        Messages that are on hold because of the configuration get another chance.

        :param str kind: ``created``, ``settings``, ``secret`` or ``mapping``
        :param str detail: what, for people; never a secret
        """
        if kind in ("settings", "mapping"):
            self.env["logistics.message"]._release_held(self)

    def action_activate(self):
        """Open the connection: from now on messages with the right secret are taken.

        :raises UserError: without a secret that this server can open
        """
        self.check_access("write")
        self._check_provable()
        # The right to change them was checked; the state is nobody's to write.
        connections_sudo = self.sudo()
        connections_sudo._open()

    def action_suspend(self):
        """Let messages wait: they are still taken, and processed when the connection is active."""
        self.check_access("write")
        # The right to change them was checked; the state is nobody's to write.
        self.sudo()._move_to("suspended")

    def action_new_token(self):
        """Replace the address; the old one stops working at once."""
        self.check_access("write")
        # The right to change them was checked; nobody chooses an address.
        for connection_sudo in self.sudo():
            connection_sudo.token = secrets.token_urlsafe(_TOKEN_BYTES)

    def action_open_messages(self):
        """Open the messages of this connection."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_message_action"
        )
        return action | {"domain": [("connection_id", "=", self.id)], "context": {}}
