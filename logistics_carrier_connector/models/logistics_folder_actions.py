import itertools
from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError

from ..core import file_watch
from ..core.errors import IntegrationError
from ..core.exchange_place import folder_name, is_wanted, parse_place
from .logistics_folder_file import MOST_ATTEMPTS
from .outbound_http import public_policy
from .place_sftp import fetch_host_key

_MOST_COUNTED = 20_000
_RECENT = 20


class LogisticsFolder(models.Model):
    """What people do with a file exchange."""

    _inherit = "logistics.folder"

    refused_count = fields.Integer("Refused Files", compute="_compute_file_figures")
    stuck_count = fields.Integer(
        compute="_compute_file_figures",
        help="Files that were taken or refused and cannot be moved out of the way.",
    )
    file_count = fields.Integer("Files Seen", compute="_compute_file_figures")
    recent_file_ids = fields.One2many(
        "logistics.folder.file", string="Newest Files", compute="_compute_recent_file_ids"
    )

    def _compute_file_figures(self):
        grouped = self.env["logistics.folder.file"]._read_group(
            [("folder_id", "in", self.ids)],
            ["folder_id", "state", "attempts"],
            ["__count"],
        )
        figures = Counter()
        for folder, state, attempts, count in grouped:
            figures[folder.id, "all"] += count
            if state in (file_watch.FAILING, file_watch.FAILED):
                figures[folder.id, "refused"] += count
            if state in (file_watch.STORED, file_watch.FAILING) and attempts >= MOST_ATTEMPTS:
                figures[folder.id, "stuck"] += count
        for folder in self:
            folder.file_count = figures[folder.id, "all"]
            folder.refused_count = figures[folder.id, "refused"]
            folder.stuck_count = figures[folder.id, "stuck"]

    def _compute_recent_file_ids(self):
        files = self.env["logistics.folder.file"]
        for folder in self:
            folder.recent_file_ids = files.search([("folder_id", "=", folder.id)], limit=_RECENT)

    def action_look_now(self):
        """Have a worker look at these places, at once, also where they failed before.

        :raises UserError: for a place that is paused
        """
        self.check_access("write")
        for folder in self:
            if folder.state != "active":
                raise UserError(self.env._("%s is paused. Start it first.", folder.url))
        # The right to change them was checked; when a worker looks is nobody's to write.
        folders_sudo = self.sudo()
        folders_sudo.write({"next_look_at": fields.Datetime.now()})
        refused = [("folder_id", "in", self.ids), ("attempts", ">", 0)]
        folders_sudo.file_ids.search(refused).attempts = 0
        self.connection_id.filtered(lambda one: one._only_asks()).action_probe()
        self._wake_workers()
        return self._tell(self.env._("A worker looks now. What it finds appears under Files."))

    def action_test(self):
        """Log in, list, and say how it went. Nothing is taken.

        :raises UserError: with the reason why it does not work
        """
        self.ensure_one()
        self.check_access("write")
        # The right to change it was checked; the secret stays in here.
        folder_sudo = self.sudo()
        try:
            folder_sudo._check_usable()
            with folder_sudo._open() as files:
                found, wanted = self._counted(files.looks(folder_name(self.in_folder)))
        except IntegrationError as error:
            raise UserError(self._about(error)) from error
        return self._tell(
            self.env._(
                "We get in. There are %(found)s files, %(wanted)s of them to pick up.",
                found=found,
                wanted=wanted,
            )
        )

    def _counted(self, looks):
        """``(files, files that are wanted)``, as far as a person waits for it."""
        found = wanted = 0
        for look in itertools.islice(looks, _MOST_COUNTED):
            found += 1
            wanted += is_wanted(look.name, self.pattern, self.marker or "")
        return found, wanted

    def action_fetch_host_key(self):
        """Ask the SFTP server for its host key, and keep it.

        :raises UserError: if nothing answers there
        """
        self.ensure_one()
        self.check_access("write")
        try:
            place = parse_place(self.url)
            if place.scheme != "sftp":
                raise UserError(self.env._("Only SFTP servers have a host key."))
            self.host_key = fetch_host_key(place, public_policy(self.env))
        except IntegrationError as error:
            raise UserError(self._about(error)) from error
        return self._tell(
            self.env._(
                "The server shows %s. Compare it with what its owner told you before you go on.",
                self.host_fingerprint,
            )
        )

    def action_open_files(self):
        """Open the files of this place."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_folder_file_action"
        )
        return action | {"domain": [("folder_id", "=", self.id)], "context": {}}

    def action_open_refused(self):
        """Open the files of this place that could not be taken."""
        self.ensure_one()
        return self.action_open_files() | {"context": {"search_default_refused": 1}}

    def _tell(self, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
