"""What the damage is done to: the project's own samples, by format."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from corpus.bare import PROJECT
from corpus.delivered import profiles

from odoo.addons.logistics_carrier_connector.core.profile import Profile

FOLDER = PROJECT / "logistics_carrier_connector" / "samples"
_EXPECTED = ".expected.json"


@dataclass(frozen=True, slots=True)
class Sample:
    """A message that its profile reads without a problem.

    :param profile: the rules that it was written for
    :param asked: the number that it answers, where it does not repeat it
    """

    profile: Profile
    raw: bytes
    asked: str = ""


# Spellings of formats that no sample of a profile has.
_EPCIS_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0">
 <EPCISBody><EventList><ObjectEvent>
  <eventTime>2025-06-03T14:30:00+02:00</eventTime><eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
  <eventID>ev1</eventID><epcList><epc>urn:epc:id:sscc:0614141.1234567890</epc></epcList>
  <action>OBSERVE</action><bizStep>shipping</bizStep><disposition>in_transit</disposition>
  <readPoint><id>urn:epc:id:sgln:0614141.07346.0</id></readPoint>
  <bizTransactionList><bizTransaction type="po">PO-9</bizTransaction></bizTransactionList>
 </ObjectEvent></EventList></EPCISBody>
</epcis:EPCISDocument>"""
_EDIFACT = (
    b"UNA|^.! ~UNB^UNOC|3^A^B^250603|1200^1~UNG^IFTSTA^A^B^250603|1200^9^UN^D|04A~"
    b"UNH^1^IFTSTA|D|04A|UN~BGM^77^S1^9~CNI^1^S1~STS^1^I||87|DELIVERED~"
    b"DTM^78|202506031430|203~FTX^AAA^^^one!~two!^three!!~UNT^7^1~UNE^1^9~UNZ^1^1~"
)
_X12 = (
    b"ISA|00|          |00|          |02|RIVR           |ZZ|US             |250603|1200|^|00501|"
    b"000000001|0|P|:\nGS|QM|RIVR|US|20250603|1200|7|X|005010\nST|214|0001\nB10|P100|B200|RIVR\n"
    b"LX|1\nAT7|D1|NS|||20250603|1430|ET\nMS1|ERIE|PA|US\nREF|A:B^C|X\nSE|7|0001\nGE|1|7\n"
    b"IEA|1|000000001\n"
)


def samples() -> dict[str, list[Sample]]:
    """Every sample of the project and a few more, by format; each format has one."""
    # The damage is not worth a warning each.
    warnings.filterwarnings("ignore", module="openpyxl")
    known = profiles()
    found: dict[str, list[Sample]] = defaultdict(list)
    for name, raw in [*_files(), *_further()]:
        profile = known[name]
        found[profile.format].append(Sample(profile, raw, _asked(name)))
    return dict(sorted(found.items()))


def _files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(FOLDER.iterdir()):
        if not path.name.endswith(_EXPECTED):
            yield path.stem, path.read_bytes()


def _asked(name: str) -> str:
    """The number that a sample answers, if it does not say it itself."""
    path = FOLDER / f"{name}{_EXPECTED}"
    return str(json.loads(path.read_text("utf-8"))["asked"]) if path.is_file() else ""


def _further() -> Iterator[tuple[str, bytes]]:
    yield "epcis_events", _EPCIS_XML
    yield "edifact_iftsta", _EDIFACT
    yield "x12_214", _X12
    table = (FOLDER / "generic_csv.csv").read_bytes()
    yield "generic_csv", table.decode().encode("utf-16")
    yield "generic_csv", table.replace(b";", b"\t")
    yield "generic_xlsx", workbook(table.decode())


def workbook(table: str) -> bytes:
    """The same table as XLSX."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in csv.reader(io.StringIO(table), delimiter=";"):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def write(raw: bytes, path: Path) -> None:
    """Keep an input for whoever looks into it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
