from odoo import http
from odoo.http import request

from ..core.openapi import ROOT
from ..core.problem_types import DOCS_PATH
from ..models.problem import CATCH_ALL, Problem, allowed_methods
from ..models.secret_box import SecretKeyMissing, secret_box


class Health(http.Controller):
    """For load balancers and monitors: can this server take messages?"""

    @http.route(
        "/logistics/v1/health",
        type="logistics",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def health(self):
        """200 when messages are taken, 503 when not. It says nothing about the business."""
        request.env.cr.execute("SELECT 1")
        try:
            secret_box()
        except SecretKeyMissing as error:
            raise Problem(503, "Not ready", "This server has no key for its secrets.") from error
        return request.make_json_response({"status": "pass"})

    @http.route(
        [ROOT, CATCH_ALL],
        type="logistics",
        auth="none",
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def nothing(self, anything=""):
        """Anything else under our path is answered like an API, not with a web page."""
        allowed = allowed_methods(request)
        if allowed:
            listed = ", ".join(allowed)
            raise Problem(405, "Method not allowed", f"Use {listed}.", [("Allow", listed)])
        raise Problem(404, "Not found", f"There is nothing at this address. See {DOCS_PATH}.")
