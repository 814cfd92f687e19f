import psycopg2

from odoo import http
from odoo.http import request


class Reference(http.Controller):
    @http.route(
        "/logistics_bench/store",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def store(self):
        """Insert the same bytes and do nothing else."""
        request.env.cr.execute(
            "INSERT INTO logistics_bench_body (body) VALUES (%s)",
            [psycopg2.Binary(request.httprequest.get_data())],
        )
        return request.make_json_response({"status": "accepted"}, status=202)
