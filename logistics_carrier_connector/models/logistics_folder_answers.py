from odoo import models

from ..core.exchange_place import folder_name


class LogisticsFolder(models.Model):
    """The way out: what we answer to EDI interchanges is written beside where they came from."""

    _inherit = "logistics.folder"

    def _send_answers(self, files):
        """Write what waits for the partner, each answer committed; the seconds left, 0 to stop.

        A file appears complete, and only then counts as sent. Killed between the two, the next
        worker writes the same file under the same name again.

        :param files: ``place_files.Files`` of the folder
        :raises PlaceError: if the place does not answer; the next visit goes on
        """
        progress = self.env["ir.cron"]._commit_progress
        seconds_left = progress(remaining=1)
        outgoing = folder_name(self.out_folder) if self.out_folder else ""
        while outgoing and seconds_left:
            waiting = self.connection_id._waiting_acknowledgements()
            if not waiting:
                break
            for acknowledgement, name, content in waiting:
                files.put(f"{outgoing}/{name}", content)
                acknowledgement._mark_sent("file")
                seconds_left = progress(1, remaining=1)
                if not seconds_left:
                    break
        return seconds_left
