"""What the tests write: interchanges, webhooks, profiles. Nothing here is copied from a carrier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.mapping import MappingResult
from odoo.addons.logistics_carrier_connector.core.profile import Profile, load
from odoo.addons.logistics_carrier_connector.core.profile_tables import compose

PROFILES = Path(__file__).resolve().parents[3] / "logistics_carrier_connector" / "profiles"
NOW = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)


def profile(name: str) -> Profile:
    """A profile that the module ships, with the tables that it names."""
    tables = {path.stem: path.read_text("utf-8") for path in PROFILES.glob("codes/*.yaml")}
    return load(compose((PROFILES / f"{name}.yaml").read_text("utf-8"), tables))


def read(name: str, raw: bytes, now: datetime = NOW) -> MappingResult:
    """Bytes through codec and profile."""
    rules = profile(name)
    return mapping.apply(rules, decode(rules.format, raw), now)


def isa(
    control: str = "000000001",
    element: str = "*",
    terminator: str = "~",
    version: str = "00401",
    repetition: str = "U",
    component: str = ">",
) -> str:
    """The 106 characters of an ISA segment."""
    fields = (
        *("ISA", "00", " " * 10, "00", " " * 10, "02", f"{'RIVR':15}", "ZZ", f"{'SHIPPER':15}"),
        *("250603", "1200", repetition, version, control, "0", "P", component),
    )
    return element.join(fields) + terminator


def interchange(
    sets: Sequence[Sequence[str]],
    element: str = "*",
    terminator: str = "~",
    newline: str = "",
    code: str = "214",
    **header: str,
) -> bytes:
    """One interchange with one group; each set is its segments between ST and SE."""
    end = terminator + newline
    body = isa(element=element, terminator=terminator, **header) + newline
    body += element.join(("GS", "QM", "RIVR", "SHIPPER", "20250603", "1200", "7", "X", "004010"))
    body += end
    for number, segments in enumerate(sets, start=1):
        body += element.join(("ST", code, f"{number:04d}")) + end
        body += "".join(segment + end for segment in segments)
        body += element.join(("SE", str(len(segments) + 2), f"{number:04d}")) + end
    body += element.join(("GE", str(len(sets)), "7")) + end
    control = header.get("control", "000000001")
    return (body + element.join(("IEA", "1", control)) + end).encode()


def status(
    at7: str,
    *more: str,
    place: str = "MS1*DALLAS*TX*US",
    header: Sequence[str] = ("B10*P100*B200*RIVR", "L11*PO-9*PO"),
) -> bytes:
    """An interchange with one shipment that has one status."""
    return interchange([[*header, "LX*1", at7, place, *more]])


def ups_event(kind: str, code: str, number: str = "", **fields: Any) -> dict[str, Any]:
    """One Track Alert webhook: Denver, 3 June 2025, 14:30 there, 20:30 UTC."""
    event = {
        "trackingNumber": "1ZTEST000000000001",
        "localActivityDate": "20250603",
        "localActivityTime": "143000",
        "gmtActivityDate": "20250603",
        "gmtActivityTime": "203000",
        "activityLocation": {"city": "Denver", "stateProvince": "CO", "country": "US"},
        "activityStatus": {"type": kind, "code": code, "descriptionCode": number},
    }
    event.update(fields)
    return {name: value for name, value in event.items() if value is not None}
