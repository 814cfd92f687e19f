from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.errors import IntegrationError
from ..core.exchange_place import folder_name, parse_place

_FOLDERS = ("in_folder", "archive_folder", "error_folder", "out_folder")
_CHARSETS = [
    ("iso-8859-1", "Latin-1 (ISO 8859-1)"),
    ("iso-8859-2", "Latin-2 (ISO 8859-2)"),
    ("iso-8859-15", "Latin-9 (ISO 8859-15)"),
    ("cp1250", "Windows-1250"),
    ("cp1251", "Windows-1251"),
    ("cp1252", "Windows-1252"),
    ("cp437", "DOS (CP 437)"),
    ("cp850", "DOS (CP 850)"),
    ("utf-16", "UTF-16"),
    ("shift_jis", "Shift JIS"),
    ("gb18030", "GB 18030"),
]


class LogisticsFolder(models.Model):
    """A place where files are exchanged with the system of a connection.

    Its files become messages of the connection and are read with its profile. The worker is in
    ``logistics_folder_look.py``.
    """

    _name = "logistics.folder"
    _description = "File Exchange"
    _inherit = [
        "mail.thread",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
        "logistics.source.mixin",
    ]
    _order = "connection_id, id"
    _rec_name = "url"
    _check_company_auto = True
    _transitions = {"paused": ("active",), "active": ("paused",)}
    _governed_fields = (
        *("state", "sealed_secret", "asked_digest", "approved_digest"),
        *("next_look_at", "last_look_at", "failures", "last_error", "unusable_count"),
    )

    connection_id = fields.Many2one(
        "logistics.connection",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
        help="The files are messages of this connection and read with its profile.",
    )
    company_id = fields.Many2one(
        related="connection_id.company_id", store=True, precompute=True, index=True
    )
    system_id = fields.Many2one(related="connection_id.system_id")
    breaker_state = fields.Selection(related="connection_id.breaker_state")
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("paused", "Paused"), ("active", "Active")],
        required=True,
        readonly=True,
        default="paused",
        copy=False,
        tracking=True,
        index=True,
    )
    url = fields.Char(
        "Place",
        required=True,
        tracking=True,
        help="Where the files are: sftp://user@server/folder, file:///folder of this server, or "
        "s3://key-id@bucket/folder. Never with a password in it.",
    )
    # === What is picked up === #
    in_folder = fields.Char(
        "Incoming", tracking=True, help="Folder in the place; empty for the place itself."
    )
    pattern = fields.Char(
        "File Names",
        default="*",
        required=True,
        tracking=True,
        help="With * and ?; several are separated by commas. What is being uploaded (.part, .tmp, "
        ".filepart) and hidden files are always left alone.",
    )
    marker = fields.Char(
        "Marker Ending",
        tracking=True,
        help="A file is complete when a second one lies beside it, with this ending behind its "
        "whole name, e.g. '.ok'. Empty: when it stayed the same for a while.",
    )
    settle_seconds = fields.Integer(
        "Unchanged for (seconds)",
        default=30,
        required=True,
        tracking=True,
        help="A file whose size and time stayed the same for this long is complete.",
    )
    charset = fields.Selection(
        _CHARSETS,
        "Encoding",
        tracking=True,
        help="Of CSV, JSON and X12 files that are not in UTF-8. EDIFACT and XML say it themselves.",
    )
    # === What becomes of it === #
    after = fields.Selection(
        [("archive", "Move them to the archive"), ("leave", "Leave them where they are")],
        "Files That Were Taken",
        required=True,
        default="archive",
        tracking=True,
    )
    archive_folder = fields.Char("Archive", default="archive", tracking=True)
    error_folder = fields.Char(
        "Refused",
        default="error",
        tracking=True,
        help="Files that cannot be taken, with the reason beside each.",
    )
    out_folder = fields.Char(
        "Outgoing", tracking=True, help="Where our acknowledgements go. Empty: nowhere."
    )
    # === How it goes === #
    interval_minutes = fields.Integer(
        "Look Every (minutes)", default=1, required=True, tracking=True
    )
    next_look_at = fields.Datetime("Next Look", readonly=True, copy=False)
    last_look_at = fields.Datetime("Last Look", readonly=True, copy=False)
    failures = fields.Integer("Failures in a Row", readonly=True, copy=False)
    last_error = fields.Char("What Is Wrong", readonly=True, copy=False)
    unusable_count = fields.Integer(
        "Unusable Names",
        readonly=True,
        copy=False,
        help="Files whose names cannot be written down.",
    )
    file_ids = fields.One2many("logistics.folder.file", "folder_id", "Files")

    _numbers_positive = models.Constraint(
        "CHECK(settle_seconds >= 0 AND interval_minutes > 0)",
        "A folder is looked at every minute at most.",
    )
    # Used by the workers: what is due.
    _due_idx = models.Index("(next_look_at, id) WHERE active AND state = 'active'")

    @api.constrains("url", "marker", "after", *_FOLDERS)
    def _check_place(self):
        for folder in self:
            try:
                parse_place(folder.url)
                names = {field: folder_name(folder[field]) for field in _FOLDERS if folder[field]}
            except IntegrationError as error:
                raise ValidationError(folder._about(error)) from error
            folder._check_apart(names)
            if folder.marker and len(folder.marker.strip(" .*")) < 2:
                raise ValidationError(
                    self.env._("A marker ending is something like '.ok', not '%s'.", folder.marker)
                )

    def _check_apart(self, names):
        """:param dict names: field → folder, of those that are filled in"""
        used = {"in_folder": "", **names}
        missing = {"archive_folder", "error_folder"} - set(names)
        if len(set(used.values())) < len(used) or self.after == "archive" and missing:
            raise ValidationError(
                self.env._(
                    "Incoming, archive, refused and outgoing have to be different folders: else "
                    "the files that were put away would come in again."
                )
            )

    def _about(self, error):
        """What is wrong with this place, as a sentence for people."""
        return self.env._("%(place)s: %(why)s.", place=self.url, why=error.public_message)

    @api.model_create_multi
    def create(self, vals_list):
        folders = super().create(vals_list)
        folders._tell_connections()
        return folders

    def write(self, vals):
        result = super().write(vals)
        if self._watched_fields() & set(vals):
            self._tell_connections()
        return result

    def _tell_connections(self):
        """Messages that are on hold because of the configuration get another chance."""
        for folder in self:
            folder.connection_id._configuration_changed(
                "settings", self.env._("File exchange: %s", folder.url)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_files(self):
        files_sudo = self.env["logistics.folder.file"].sudo()
        taken = [("folder_id", "in", self.ids), ("message_id", "!=", False)]
        if files_sudo.search_count(taken, limit=1):
            raise UserError(
                self.env._("Files of this exchange are evidence of messages: archive it instead.")
            )

    def _watched_fields(self):
        """Names of the fields that decide which files are taken, from whom, and how."""
        return {
            "state",
            "active",
            "connection_id",
            "url",
            "server_url",
            "host_key",
            "in_folder",
            "pattern",
            "marker",
            "settle_seconds",
            "charset",
            "after",
            "archive_folder",
            "error_folder",
            "out_folder",
        }

    def _raise_unusable(self):
        """:raises UserError: if one of these cannot be opened as it is described"""
        for folder in self:
            try:
                folder._check_usable()
            except IntegrationError as error:
                raise UserError(folder._about(error)) from error

    def _start(self):
        """Pick up files from now on. Called elevated, after all checks."""
        now = fields.Datetime.now()
        self._move_to("active", next_look_at=now, failures=0, last_error=False)
        self._wake_workers()
