import itertools
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.models.clashes import CLASHES, clash_when_taken

from ..core import file_watch
from ..core.errors import IntegrationError
from ..core.exchange_place import can_be_kept, folder_name, is_wanted, parse_place
from ..core.file_watch import Known, Rules

_logger = logging.getLogger(__name__)

_CRON = "logistics_carrier_connector.ir_cron_files"
_PAGE = 500
_ENOUGH_MARKERS = 100_000
_OF_A_LOOK = ("size", "stamp", "modified_at", "since", "looked_at")


class LogisticsFolder(models.Model):
    """The worker: look, take what is complete, put it away."""

    _inherit = "logistics.folder"

    @api.model
    def _cron_files(self):
        """Visit every place that is due.

        May run in any number of workers at once, and may be killed at any instruction: a file is
        in the inbox once, and no file is lost.
        """
        progress = self.env["ir.cron"]._commit_progress
        folders_sudo = self.sudo()
        for folder_id in folders_sudo._due():
            try:
                folder = folders_sudo._reserve(folder_id)
                seconds_left = progress(remaining=1)
            except CLASHES:  # another worker was faster
                self.env.cr.rollback()
                continue
            if not seconds_left or folder and not folder._visit():
                return
        progress(remaining=0)

    @api.model
    def _wake_workers(self):
        """Have a worker look, soon. Whose right to ask it is was checked by the caller."""
        cron_sudo = self.env.ref(_CRON).sudo()
        cron_sudo._trigger()

    def _due(self):
        self.flush_model(["next_look_at", "active", "state"])
        self.env["logistics.connection"].flush_model(["active", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT f.id FROM logistics_folder f
                  JOIN logistics_connection c ON c.id = f.connection_id
                 WHERE f.active AND f.state = 'active'
                   AND c.active AND c.state IN ('active', 'suspended')
                   AND (f.next_look_at IS NULL OR f.next_look_at <= %s)
                 ORDER BY f.next_look_at NULLS FIRST, f.id
                """,
                fields.Datetime.now(),
            )
        )
        return [row[0] for row in rows]

    def _reserve(self, folder_id):
        """The folder, if no other worker looks at it: for one interval it is this worker's."""
        now = fields.Datetime.now()
        folder = self.browse(folder_id).try_lock_for_update(allow_referencing=True)
        folder.invalidate_recordset()
        if not folder.exists() or (folder.next_look_at or now) > now or folder._stopped_unseen():
            return self.browse()
        folder.write(
            {
                "next_look_at": now + timedelta(minutes=folder.interval_minutes),
                "last_look_at": now,
            }
        )
        # The breaker lets a single visit through to try.
        return folder if folder._breaker_allows() else self.browse()

    def _visit(self):
        """Do everything that there is to do at one place.

        :return: the seconds left, 0 to stop
        """
        progress = self.env["ir.cron"]._commit_progress
        try:
            with self._open() as files:
                self._look(files)
                seconds_left = progress(remaining=1)
                seconds_left = seconds_left and self._work(files)
                seconds_left = seconds_left and self._send_answers(files)
            self._note_success()
        except CLASHES:
            self.env.cr.rollback()
        except psycopg2.OperationalError:
            # The database's trouble, never the place's.
            raise
        except IntegrationError as error:
            self.env.cr.rollback()
            self._note_failure(error.public_message, error.error_class)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("visiting %s failed", self)
            self._note_failure(
                self.env._(
                    "It failed with an internal error (%s). The server log has the details.",
                    type(error).__name__,
                )
            )
        return progress(remaining=1)

    def _work(self, files):
        """One file after another, each step committed; the seconds left, 0 to stop."""
        progress = self.env["ir.cron"]._commit_progress
        seconds_left = progress(remaining=1)
        rows = self.env["logistics.folder.file"]
        # What was stored is put away before anything else is read: the archive never lags behind.
        steps = (
            (("stored", "failing"), lambda file: file._put_away(files)),
            (("taking",), lambda file: file._take(files)),
        )
        refused = []  # by the place: not again in this visit
        busy = True
        while busy and seconds_left:
            busy = False
            for states, step in steps:
                if file := rows._claim(self, states, refused):
                    before = file.attempts
                    step(file)
                    if file.attempts > before:
                        refused.append(file.id)
                    seconds_left = progress(1, remaining=1)
                    busy = True
        return seconds_left

    # === Looking === #

    def _look(self, files):
        """Compare what lies in the folder with what is known, page by page."""
        now = fields.Datetime.now()
        incoming = folder_name(self.in_folder)
        rules = self._rules(self._markers(files, incoming))
        unusable = 0
        for page in _pages(files.looks(incoming)):
            usable = [look for look in page if can_be_kept(look.name)]
            unusable += len(page) - len(usable)
            wanted = [
                look for look in usable if is_wanted(look.name, self.pattern, self.marker or "")
            ]
            self._note_page(wanted, rules, now)
        self.unusable_count = unusable
        self._note_gone(now)

    def _rules(self, marked):
        return Rules(
            settle=timedelta(seconds=self.settle_seconds),
            leave=self.after == "leave",
            max_bytes=self.connection_id.max_bytes,
            marked=marked,
        )

    def _markers(self, files, incoming):
        """Names that are marked as complete; ``None`` where that is not how it is done."""
        if not self.marker:
            return None
        ending = self.marker
        names = (look.name for look in files.looks(incoming))
        marked = (name.removesuffix(ending) for name in names if name.endswith(ending))
        return frozenset(itertools.islice(marked, _ENOUGH_MARKERS))

    def _note_page(self, looks, rules, now):
        known = self._known([look.name for look in looks])
        found = file_watch.judge(looks, known, rules, now)
        rows = self.env["logistics.folder.file"]
        with clash_when_taken():  # by another worker that looks as well
            rows.create([self._row(look, now) for look in found.new])
        for file_id, look in found.changed.items():
            values = self._row(look, now)
            rows.browse(file_id).write({name: values[name] for name in _OF_A_LOOK})
        rows.browse(found.waiting).write({"looked_at": now})
        # The intent: from here on the file is taken, whatever happens to this worker.
        rows.browse(found.complete)._move_to("taking", looked_at=now)
        rows.browse(found.too_big)._move_to(
            "failing",
            looked_at=now,
            reason=self.env._(
                "It has more than %s bytes, the most that this connection takes.", rules.max_bytes
            ),
        )

    def _known(self, names):
        """The last pick-up of each of these names."""
        self.env["logistics.folder.file"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (name) name, id, state, stamp, since
                  FROM logistics_folder_file WHERE folder_id = %s AND name = ANY(%s)
                 ORDER BY name, id DESC
                """,
                self.id,
                names,
            )
        )
        return {name: Known(*values) for name, *values in rows}

    def _row(self, look, now):
        incoming = folder_name(self.in_folder)
        return {
            "folder_id": self.id,
            "name": look.name,
            "place": "/".join(filter(None, (incoming, look.name))),
            "size": look.size,
            "stamp": look.stamp,
            "modified_at": look.modified_at,
            "since": now,
            "looked_at": now,
            "state": file_watch.SEEN,
        }

    def _note_gone(self, now):
        """Files that were watched and are not there any more: their sender took them back."""
        gone = self.env["logistics.folder.file"].search(
            [("folder_id", "=", self.id), ("state", "=", "seen"), ("looked_at", "<", now)]
        )
        gone._move_to("gone", reason=self.env._("It was gone before it was complete."))

    def _address(self):
        """The place for the evidence: never a secret."""
        return parse_place(self.url).address


def _pages(looks):
    """Lists of up to a page of looks."""
    looks = iter(looks)
    while page := list(itertools.islice(looks, _PAGE)):
        yield page
