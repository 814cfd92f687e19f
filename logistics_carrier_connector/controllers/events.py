from dataclasses import replace

from odoo import http
from odoo.http import request

from ..core import canonical
from ..core.api_schemas import HEADER_PARAMETERS, IDEMPOTENCY_KEY, REJECTED
from ..core.codecs import decode
from ..core.errors import ContractViolation, PayloadRejected
from ..models.logistics_message_answer import kept, told_again
from ..models.logistics_message_inbox import ACCEPTED, CONFLICT, DUPLICATE, Receipt
from ..models.problem import Problem
from .intake import answer, arrival
from .negotiation import expect, parameters


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
        """Store one event or up to 1,000, and say of each what is known at once."""
        if request.logistics_door["format"] != "canonical":
            raise Problem(
                403, "Not a canonical connection", "Post to the address of the connection instead."
            )
        expect("application/json")
        arrived = _named(arrival())
        results = _read(arrived.raw)
        messages = request.env["logistics.message"]
        items = messages._judge_items(request.logistics_door, results)
        if all(item["status"] == REJECTED for item in items):
            first = messages._first_receipt(arrived)
            if not first:
                raise Problem(422, "No valid event", "None of the events can be read.", items=items)
            return _again(arrived, first, len(items))
        receipt = messages._accept(replace(arrived, receipt=kept(items)))
        if receipt.status == CONFLICT and arrived.request_key:
            return _reused(receipt)
        if receipt.status == DUPLICATE:
            return _again(arrived, messages._first_receipt(arrived), len(items))
        return answer(receipt, items=items)


def _named(arrived):
    """What arrived, with the name of the request.

    :raises Problem: 400
    """
    headers = arrived.headers
    given = [(name, headers[name]) for name in HEADER_PARAMETERS if name in headers]
    key = parameters(HEADER_PARAMETERS, given).get(IDEMPOTENCY_KEY, "")
    if key and arrived.message_id not in ("", key):
        other = arrived.door["message_id_header"]
        reason = f"names something else than {other}: send one of them"
        problems = [{"path": IDEMPOTENCY_KEY, "reason": reason}]
        raise Problem(400, "Invalid parameter", f"{IDEMPOTENCY_KEY} {reason}.", problems=problems)
    return replace(arrived, request_key=key)


def _read(raw):
    """One result per event of the body.

    :raises Problem: 400 or 422
    """
    milestones = frozenset(request.env["logistics.milestone"]._catalogue())
    try:
        return canonical.read(decode("json", raw), milestones).items
    except PayloadRejected as error:
        raise Problem(400, "Unreadable", error.public_message) from error
    except ContractViolation as error:
        raise Problem(422, "Not an event", error.public_message) from error


def _again(arrived, first, count):
    """The answer to a repetition: to one that the sender named, the first answer itself."""
    public_id, receipt = first
    items = told_again(count, receipt)
    if not arrived.request_key:
        return answer(Receipt(DUPLICATE, 0, public_id), items=items)
    response = answer(Receipt(ACCEPTED, 0, public_id), items=items)
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _reused(receipt):
    """The refusal of other content under a known key. Returned, not raised: what came is kept."""
    detail = f"The key named other content before. This content was kept as {receipt.public_id}."
    return Problem(422, "Idempotency key reused", detail, message=receipt.public_id).get_response()
