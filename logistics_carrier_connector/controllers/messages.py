from odoo import http
from odoo.http import request

from ..models.problem import Problem


class Messages(http.Controller):
    """What became of a message, for the connection that sent it."""

    @http.route(
        "/logistics/v1/messages/<string:public_id>",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def message(self, public_id):
        """The state of the message and of each fact in it; 404 for anybody else's message."""
        # The proof was verified; the sender sees its own connection's messages and no others.
        message_sudo = (
            request.env["logistics.message"]
            .sudo()
            .search(
                [
                    # No text of the database has a NUL, and asking for one is an error.
                    ("public_id", "=", public_id.replace("\x00", "?")),
                    ("connection_id", "=", request.logistics_door["id"]),
                ]
            )
        )
        if not message_sudo:
            raise Problem(404, "Not found", "This connection has no such message.")
        return request.make_json_response(message_sudo._to_document())
