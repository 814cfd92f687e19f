from odoo import http
from odoo.http import request

from ..core import canonical
from ..core.codecs import decode
from ..core.errors import ContractViolation, PayloadRejected
from ..models.problem import Problem
from .intake import arrival, store


class Events(http.Controller):
    """The canonical API: our own JSON, checked while the sender waits."""

    @http.route(
        "/logistics/v1/events",
        type="logistics",
        auth="logistics_api",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def events(self):
        """Store one event or up to 1,000, and say of each whether it can be read."""
        if request.logistics_door["format"] != "canonical":
            raise Problem(
                403, "Not a canonical connection", "Post to the address of the connection instead."
            )
        arrived = arrival()
        milestones = frozenset(request.env["logistics.milestone"]._catalogue())
        try:
            results = canonical.read(decode("json", arrived.raw), milestones).items
        except PayloadRejected as error:
            raise Problem(400, "Unreadable", error.public_message) from error
        except ContractViolation as error:
            raise Problem(422, "Not an event", error.public_message) from error
        items = [_judgement(index, result.problem) for index, result in enumerate(results)]
        if all(item["status"] == "rejected" for item in items):
            raise Problem(422, "No valid event", "None of the events can be read.", items=items)
        return store(arrived, items=items)


def _judgement(index, problem):
    if problem is None:
        return {"index": index, "status": "accepted"}
    problems = [{"path": problem.path, "reason": problem.reason}]
    return {"index": index, "status": "rejected", "problems": problems}
