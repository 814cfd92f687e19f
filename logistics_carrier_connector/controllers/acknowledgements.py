from odoo import http
from odoo.http import request

from ..models.problem import Problem

_TYPES = {"contrl": "application/edifact"}
_X12 = "application/edi-x12"


class Acknowledgements(http.Controller):
    """What waits to be taken by the connection whose messages it answers."""

    @http.route(
        "/logistics/v1/acknowledgements",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def waiting(self):
        """The answers that wait, oldest first, at most 100; looking at them changes nothing."""
        waiting = _acknowledgements_sudo()._waiting_acknowledgements(_connection_sudo())
        return request.make_json_response(
            {
                "acknowledgements": [
                    _document(each) | {"name": name, "bytes": len(content)}
                    for each, name, content in waiting
                ]
            }
        )

    @http.route(
        "/logistics/v1/acknowledgements/<string:public_id>",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def content(self, public_id):
        """The interchange itself, also after it was taken."""
        acknowledgement_sudo = _find_sudo(public_id)
        return request.make_response(
            acknowledgement_sudo._raw(),
            headers=[
                ("Content-Type", _TYPES.get(acknowledgement_sudo.kind, _X12)),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Disposition", f'attachment; filename="{acknowledgement_sudo.file_name}"'),
            ],
        )

    @http.route(
        "/logistics/v1/acknowledgements/<string:public_id>/taken",
        type="logistics",
        auth="logistics_api",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def taken(self, public_id):
        """The partner has it: it does not wait any more. Saying so twice changes nothing."""
        acknowledgement_sudo = _find_sudo(public_id)
        acknowledgement_sudo._mark_sent("fetched")
        return request.make_json_response(_document(acknowledgement_sudo))


def _connection_sudo():
    # The proof was verified; what follows is done for the connection.
    return request.env["logistics.connection"].sudo().browse(request.logistics_door["id"])


def _acknowledgements_sudo():
    # The proof was verified; a connection sees what answers its own messages and no others.
    return request.env["logistics.message.acknowledgement"].sudo()


def _find_sudo(public_id):
    """The answer with this id that waits for, or was taken by, the connection.

    :raises Problem: 404 for anybody else's
    """
    found_sudo = _acknowledgements_sudo().search(
        [
            # No text of the database has a NUL, and asking for one is an error.
            ("public_id", "=", public_id.replace("\x00", "?")),
            ("connection_id", "=", request.logistics_door["id"]),
            ("direction", "=", "out"),
            ("state", "in", ("waiting", "sent")),
        ]
    )
    if not found_sudo:
        raise Problem(404, "Not found", "This connection has no such acknowledgement.")
    return found_sudo


def _document(acknowledgement):
    """An answer as the connection sees it, JSON-ready."""
    return {
        "id": acknowledgement.public_id,
        "kind": acknowledgement.kind,
        "verdict": acknowledgement.verdict,
        "control_number": acknowledgement.control_number,
        "answers": acknowledgement.about,
        "message": acknowledgement.message_id.public_id,
        "state": acknowledgement.state,
    }
