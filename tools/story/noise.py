"""What goes wrong on the way: unknown goods, unmapped codes, unreadable bytes, wrong credentials.

Every message says which fate it deserves; ``traffic.py`` mixes them with the true ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from . import ltl, ups, wms
from .message import CONFLICT, DEAD, HELD, MISSING, PARKED, REFUSED, WRONG, Message
from .plan import FREIGHT, PARCEL, TRANSIT, Order, parcel_number

_TOO_BIG: Final = 10 * 1024 * 1024
_NOBODYS: Final = 900_000  # serial numbers from here on belong to nobody


def messages(orders: tuple[Order, ...]) -> Iterator[Message]:
    """All that should not simply be processed."""
    parcel = next(o for o in orders if o.carrier == PARCEL and o.plot == TRANSIT)
    freight = next(o for o in orders if o.carrier == FREIGHT and o.plot == TRANSIT)
    yield from _unknown(parcel, freight)
    yield from _unmapped(parcel)
    yield from _unreadable(parcel, freight)
    yield from _repeated(freight)
    yield from _contradiction(orders[0])
    yield from _unproven(parcel, freight)
    yield from _unacceptable(parcel)


def _unknown(parcel: Order, freight: Order) -> Iterator[Message]:
    for index in range(4):
        stranger = replace(parcel, tracking=parcel_number(_NOBODYS + index))
        body = ups.event(stranger, ups.ARRIVED, parcel.placed_at + timedelta(hours=9 + index), "")
        yield Message(f"unknown/ups-{index}", "ups", body, fate=PARKED)
    for index in range(2):
        other = replace(freight, tracking=f"{9900000000 + index}", number=f"NOBODY-{index}")
        report = ltl.Report(other, ltl.AT_TERMINAL, freight.placed_at + timedelta(hours=11))
        body = ltl.interchange(8100 + index, [report])
        yield Message(f"unknown/ltl-{index}", "ltl", body, ltl.EDI, fate=PARKED)
    nobody = wms.encode(wms.dispatched(replace(parcel, number="NOBODY-9", tracking="1ZNOBODY")))
    yield Message("unknown/wms", "wms", nobody, fate=PARKED)


def _unmapped(parcel: Order) -> Iterator[Message]:
    """A code that no mapping knows is held for a person, never dropped and never guessed."""
    status = ("I", "Q9", "987", "Something new in the carrier's code list")
    for index in range(3):
        body = ups.event(parcel, status, parcel.placed_at + timedelta(hours=12 + index), "")
        yield Message(f"unmapped/ups-{index}", "ups", body, fate=HELD)


def _unreadable(parcel: Order, freight: Order) -> Iterator[Message]:
    """Stored first and read later: what cannot be read becomes a dead letter."""
    good = ups.event(parcel, ups.ARRIVED, parcel.placed_at + timedelta(hours=30), "")
    yield Message("unreadable/half-json", "ups", good[: len(good) // 2], fate=DEAD)
    yield Message("unreadable/nul", "ups", good.replace(b"Louisville", b"Louis\x00ille"), fate=DEAD)
    escaped = good.replace(b"Louisville", b"Louis\\u0000ville")
    yield Message("unreadable/escaped-nul", "ups", escaped, fate=DEAD)
    yield Message("unreadable/not-utf8", "ups", good.replace(b"Louisville", b"Lou\xff"), fate=DEAD)
    report = ltl.Report(freight, ltl.AT_TERMINAL, freight.placed_at + timedelta(hours=31))
    whole = ltl.interchange(8200, [report])
    miscounted = whole.replace(b"~SE*", b"~SE*1", 1)
    yield Message("unreadable/segment-count", "ltl", miscounted, ltl.EDI, fate=DEAD)
    yield Message("unreadable/no-end", "ltl", whole[: whole.index(b"GE*")], ltl.EDI, fate=DEAD)


def _repeated(freight: Order) -> Iterator[Message]:
    """The carrier reports an event again in a new interchange: a new message, no new event."""
    report = ltl.Report(freight, ltl.PICKED_UP, freight.placed_at + timedelta(hours=9))
    for control in (8301, 8302):
        body = ltl.interchange(control, [report])
        yield Message(f"repeated/ltl-{control}", "ltl", body, ltl.EDI)


def _contradiction(order: Order) -> Iterator[Message]:
    """The same message key twice, with another body the second time."""
    key = f"{order.number}-weighed"
    first = wms.event(order, "weight_validated", order.placed_at + timedelta(hours=2)) | {
        "weight": {"value": str(order.weight), "unit": "KGM"}
    }
    second = first | {"weight": {"value": "999", "unit": "KGM"}}
    yield Message("conflict/first", "wms", wms.encode(first), key=key)
    yield Message("conflict/second", "wms", wms.encode(second), key=key, wave=2, fate=CONFLICT)


def _unproven(parcel: Order, freight: Order) -> Iterator[Message]:
    good = {
        "ups": (ups.event(parcel, ups.ARRIVED, parcel.placed_at, ""), "application/json"),
        "ltl": (ltl.interchange(8400, [ltl.Report(freight, ltl.OUT, freight.placed_at)]), ltl.EDI),
        "wms": (wms.encode(wms.dispatched(parcel)), "application/json"),
    }
    for connection, (body, kind) in good.items():
        for proof in (WRONG, MISSING):
            label = f"refused/{connection}-{proof}-credentials"
            yield _refused(label, connection, body, 401, content_type=kind, proof=proof)
        label = f"refused/{connection}-unknown-token"
        yield _refused(label, connection, body, 401, content_type=kind, token="nobodys-token")


def _unacceptable(parcel: Order) -> Iterator[Message]:
    good = wms.event(parcel, "picked", parcel.placed_at)
    yield _refused("refused/half-json", "wms", wms.encode(good)[:40], 400)
    yield _refused("refused/nul", "wms", wms.encode(good | {"text": "a\x00b"}), 400)
    yield _refused("refused/not-utf8", "wms", wms.encode(good).replace(b"picked", b"pick\xff"), 400)
    yield _refused("refused/no-milestone", "wms", wms.encode({"event_id": "1"}), 422)
    yield _refused("refused/text", "ups", b"hello", 415, content_type="text/plain")
    yield _refused("refused/too-big", "ups", b"[" + b" " * _TOO_BIG + b"]", 413)


def _refused(label: str, connection: str, body: bytes, status: int, **more: str) -> Message:
    message = Message(label, connection, body, fate=REFUSED, status=status)
    return replace(message, **more)  # type: ignore[arg-type]
