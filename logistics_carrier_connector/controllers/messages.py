from odoo import http
from odoo.http import request

from ..core import api_parameters
from ..core.api_schemas import LIST_PARAMETERS
from ..core.errors import ContractViolation
from ..models.problem import Problem
from .intake import spend
from .negotiation import expect


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
        asked = _asked()
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


def _asked():
    """The parameters of the request.

    :raises Problem: 400
    """
    try:
        return api_parameters.read(LIST_PARAMETERS, request.httprequest.args.items(multi=True))
    except ContractViolation as error:
        problems = [{"path": each.path, "reason": each.reason} for each in error.problems]
        raise Problem(400, "Invalid parameter", error.public_message, problems=problems) from error


def _address(parameters):
    """The address of a page; every value was checked and needs no escaping."""
    query = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
    return f"/logistics/v1/messages?{query}"
