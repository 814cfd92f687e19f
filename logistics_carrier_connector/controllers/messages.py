from odoo import http
from odoo.http import request

from ..core.api_schemas import LIST_PARAMETERS
from ..models.problem import Problem
from .intake import spend
from .negotiation import expect, parameters


class Messages(http.Controller):
    """What became of messages, for the connection that sent them."""

    @http.route(
        "/logistics/v1/messages",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=False,
    )
    def messages(self):
        """A page of this connection's messages, newest first."""
        expect("application/json")
        spend()
        asked = parameters(LIST_PARAMETERS, request.httprequest.args.items(multi=True))
        # The proof was verified; the sender sees its own connection's messages and no others.
        messages_sudo = request.env["logistics.message"].sudo()
        found_sudo, more = messages_sudo._page_of(request.logistics_door["id"], **asked)
        following = _address(asked | {"after": found_sudo[-1:].public_id}) if more else None
        response = request.make_json_response(
            {"messages": [each._to_summary() for each in found_sudo], "next": following}
        )
        if following:
            response.headers.add("Link", f'<{following}>; rel="next"')
        return response

    @http.route(
        "/logistics/v1/messages/<string:public_id>",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=False,
    )
    def message(self, public_id):
        """The state of the message and of each fact in it; 404 for anybody else's message."""
        expect("application/json")
        spend()
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


def _address(values):
    """The address of a page; every value was checked and needs no escaping."""
    query = "&".join(f"{name}={value}" for name, value in sorted(values.items()))
    return f"/logistics/v1/messages?{query}"
