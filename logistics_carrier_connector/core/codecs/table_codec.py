"""Tables: CSV in the spellings that people and programs really write, and XLSX.

The tree
    ``{"header": [...], "rows": [{name: text}, ...]}``; CSV adds ``separator`` and ``encoding``,
    XLSX ``sheet``. The first line that has at least two cells is the header. Its names are made
    plain (``Tracking No.`` → ``tracking_no``, see ``words.slug``), a repeated one gets a number.
    ``row`` in each row is its line in the file. All values are texts, as written: which comma is a
    decimal one is for the profile to say (function ``decimal``).

CSV
    Encodings UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252. The separator is
    that of ``, ; tab |`` which divides the header into the most cells. Quotes as in RFC 4180.
XLSX
    The first sheet that has a header. Values as stored, never formulas. A file that unpacks to more
    than ``MAX_UNPACKED`` bytes, or holds a document type declaration, is refused before it is read.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from ..errors import PayloadRejected
from ..words import slug

MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 512
MAX_CELLS: Final = 1_000_000  # of all rows; each costs far more memory than it has bytes
MAX_CELL: Final = 32_767
MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_PARTS: Final = 2_000
_SEPARATORS: Final = (",", ";", "\t", "|")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
# openpyxl and zipfile let through whatever a damaged part causes: there is no common class.
_DAMAGED: Final = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError, EOFError),
    *(ArithmeticError, RuntimeError, AssertionError, zipfile.BadZipFile, zlib.error, struct.error),
    InvalidFileException,
)
_NOT_A_TYPE: Final = b"<!DOCTYPE"


def decode_csv(raw: bytes) -> dict[str, Any]:
    """Decode one CSV file; see the module for the tree.

    :raises PayloadRejected: without a header, on unbalanced quotes, on cells beyond the header, on
        more than ``MAX_ROWS`` rows or ``MAX_CELLS`` cells
    """
    text, encoding = _text(raw)
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        table = _table(_numbered(reader))
    except csv.Error as error:
        raise PayloadRejected(f"not CSV: {error} near line {reader.line_num}") from None
    return {**table, "separator": separator, "encoding": encoding}


def decode_xlsx(raw: bytes) -> dict[str, Any]:
    """Decode one XLSX workbook; see the module for the tree.

    :raises PayloadRejected: if it is no workbook, unpacks too big, or no sheet has a header
    """
    _check_archive(raw)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=True, keep_links=False
        )
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = ([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True))
            table = _table(enumerate(rows, start=1), required=False)
            if table["header"]:
                return {**table, "sheet": sheet.title}
    except PayloadRejected:
        raise
    except _DAMAGED as error:
        raise PayloadRejected(f"not a workbook that can be read ({type(error).__name__})") from None
    raise PayloadRejected("no sheet of the workbook has a header")


def _text(raw: bytes) -> tuple[str, str]:
    encoding = "utf-16" if raw.startswith(_UTF16) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise PayloadRejected("the table is not UTF-16, although its mark says so") from None
        encoding = "cp1252"
        text = raw.decode(encoding, "replace")
    if "\x00" in text:
        raise PayloadRejected("the table contains a NUL character")
    return text, encoding


def _separator(text: str) -> str:
    for line in io.StringIO(text[:100_000], newline=None):
        found = {mark: len(next(csv.reader([line], delimiter=mark))) for mark in _SEPARATORS}
        best = max(_SEPARATORS, key=lambda mark: found[mark])
        if found[best] > 1:
            return best
    return ","


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        yield reader.line_num, row


def _table(rows: Iterable[tuple[int, list[str]]], required: bool = True) -> dict[str, Any]:
    header: list[str] = []
    left = MAX_CELLS
    found: list[dict[str, Any]] = []
    for number, cells in rows:
        cells = _trimmed(cells)
        if not header:
            header = _names(cells) if sum(map(bool, cells)) > 1 else []
        elif cells:
            if len(cells) > len(header):
                raise PayloadRejected(
                    f"line {number} has {len(cells)} cells, the header has {len(header)}"
                )
            if len(found) >= MAX_ROWS:
                raise PayloadRejected(f"the table has more than {MAX_ROWS} rows")
            left -= len(cells)
            if left < 0:
                raise PayloadRejected(f"the table has more than {MAX_CELLS} cells")
            named = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
            found.append({**named, "row": number})
    if required and not header:
        raise PayloadRejected("the table has no header with at least two columns")
    return {"header": header, "rows": found}


def _trimmed(cells: list[str]) -> list[str]:
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise PayloadRejected(f"the table has more than {MAX_COLUMNS} columns")
    return cells


def _names(cells: list[str]) -> list[str]:
    names: list[str] = []
    taken = {"row": 1}
    for index, cell in enumerate(cells, start=1):
        name = slug(cell) or f"column_{index}"
        taken[name] = taken.get(name, 0) + 1
        names.append(name if taken[name] == 1 else f"{name}_{taken[name]}")
    return names


def _check_archive(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise PayloadRejected("the workbook unpacks to more than is read")
            for part in parts:
                # The sizes above are only promised: read no more than promised of each part.
                with archive.open(part) as content:
                    if _NOT_A_TYPE in content.read(4096).replace(b"\x00", b"").upper():
                        raise PayloadRejected("the workbook has a document type declaration")
    except _DAMAGED:
        raise PayloadRejected("not a workbook: XLSX is a zip archive") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # Ten significant digits are more than weights and money have, and hide binary fractions.
        return format(Decimal(f"{value:.10g}"), "f")
    text = str(value)
    if len(text) > MAX_CELL or "\x00" in text:
        raise PayloadRejected("a cell of the workbook is not a text that can be stored")
    return text
