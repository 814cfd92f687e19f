import json

from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..core import openapi
from ..core.problem_types import PROBLEM_TYPES
from .negotiation import expect

_STYLE = "/logistics_carrier_connector/static/src/api_docs.css"
# The page runs nothing and loads nothing but its own style sheet.
_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class ApiDocs(http.Controller):
    """The interface described: for machines (OpenAPI 3.1) and for people."""

    @http.route(
        "/logistics/v1/openapi.json",
        type="logistics",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def openapi(self):
        """The OpenAPI document; the same for everybody."""
        expect("application/json")
        return request.make_json_response(_document())

    @http.route(
        "/logistics/v1/docs",
        type="logistics",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def docs(self):
        """The same document as a page."""
        expect("text/html")
        document = _document()
        # Nothing of this page is about anybody's data: it describes the code.
        templates_sudo = request.env(user=SUPERUSER_ID)["ir.qweb"]
        page = templates_sudo._render(
            "logistics_carrier_connector.api_docs",
            {
                "document": document,
                "problems": list(PROBLEM_TYPES.values()),
                "style": _STYLE,
                "event": document["components"]["schemas"]["Event"],
                "pretty": _pretty,
                "schema_of": _schema_of,
            },
        )
        return request.make_response(
            f"<!DOCTYPE html>\n{page}",
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", _POLICY),
                ("Referrer-Policy", "no-referrer"),
            ],
        )


def _document():
    milestones = request.env["logistics.milestone"]._catalogue()
    return openapi.document(request.httprequest.host_url.rstrip("/"), milestones)


def _schema_of(content):
    """The name of the schema of a content; empty if it has none of its own."""
    return content["schema"].get("$ref", "").rpartition("/")[2]


def _pretty(value):
    return json.dumps(value, indent=2, ensure_ascii=False)
