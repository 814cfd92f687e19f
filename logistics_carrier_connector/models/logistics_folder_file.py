from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core import file_watch
from ..core.exchange_place import REASON_SUFFIX, folder_name, kept_name
from ..core.message_key import sha256
from .logistics_message_inbox import DUPLICATE
from .place_files import FileMissing, NotAllowed, TooBig

# A place that refuses one file is asked so often, then by people only.
MOST_ATTEMPTS = 5
_GONE_DAYS = 90
STATES = [
    (file_watch.SEEN, "Being Watched"),
    (file_watch.TAKING, "Being Read"),
    (file_watch.STORED, "In the Inbox"),
    (file_watch.FAILING, "To Be Set Aside"),
    (file_watch.DONE, "Taken"),
    (file_watch.FAILED, "Refused"),
    (file_watch.GONE, "Disappeared"),
]


class LogisticsFolderFile(models.Model):
    """One file on its way from a folder into the inbox: the intent before, and the fate after.

    Each step is a transaction of its own that holds the row. Killed between any two of them, the
    next worker goes on with the same step: storing is idempotent by the content, and putting away
    by the name, which the row alone has.
    """

    _name = "logistics.folder.file"
    _description = "Picked-Up File"
    _inherit = ["logistics.stateful.mixin"]
    _order = "id desc"
    _log_access = False
    _transitions = {
        "seen": ("taking", "failing", "gone"),
        "taking": ("seen", "stored", "failing", "gone"),
        "stored": ("done",),
        "failing": ("failed", "gone"),
    }

    folder_id = fields.Many2one(
        "logistics.folder",
        "File Exchange",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="folder_id.company_id")
    connection_id = fields.Many2one(related="folder_id.connection_id")
    name = fields.Char("File", required=True, readonly=True)
    place = fields.Char("Lies At", required=True, readonly=True, help="Path in the exchange, now.")
    size = fields.Integer("Bytes", readonly=True)
    stamp = fields.Char(readonly=True)
    modified_at = fields.Datetime("Changed", readonly=True)
    since = fields.Datetime("Unchanged Since", required=True, readonly=True)
    looked_at = fields.Datetime("Last Seen", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    reason = fields.Char("Why", readonly=True)
    attempts = fields.Integer(readonly=True)
    checksum = fields.Char("SHA-256", readonly=True)
    message_id = fields.Many2one(
        "logistics.message", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    message_state = fields.Selection(related="message_id.state", string="Became")
    repeated = fields.Boolean(
        "Same Content Again", readonly=True, help="The inbox had a message with this content."
    )
    taken_at = fields.Datetime("Taken", readonly=True)

    # Used by the workers: the last pick-up of every name, and what is unfinished.
    _name_idx = models.Index("(folder_id, name, id)")
    _open_idx = models.Index(
        "(folder_id, id) WHERE state IN ('seen', 'taking', 'stored', 'failing')"
    )
    # One pick-up of a file at a time; the looking worker relies on it.
    _open_uniq = models.UniqueIndex(
        "(folder_id, name) WHERE state IN ('seen', 'taking', 'stored', 'failing')",
        "This file is being picked up already.",
    )

    @api.model
    def _claim(self, folder, states, but=()):
        """The oldest file of a folder in one of these states that no other worker holds.

        :param but: ids of files that are not meant
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM logistics_folder_file
                 WHERE folder_id = %s AND state IN %s AND id != ALL(%s)
                   AND COALESCE(attempts, 0) < %s
                 ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
                """,
                folder.id,
                tuple(states),
                list(but),
                MOST_ATTEMPTS,
            )
        )
        file = self.browse(row[0] for row in rows)
        file.invalidate_recordset()
        return file

    def _take(self, files):
        """Read the file and store it in the inbox.

        :param files: ``place_files.Files`` of the folder
        :raises PlaceError: if the place does not answer; the next worker tries again
        """
        limit = self.folder_id.connection_id.max_bytes
        try:
            raw = files.content(self.place, limit)
            look = files.look(self.place)
        except FileMissing:
            self._move_to("gone", reason=self.env._("It was gone before it was read."))
        except TooBig:
            self._refuse(self.env._("It has more than %s bytes.", limit))
        except NotAllowed as error:
            self._note_attempt(error)
        else:
            if look.stamp != self.stamp or look.size != len(raw):
                now = fields.Datetime.now()
                self._move_to("seen", stamp=look.stamp, size=look.size, since=now)
            else:
                self._store(raw)

    def _store(self, raw):
        receipt = self.env["logistics.message"]._accept_file(self, raw)
        self._move_to(
            "stored",
            message_id=receipt.message_id,
            repeated=receipt.status == DUPLICATE,
            checksum=sha256(raw),
            taken_at=fields.Datetime.now(),
            attempts=0,
            reason=False,
        )

    def _refuse(self, reason):
        self._move_to("failing", reason=reason, attempts=0)

    def _note_attempt(self, error):
        """The place refuses this one file: other files go on, and it is tried a few times."""
        self.write({"attempts": self.attempts + 1, "reason": error.public_message})
        if self.attempts >= MOST_ATTEMPTS and self.state == "taking":
            self._refuse(error.public_message)

    def _put_away(self, files):
        """Move the file where taken, or refused, files go."""
        try:
            if self.state == "stored":
                self._archive(files)
            else:
                self._set_aside(files)
        except NotAllowed as error:
            self._note_attempt(error)

    def _archive(self, files):
        folder = self.folder_id
        if folder.after == "leave" or self.place != self._came_in():
            self._move_to("done")
            return
        if folder.marker:
            # First: the next file of this name needs a marker of its own.
            files.remove(self.place + folder.marker)
        target = self._target(folder.archive_folder)
        try:
            files.move(self.place, target, self.stamp)
        except FileMissing:
            self._move_to("done", reason=self.env._("It was gone before it was archived."))
            return
        if files.digest(target) == self.checksum:
            self._move_to("done", place=target, reason=False)
        else:
            self._take_what_was_swept_along(files, target, "done")

    def _take_what_was_swept_along(self, files, target, state):
        """Somebody put another file under this name while it was put away: it is taken from there,
        as a file of its own."""
        look = files.look(target)
        self._move_to(state, reason=self.env._("Another file took its name meanwhile."))
        self.flush_recordset()  # its name is free now
        now = fields.Datetime.now()
        self.create(
            {
                "folder_id": self.folder_id.id,
                "name": self.name,
                "place": target,
                "size": look.size,
                "stamp": look.stamp,
                "modified_at": look.modified_at,
                "since": now,
                "looked_at": now,
                "state": "taking",
            }
        )

    def _set_aside(self, files):
        folder = self.folder_id
        if folder.after == "leave" or self.place != self._came_in():
            self._move_to("failed")
            return
        if folder.marker:
            files.remove(self.place + folder.marker)
        target = self._target(folder.error_folder)
        try:
            files.move(self.place, target, self.stamp)
        except FileMissing:
            self._move_to("gone")
            return
        if files.look(target).size != self.size:
            self._take_what_was_swept_along(files, target, "failed")
            return
        files.put(target + REASON_SUFFIX, f"{self.name}\n{self.reason}\n".encode())
        self._move_to("failed", place=target)

    @api.autovacuum
    def _gc_gone(self):
        """Forget files that their senders took back long ago: nothing came of them."""
        before = fields.Datetime.now() - timedelta(days=_GONE_DAYS)
        self.search(
            [("state", "=", "gone"), ("message_id", "=", False), ("looked_at", "<", before)],
            limit=10_000,
        ).unlink()

    def _came_in(self):
        return "/".join(filter(None, (folder_name(self.folder_id.in_folder), self.name)))

    def _target(self, folder):
        return "/".join(filter(None, (folder_name(folder), kept_name(self.name, self.id))))
