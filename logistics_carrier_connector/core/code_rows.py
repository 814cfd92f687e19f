"""The code table of a profile as rows, and rows as a part of its text.

People edit a table; what is kept, compared and approved is the text of the profile. Only the part
``codes:`` is written anew, everything around it stays as it is. Codes that a profile takes from
shared tables (``shared_codes``) are not its own rows: an own row for the same code goes before
them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL

from .code_table import CodeRow
from .errors import ConfigurationInvalid
from .profile import read

COLUMNS: Final = (
    *("code", "milestone", "classifier", "reason", "party"),
    *("inferred", "ignore", "note"),
)
_KEY: Final = re.compile(r"[a-z_]+:")
_FLAGS: Final = ("inferred", "ignore")
_MEANING: Final = ("milestone", "classifier", "reason", "party", "inferred", "ignore", "note")


@dataclass(frozen=True, slots=True)
class Coded:
    """One code and what it means."""

    code: str
    row: CodeRow


def rows_of(text: str) -> list[Coded]:
    """The profile's own rows, one per code, in the order of the text.

    :raises ConfigurationInvalid: if it is not YAML
    """
    data = read(text)
    listed = data.get("codes") if isinstance(data, dict) else None
    return [
        Coded(code, _row(each))
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict)
        for code in each.get("codes", [])
    ]


def with_rows(text: str, rows: Iterable[Coded]) -> str:
    """The text with these rows as its ``codes``.

    Codes of the same meaning that follow each other share a line.

    >>> with_rows("profile: x\\n", [Coded("D", CodeRow("delivered"))])
    'profile: x\\ncodes:\\n  - {codes: ["D"], milestone: "delivered"}\\n'
    """
    written = [f"  - {_line(codes, row)}" for codes, row in _together(rows)]
    section = ["codes:", *written] if written else []
    lines = text.splitlines()
    begin, end = _section(lines, "codes:")
    return "\n".join([*lines[:begin], *section, *lines[end:]]) + "\n"


def with_row(text: str, code: str, row: CodeRow) -> str:
    """The text with one row more, or with another meaning of a code that it has."""
    rows = rows_of(text)
    if any(each.code == code for each in rows):
        return with_rows(text, [Coded(code, row) if r.code == code else r for r in rows])
    return with_rows(text, [*rows, Coded(code, row)])


def with_reason(text: str, code: str, reason: str, party: str, note: str) -> str:
    """The text with one more row in ``reasons``."""
    values = {"reason": reason, "party": party, "note": note}
    told = "".join(f", {name}: {_quoted(value)}" for name, value in values.items() if value)
    lines = text.splitlines()
    begin, end = _section(lines, "reasons:")
    section = lines[begin:end] or ["reasons:"]
    section.append(f"{_indent(section)}- {{codes: [{_quoted(code)}]{told}}}")
    return "\n".join([*lines[:begin], *section, *lines[end:]]) + "\n"


def to_csv(rows: Iterable[Coded]) -> str:
    """A table for a spreadsheet, with a header of ``COLUMNS``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in rows:
        values = [getattr(each.row, name) for name in _MEANING]
        writer.writerow(
            [each.code, *(("yes" if v else "") if v in (True, False) else v for v in values)]
        )
    return out.getvalue()


def from_csv(text: str) -> list[Coded]:
    """The rows of a table; columns may stand in any order, all but ``code`` may be missing.

    Commas, semicolons and tabs separate.

    :raises ConfigurationInvalid: with the line
    """
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    names = [name.strip().lower() for name in reader.fieldnames or []]
    if "code" not in names:
        raise ConfigurationInvalid("the first line names the columns, and one of them is code")
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise ConfigurationInvalid(
            f"no column is called {unknown[0]!r}; there are {', '.join(COLUMNS)}"
        )
    reader.fieldnames = names
    try:
        return [_coded(reader.line_num, line) for line in reader if any(line.values())]
    except csv.Error as error:
        raise ConfigurationInvalid(f"line {reader.line_num}: {error}") from None


def _coded(number: int, line: dict[str, Any]) -> Coded:
    if None in line:
        raise ConfigurationInvalid(f"line {number} has more values than there are columns")
    values = {name: (value or "").strip() for name, value in line.items()}
    code = values.pop("code")
    if not code:
        raise ConfigurationInvalid(f"line {number} has no code")
    for name in _FLAGS:
        values[name] = "true" if values.get(name, "").lower() in ("yes", "true", "1", "x") else ""
    return Coded(code, _row({name: value for name, value in values.items() if value}))


def _row(values: dict[str, Any]) -> CodeRow:
    row = CodeRow(
        milestone=values.get("milestone", ""),
        classifier=values.get("classifier", ACTUAL),
        reason=values.get("reason", ""),
        party=values.get("party", ""),
        inferred=values.get("inferred") == "true",
        ignore=values.get("ignore") == "true",
        note=values.get("note", ""),
    )
    # What states nothing has no kind of statement.
    return replace(row, milestone="", classifier=ACTUAL) if row.ignore else row


def _together(rows: Iterable[Coded]) -> list[tuple[list[str], CodeRow]]:
    groups: list[tuple[list[str], CodeRow]] = []
    for each in rows:
        if groups and groups[-1][1] == each.row:
            groups[-1][0].append(each.code)
        else:
            groups.append(([each.code], each.row))
    return groups


def _line(codes: list[str], row: CodeRow) -> str:
    listed = ", ".join(_quoted(code) for code in codes)
    told = "".join(
        f", {name}: true" if value is True else f", {name}: {_quoted(value)}"
        for name in _MEANING
        if (value := getattr(row, name)) and (name, value) != ("classifier", ACTUAL)
    )
    return f"{{codes: [{listed}]{told}}}"


def _quoted(value: str) -> str:
    """A double-quoted text; the escapes of JSON are escapes of YAML 1.2, too."""
    return json.dumps(value, ensure_ascii=False)


def _indent(section: list[str]) -> str:
    first = next((line for line in section[1:] if line.lstrip().startswith("- ")), "  - ")
    return first[: len(first) - len(first.lstrip())]


def _section(lines: list[str], name: str) -> tuple[int, int]:
    """Where a part of the file begins and ends; empty and at the end if there is none.

    Blank lines and remarks before the next part belong to that one.
    """
    starts = [index for index, line in enumerate(lines) if line.startswith(name)]
    if not starts:
        # Shared tables are long and come last.
        shared = [i for i, line in enumerate(lines) if line.startswith("shared_codes:")]
        place = shared[0] if shared else len(lines)
        return place, place
    begin = starts[0]
    following = (i for i in range(begin + 1, len(lines)) if _KEY.match(lines[i]))
    end = next(following, len(lines))
    while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return begin, end
