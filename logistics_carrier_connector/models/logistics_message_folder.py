from dataclasses import dataclass
from datetime import UTC

from odoo import fields, models

from ..core.charset import as_utf8
from .logistics_message_inbox import Arrival

# What a file of a format would be called over HTTP.
_CONTENT_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "canonical": "application/json",
    "x12": "application/edi-x12",
    "xml": "application/xml",
    "edifact": "application/edifact",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class FileArrival(Arrival):
    """A message that came as a file. Its name and time are evidence, as headers are."""

    @property
    def kept_headers(self):
        return self.headers


class LogisticsMessage(models.Model):
    """Messages that were files."""

    _inherit = "logistics.message"

    origin = fields.Selection(selection_add=[("file", "Picked Up")])
    file_ids = fields.One2many("logistics.folder.file", "message_id", "Files", readonly=True)

    def _accept_file(self, file, raw):
        """Store the content of a file, once whatever its name.

        :param file: ``logistics.folder.file``
        :return: the ``Receipt``
        """
        folder, connection = file.folder_id, file.folder_id.connection_id
        content_type = _CONTENT_TYPES.get(connection.mapping_id.format, "")
        if folder.charset:
            content_type += f"; charset={folder.charset}"
        about = {"File-Name": file.name}
        if file.modified_at:
            about["File-Modified"] = file.modified_at.replace(tzinfo=UTC).isoformat()
        door = {"id": connection.id, "lane": connection.lane, "message_id_header": ""}
        return self._accept(FileArrival(door, raw, about, content_type, folder._address()))

    def _arrival_values(self, arrival):
        values = super()._arrival_values(arrival)
        return values | {"origin": "file"} if isinstance(arrival, FileArrival) else values

    def _contents(self):
        """``{id: bytes}`` for the codecs: in UTF-8 where the sender named another encoding."""
        bodies = self._raw_bodies()
        return {
            message.id: as_utf8(
                bodies.get(message.id, b""),
                message.connection_id.mapping_id.format,
                message.content_type or "",
            )
            for message in self
        }
