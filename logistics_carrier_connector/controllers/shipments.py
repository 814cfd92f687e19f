from odoo import http
from odoo.http import request

from ..models.problem import Problem
from .intake import spend
from .negotiation import expect


class Shipments(http.Controller):
    """Where a shipment stands, for a connection that has to do with it."""

    @http.route(
        "/logistics/v1/shipments/<logistics_anything:ref>",
        type="logistics",
        auth="logistics_api",
        methods=["GET"],
        save_session=False,
        readonly=False,
    )
    def shipment(self, ref):
        """The shipments that answer to a number, whichever kind of number it is; 404 for none."""
        expect("application/json")
        spend()
        # The proof was verified; what a connection may see is decided by its own rules.
        connection_sudo = (
            request.env["logistics.connection"].sudo().browse(request.logistics_door["id"])
        )
        shipments_sudo = connection_sudo._find_visible_shipments(ref)
        if not shipments_sudo:
            raise Problem(404, "Not found", "No shipment of yours answers to this number.")
        return request.make_json_response(
            {"shipments": connection_sudo._shipment_documents(shipments_sudo)}
        )
