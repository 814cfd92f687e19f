import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

# Of everything that somebody writes and somebody else puts in force.
STATES = [
    ("draft", "Draft"),
    ("waiting", "Waiting"),
    ("active", "Active"),
    ("retired", "Retired"),
]


class LogisticsVersionMixin(models.AbstractModel):
    """One version of data that decides what messages mean.

    A version that was ever active never changes, so that every message can tell for good with
    what it was read. Who wrote a version does not activate it.
    """

    _name = "logistics.version.mixin"
    _description = "Version of Rules"
    _inherit = ["logistics.stateful.mixin", "logistics.governed.mixin"]
    _order = "number desc, id desc"
    _rec_name = "number"
    _transitions = {
        "draft": ("waiting", "active", "retired"),
        "waiting": ("active", "draft"),
        "active": ("retired",),
        "retired": ("active",),
    }
    _governed_fields = (
        "number",
        "origin",
        "state",
        "contributor_ids",
        "activated_by_id",
        "activated_at",
    )
    # Name of the Many2one to the record that this is a version of. Set by the inheriting model.
    _parent_field = None

    number = fields.Integer("Version", required=True, readonly=True, default=0, copy=False)
    content = fields.Text(required=True)
    sha256 = fields.Char("SHA-256", compute="_compute_sha256", store=True, precompute=True)
    origin = fields.Selection(
        [("file", "Delivered with the module"), ("edited", "Written here")],
        required=True,
        readonly=True,
        default="edited",
        copy=False,
    )
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    note = fields.Char("What Changed", copy=False)
    contributor_ids = fields.Many2many(
        "res.users",
        string="Written By",
        readonly=True,
        copy=False,
        help="Everybody who wrote the content; none of them may activate it.",
    )
    activated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    activated_at = fields.Datetime(readonly=True, copy=False)

    @api.depends("content")
    def _compute_sha256(self):
        for version in self:
            version.sha256 = hashlib.sha256((version.content or "").encode()).hexdigest()

    @api.depends(lambda self: self._name_fields())
    def _compute_display_name(self):
        for version in self:
            parent = version[self._parent_field]
            version.display_name = f"{parent.name} v{version.number}"

    def _name_fields(self):
        # The mixin itself has no parent and no records.
        return ("number", f"{self._parent_field}.name") if self._parent_field else ("number",)

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        for version in versions.filtered(lambda v: not v.number):
            siblings = self.search([(self._parent_field, "=", version[self._parent_field].id)])
            # The right to create it was checked; its number is nobody's to choose.
            version_sudo = version.sudo()
            version_sudo.number = max(siblings.mapped("number"), default=0) + 1
        versions._check_content()
        versions._note_contributor()
        return versions

    def write(self, vals):
        if {"content", self._parent_field} & set(vals):
            for version in self.filtered(lambda v: v.state != "draft"):
                raise UserError(
                    self.env._(
                        "%s was submitted or in use and cannot change any more. Make a new version "
                        "instead, or take it back while it waits.",
                        version.display_name,
                    )
                )
        result = super().write(vals)
        if "content" in vals:
            self._check_content()
            self._note_contributor()
        return result

    def _note_contributor(self):
        """Remember who wrote the content; he may not activate it."""
        versions_sudo = self.sudo()
        versions_sudo.write({"contributor_ids": [Command.link(self.env.uid)]})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(version.state != "draft" for version in self):
            raise UserError(self.env._("Only drafts can be deleted."))

    def _check_content(self):
        """Refuse content that could not be used. To be extended.

        :raises UserError: with the reason
        """

    def _activated(self):
        """Hook: these versions are in use from now on."""

    def _activate(self):
        """Use this version instead of the one in use. Called elevated."""
        self.ensure_one()
        parent = self[self._parent_field]
        in_use = self.search([(self._parent_field, "=", parent.id), ("state", "=", "active")])
        (in_use - self)._move_to("retired")
        # One version is active (unique index): the old one has to be out of the way first.
        self.flush_model(["state"])
        self._move_to("active", activated_by_id=self.env.uid, activated_at=fields.Datetime.now())
        parent.active_version_id = self
        self._activated()

    @api.model
    def _load(self, parent, content):
        """Take over what the module delivers: new content is a new version.

        It becomes active at once, unless people use a version of their own.
        """
        digest = hashlib.sha256(content.encode()).hexdigest()
        siblings = self.search([(self._parent_field, "=", parent.id)])
        if digest in siblings.mapped("sha256"):
            return
        version = self.create({self._parent_field: parent.id, "content": content, "origin": "file"})
        if parent.active_version_id.origin in (False, "file"):
            version._activate()
