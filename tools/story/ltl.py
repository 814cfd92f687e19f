"""What the LTL carrier says: X12 214 interchanges (Transportation Carrier Shipment Status).

Version 004010, elements ``*``, components ``>``, segments ``~``. One interchange reports one event;
some hold the events of two shipments as two transaction sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .message import Message
from .plan import EXCEPTIONS, FREIGHT, NO_PROOF, PACKED, TRANSIT, Order

EDI: Final = "application/edi-x12"
SCAC: Final = "DMOL"
RECEIVER: Final = "DISTRIBUTOR"
# AT7-01 status and AT7-02 reason (X12 elements 1650 and 1651)
Status = tuple[str, str]
PICKED_UP: Final[Status] = ("AF", "NS")
AT_TERMINAL: Final[Status] = ("X4", "NS")
LEFT_TERMINAL: Final[Status] = ("P1", "NS")
OUT: Final[Status] = ("AJ", "NS")
DELIVERED: Final[Status] = ("D1", "NS")
DAMAGED: Final[Status] = ("A9", "AK")


@dataclass(frozen=True, slots=True)
class Report:
    """One status of one shipment."""

    order: Order
    status: Status
    at: datetime
    signer: str = ""


def messages(orders: tuple[Order, ...]) -> Iterator[Message]:
    """All interchanges of the freight that left the warehouse."""
    control = 7000
    for order in orders:
        if order.carrier != FREIGHT or order.plot == PACKED:
            continue
        for name, hours, status in _journey(order.plot):
            control += 1
            signed = name == "delivered" and order.plot != NO_PROOF
            report = Report(
                order,
                status,
                order.placed_at + timedelta(hours=hours),
                order.customer.signer if signed else "",
            )
            late = name == "delivered" and order.plot in EXCEPTIONS
            yield Message(
                f"ltl/{order.number}/{name}",
                "ltl",
                interchange(control, [report]),
                EDI,
                wave=2 if late else 1,
            )


def _journey(plot: str) -> Iterator[tuple[str, int, Status]]:
    yield "pickup", 9, PICKED_UP
    yield "terminal-in", 21, AT_TERMINAL
    yield "terminal-out", 28, LEFT_TERMINAL
    if plot == TRANSIT:
        return
    yield "city-in", 46, AT_TERMINAL
    if plot in EXCEPTIONS:
        yield "damaged", 47, DAMAGED
    yield "out", 70, OUT
    yield "delivered", 75, DELIVERED


def interchange(control: int, reports: Sequence[Report]) -> bytes:
    """An ISA..IEA with one functional group and one transaction set per report.

    :param control: control number of the interchange and of its group
    """
    at = max(report.at for report in reports) + timedelta(minutes=12)
    day, clock = at.strftime("%Y%m%d"), at.strftime("%H%M")
    segments = [
        f"ISA*00*{'':10}*00*{'':10}*02*{SCAC:15}*ZZ*{RECEIVER:15}"
        f"*{day[2:]}*{clock}*U*00401*{control:09d}*0*P*>",
        f"GS*QM*{SCAC}*{RECEIVER}*{day}*{clock}*{control}*X*004010",
        *_sets(reports),
        f"GE*{len(reports)}*{control}",
        f"IEA*1*{control:09d}",
    ]
    return "".join(f"{segment}~" for segment in segments).encode()


def _sets(reports: Iterable[Report]) -> Iterator[str]:
    for number, report in enumerate(reports, start=1):
        body = [f"ST*214*{number:04d}", *_status(report)]
        yield from body
        yield f"SE*{len(body) + 1}*{number:04d}"


def _status(report: Report) -> Iterator[str]:
    """B10 to AT8: PRO number, one status with time and place, the weight.

    Some customers have their order number on the bill as well; for the others a status is known by
    its PRO number only, so it waits until the warehouse has named the shipment.
    """
    order, (code, reason) = report.order, report.status
    yield f"B10*{order.tracking}*{order.number}*{SCAC}"
    if int(order.tracking) % 2:
        yield f"L11*{order.number}*PO"
    yield f"N1*CN*{order.customer.name.upper()}"
    yield f"N4*{order.customer.city.upper()}*{order.customer.state}*{order.customer.postal_code}*US"
    yield "LX*1"
    yield f"AT7*{code}*{reason}***{report.at:%Y%m%d}*{report.at:%H%M}*UT"
    yield f"MS1*{order.customer.city.upper()}*{order.customer.state}*US"
    if report.signer:
        yield f"K1*SIGNED BY {report.signer.upper()}"
    yield f"AT8*G*K*{order.weight:.0f}"
