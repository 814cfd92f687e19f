from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.overrides import CLIENT, CONNECTION, Override
from .logistics_approval import KIND
from .logistics_version_mixin import STATES

_PROPOSED = (
    *("mapping_id", "code", "connection_id", "client_id", "company_id"),
    *("milestone_id", "reason", "party", "inferred", "ignore", "note"),
)


class LogisticsMappingOverride(models.Model):
    """What one code means on one connection or for one client, apart from its profile.

    Goes live like a version: somebody asks, somebody else decides. What was decided never changes.
    """

    _name = "logistics.mapping.override"
    _description = "Exception from a Code Table"
    _inherit = [
        "logistics.meaning.mixin",
        "logistics.awaiting.mixin",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
    ]
    _order = "mapping_id, code, id desc"
    _rec_name = "code"
    _check_company_auto = True
    _governed_fields = ("state",)
    _transitions = {
        "draft": ("waiting",),
        "waiting": ("active", "draft"),
        "active": ("retired",),
    }

    mapping_id = fields.Many2one(
        "logistics.mapping", "Profile", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    code = fields.Char(
        required=True, help="As the messages show it: status and reason joined with “/”."
    )
    connection_id = fields.Many2one(
        "logistics.connection",
        "Only on Connection",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('mapping_id', '=', mapping_id)]",
        help="Goes before an exception for its client.",
    )
    client_id = fields.Many2one(
        "res.partner",
        "Only for Client",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('is_company', '=', True)]",
        help="On all connections of this client that use the profile.",
    )
    standard = fields.Char("In the Profile", compute="_compute_standard")
    why = fields.Text(help="The one who decides reads it.")
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )

    _one_scope = models.Constraint(
        "CHECK((connection_id IS NULL) <> (client_id IS NULL))",
        "An exception is either for a connection or for a client.",
    )
    # Used by _of_connection: one exception counts for a code.
    _connection_uniq = models.UniqueIndex(
        "(mapping_id, connection_id, code) WHERE state = 'active' AND connection_id IS NOT NULL",
        "There is an exception for this code on this connection.",
    )
    _client_uniq = models.UniqueIndex(
        "(mapping_id, client_id, company_id, code)"
        " WHERE state = 'active' AND client_id IS NOT NULL",
        "There is an exception for this code for this client.",
    )

    @api.depends("code", "mapping_id.active_version_id.content")
    def _compute_standard(self):
        for override in self:
            version = override.mapping_id.active_version_id
            row = version._code_table().get(override.code or "") if version else None
            override.standard = (
                version._meaning(row)[0] if row else self.env._("Has no meaning yet")
            )

    @api.constrains("connection_id", "mapping_id")
    def _check_mapping(self):
        for override in self.filtered("connection_id"):
            if override.connection_id.mapping_id != override.mapping_id:
                raise ValidationError(self.env._("The connection uses another profile."))

    def write(self, vals):
        if not self.env.su and set(vals) & {*_PROPOSED, "why"}:
            if self.filtered(lambda override: override.state != "draft"):
                raise UserError(
                    self.env._(
                        "What was submitted does not change any more. Take it back, or propose "
                        "another exception for the code."
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda override: override.state != "draft"):
            raise UserError(self.env._("Only a draft can be deleted: decisions are kept."))

    # === Actions === #

    def action_submit(self):
        """Ask that these exceptions count; somebody else decides."""
        self.check_access("write")
        for override in self:
            if override.state != "draft":
                raise UserError(self.env._("%s was submitted already.", override.display_name))
            override._to_row()
            self.env["logistics.approval"]._request(override, KIND, note=override._approval_note())
        # The right to write was checked above; the state is nobody's to write.
        self.sudo()._move_to("waiting")

    def action_retire(self):
        """Ask that the profile's own table counts again; somebody else decides that, too."""
        self.check_access("write")
        for override in self:
            if override.state != "active":
                raise UserError(self.env._("%s does not count now.", override.display_name))
            note = self.env._(
                "End of the exception: %(code)s means “%(standard)s” again for %(scope)s.",
                code=override.code,
                standard=override.standard,
                scope=override._scope_name(),
            )
            self.env["logistics.approval"]._request(override, KIND, note=note)

    def _approval_note(self):
        return self.env._(
            "%(code)s for %(scope)s: %(before)s → %(after)s. %(why)s",
            code=self.code,
            scope=self._scope_name(),
            before=self.standard,
            after=self.mapping_id.active_version_id._meaning(self._to_row())[0],
            why=self.why or "",
        )

    # === Decision === #

    def _approval_conflict(self, approval):
        """Override of `logistics_milestone_sync`: the author does not decide either."""
        if self.state == "waiting" and self.create_uid == self.env.user:
            return self.env._("You wrote this exception: somebody else has to decide it.")
        return super()._approval_conflict(approval)

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`."""
        if self.state not in ("waiting", "active"):
            return self.env._("%s does not wait any more.", self.display_name)
        return super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: an approved exception counts from now on, or no
        longer."""
        super()._on_approval_decided(approval)
        if self.state == "active":
            self._end(approval)
        elif approval.state != "approved":
            self._move_to("draft")
        else:
            before = self.search(self._same_scope() & Domain("state", "=", "active"))
            before._move_to("retired")
            before.flush_recordset(["state"])  # one counts (unique index): the old one goes first
            self._move_to("active")
            self._tell_connections()

    def _end(self, approval):
        """Its end was decided about: approved, or it stays."""
        if approval.state == "approved":
            self._move_to("retired")
            self._tell_connections()

    def _same_scope(self):
        domain = Domain.TRUE
        for name in ("mapping_id", "connection_id", "client_id", "company_id"):
            domain &= Domain(name, "=", self[name].id)
        return domain & Domain("code", "=", self.code)

    def _tell_connections(self):
        """Messages that are on hold get another chance."""
        for override in self:
            override._connections()._configuration_changed("mapping", override.display_name)

    def _connections(self):
        self.ensure_one()
        return self.connection_id or self.env["logistics.connection"].search(
            [
                ("mapping_id", "=", self.mapping_id.id),
                ("client_id", "=", self.client_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        )

    # === What counts === #

    def _scope_name(self):
        self.ensure_one()
        return (self.connection_id or self.client_id).display_name or ""

    @api.model
    def _of_connection(self, connection):
        """The exceptions that count for messages of a connection, as ``core.overrides.Override``.

        One query; called elevated by the lane worker and by the dry run.
        """
        whose = Domain("connection_id", "=", connection.id)
        if connection.client_id:
            whose |= Domain("client_id", "=", connection.client_id.id) & Domain(
                "company_id", "=", connection.company_id.id
            )
        whose &= Domain("mapping_id", "=", connection.mapping_id.id)
        overrides_sudo = self.sudo().search(whose & Domain("state", "=", "active"), order="id")
        return tuple(override._to_override() for override in overrides_sudo)

    def _to_override(self):
        row = replace(self._to_row(), override=self._scope_name())
        return Override(CONNECTION if self.connection_id else CLIENT, self.code, row)


class LogisticsMapping(models.Model):
    _inherit = "logistics.mapping"

    override_ids = fields.One2many("logistics.mapping.override", "mapping_id", "Exceptions")
