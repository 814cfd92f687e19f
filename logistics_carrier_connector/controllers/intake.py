"""What every route that takes messages does after the proof: size, type, rate, store."""

from odoo.http import request

from ..core.errors import UNSUITABLE
from ..models.logistics_message_inbox import ACCEPTED, CONFLICT, Arrival
from ..models.problem import Problem

# By format of the profile. Senders are not consistent, so each format knows a few spellings; a
# browser form or a picture is none of them.
_TYPES = {
    "json": ("application/json",),
    "canonical": ("application/json",),
    "x12": (
        "application/edi-x12",
        "application/x12",
        "application/octet-stream",
        "text/plain",
    ),
    "xml": ("application/xml", "text/xml", "application/soap+xml"),
    "csv": ("text/csv", "application/csv", "text/plain", "application/octet-stream"),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
    ),
    "edifact": (
        "application/edifact",
        "application/edi-consent",
        "application/octet-stream",
        "text/plain",
    ),
    "epcis": (
        "application/json",
        "application/ld+json",
        "application/xml",
        "text/xml",
    ),
}
_STATUS = {ACCEPTED: 202, CONFLICT: 202}


def arrival():
    """The verified message of this request.

    :raises Problem: 413, 415 or 429
    """
    door, httprequest = request.logistics_door, request.httprequest
    body = httprequest.get_data()
    sender = request.logistics_presented.client
    try:
        _check_size(door["max_bytes"], body)
        _check_type(door["format"], httprequest)
    except Problem as problem:
        request.env["logistics.refusal"]._note(door, UNSUITABLE, problem.detail, sender)
        raise
    spend()
    return Arrival(door, body, httprequest.headers, httprequest.mimetype, sender)


def spend():
    """Count this request against the limit of its connection, over all processes.

    :raises Problem: 429
    """
    door = request.logistics_door
    wait = request.env["logistics.rate.bucket"]._take(door["id"], door["rate_per_minute"])
    if wait:
        raise _too_fast(door["rate_per_minute"], wait)


def store(arrived):
    """Keep the message and answer its sender."""
    return answer(request.env["logistics.message"]._accept(arrived))


def answer(receipt, **members):
    """The answer to a sender whose message is stored.

    :param receipt: ``logistics_message_inbox.Receipt``
    :param members: further members of the answer
    """
    return request.make_json_response(
        {"id": receipt.public_id, "status": receipt.status, **members},
        status=_STATUS.get(receipt.status, 200),
    )


def _check_size(most, body):
    if len(body) > most:
        raise Problem(413, "Too large", f"This connection takes at most {most} bytes.")


def _check_type(format_name, httprequest):
    mimetype = httprequest.mimetype
    known = _TYPES.get(format_name, ())
    matches = mimetype in known or (known == _TYPES["json"] and mimetype.endswith("+json"))
    if not matches:
        raise Problem(415, "Unsupported type", f"This connection takes {' or '.join(known)}.")
    if httprequest.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "Unsupported encoding", "Send the content uncompressed.")


def _too_fast(per_minute, wait):
    headers = [
        ("Retry-After", str(wait)),
        ("RateLimit", f'"messages";r=0;t={wait}'),
        # For clients of the drafts before: draft-ietf-httpapi-ratelimit-headers up to 07.
        ("RateLimit-Limit", str(per_minute)),
        ("RateLimit-Remaining", "0"),
        ("RateLimit-Reset", str(wait)),
    ]
    return Problem(429, "Too many requests", f"At most {per_minute} messages per minute.", headers)
