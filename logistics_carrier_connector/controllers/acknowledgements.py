import base64

from odoo import http
from odoo.http import request

from ..models.problem import Problem
from .intake import spend
from .negotiation import expect


class Acknowledgements(http.Controller):
    """What waits to be taken by the connection whose messages it answers."""

    @http.route(
        "/logistics/v1/acknowledgements",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=False,
    )
    def waiting(self):
        """The answers that wait, oldest first, at most 100; looking at them changes nothing."""
        expect("application/json")
        spend()
        # The proof was verified; a connection sees what answers its own messages and no others.
        connection_sudo = (
            request.env["logistics.connection"].sudo().browse(request.logistics_door["id"])
        )
        waiting = connection_sudo._waiting_acknowledgements()
        return request.make_json_response(
            {"acknowledgements": [each._to_document() for each, _name, _content in waiting]}
        )

    @http.route(
        "/logistics/v1/acknowledgements/<string:public_id>",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=False,
    )
    def acknowledgement(self, public_id):
        """An answer with the interchange itself, also after it was taken."""
        expect("application/json")
        spend()
        found_sudo = _find_sudo(public_id)
        content = base64.b64encode(found_sudo._raw()).decode()
        return request.make_json_response(found_sudo._to_document() | {"content": content})

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
        expect("application/json")
        spend()
        found_sudo = _find_sudo(public_id)
        found_sudo._mark_sent("fetched")
        return request.make_json_response(found_sudo._to_document())


def _find_sudo(public_id):
    """The answer with this id that waits for, or was taken by, the connection.

    :raises Problem: 404 for anybody else's
    """
    # The proof was verified; a connection sees what answers its own messages and no others.
    acknowledgements_sudo = request.env["logistics.message.acknowledgement"].sudo()
    found_sudo = acknowledgements_sudo.search(
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
