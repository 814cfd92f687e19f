"""How much memory it takes to decode one message: run as a process of its own.

``python -m tests.unit.connector.large <format> <shape> <megabytes>`` prints, as JSON, by how many
bytes the process grew at its peak, and what became of the message. Each shape is the most
expensive one that somebody could think of, for its bytes.
"""

from __future__ import annotations

import gc
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from . import edifact
from .builders import interchange

MEGABYTE = 1024 * 1024
_X12 = interchange([["LX*1"]]).partition(b"LX*1")[0]
_EDIFACT = edifact.interchange([["CNI+1"]]).partition(b"CNI")[0]
_COLUMNS = range(512)
# A beginning, what is repeated, and an end.
SHAPES: dict[str, tuple[bytes, bytes, bytes]] = {
    "json numbers": (b"[", b"1,", b"1]"),
    "json objects": (b"[", b'{"a":"b"},', b"{}]"),
    "json lists": (b"[", b"[],", b"[]]"),
    "json text": (b'["', b"a", b'"]'),
    "json depth": (b"", b"[", b""),
    "xml elements": (b"<a>", b"<b/>", b"</a>"),
    "xml attributes": (b"<a>", b'<b c="d"/>', b"</a>"),
    "xml text": (b"<a>", b"x", b"</a>"),
    "xml depth": (b"", b"<a>", b""),
    "csv rows": (b"a,b\n", b"1,2\n", b""),
    "csv cells": (
        b",".join(b"c%d" % n for n in _COLUMNS) + b"\n",
        b",".join(b"v%d" % n for n in _COLUMNS) + b"\n",
        b"",
    ),
    "csv quote": (b'a,b\n"', b"x", b'"'),
    "x12 segments": (_X12, b"LX*1~", b""),
    "x12 interchanges": (b"", interchange([["LX*1"] * 1000]), b""),
    "x12 elements": (_X12 + b"LX", b"*ab", b"~"),
    "x12 repeats": (_X12.replace(b"*U*00401", b"*^*00501") + b"LX*a", b"^b>c", b"~"),
    "edifact segments": (_EDIFACT, b"CNI+1'", b""),
    "edifact interchanges": (b"", edifact.interchange([["CNI+1"] * 1000]), b""),
    "edifact elements": (_EDIFACT + b"CNI", b"+ab", b"'"),
    "edifact components": (_EDIFACT + b"CNI+a", b":b", b"'"),
    "edifact released": (_EDIFACT + b"CNI+a", b"?+", b"'"),
    "epcis json": (b'{"epcisBody":{"eventList":[', b'{"type":"ObjectEvent"},', b"{}]}}"),
    "epcis xml": (b"<a>", b"<b/>", b"</a>"),
}
_SHEET = (
    b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>",
    b"</sheetData></worksheet>",
)
_CELL = b"<c t='inlineStr'><is><t>x</t></is></c>"
WORKBOOKS = {
    # Files of a few kilobytes that unpack to this many megabytes; the last to more than is read.
    "xlsx rows": (b"<row>" + _CELL * 2 + b"</row>", 30),
    "xlsx cells": (b"<row>" + _CELL * 500 + b"</row>", 30),
    "xlsx bomb": (b"<row>" + _CELL * 2 + b"</row>", 400),
}


def message(shape: str, megabytes: int) -> bytes:
    """A message of about so many megabytes; a workbook of what its shape unpacks to."""
    if shape in WORKBOOKS:
        return _workbook(*WORKBOOKS[shape])
    head, unit, tail = SHAPES[shape]
    return head + unit * (megabytes * MEGABYTE // len(unit)) + tail


def _workbook(row: bytes, megabytes: int) -> bytes:
    plain, packed = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if not name.endswith("sheet1.xml"):
                target.writestr(name, source.read(name))
                continue
            with target.open(name, "w") as sheet:
                for part in _rows(row, megabytes):
                    sheet.write(part)
    return packed.getvalue()


def _rows(row: bytes, megabytes: int) -> Iterator[bytes]:
    yield _SHEET[0]
    for _megabyte in range(megabytes):
        yield row * (MEGABYTE // len(row))
    yield _SHEET[1]


def _resident(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def main() -> None:
    """Decode, and tell."""
    shape, megabytes = sys.argv[1], int(sys.argv[2])
    raw = message(shape, megabytes)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of making it
    before = _resident("VmRSS")
    try:
        decode(shape.partition(" ")[0], raw)
        outcome = "read"
    except PayloadRejected as error:
        outcome = error.public_message
    grown = _resident("VmHWM") - before
    print(json.dumps({"bytes": len(raw), "grown": grown, "outcome": outcome}))


if __name__ == "__main__":
    main()
