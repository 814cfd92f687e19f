from odoo import http

from .intake import arrival, store


class Hooks(http.Controller):
    """Webhooks in any carrier's own format. Nothing is parsed while the sender waits."""

    @http.route(
        "/logistics/v1/hooks/<string:token>",
        type="logistics",
        auth="logistics_hook",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def hook(self, token):
        """Store one message: 202 when new, 200 when it was stored before."""
        return store(arrival())
