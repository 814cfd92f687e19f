"""How a message is damaged: bytes, and the pieces that its format consists of.

Everything is drawn from the ``Random`` that is given, so that a seed repeats it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random
from typing import Final

from .trees import spoil

MAX_BYTES: Final = 300_000
_MOST_REPEATS: Final = 3_000
# What readers stumble over.
_STRANGE: Final = (
    *(b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n", b"\x85", b"\x1a"),
    *(b"0", b"-1", b"9" * 40, b"1e999", b"-0", b"NaN", b"1,5", b"99999999", b"00000000"),
    *(b"null", b"true", b"[]", b"{}", b'""', b'"\\u0000"', b'"\\ud800"', b"[" * 99, b'{"a":' * 99),
    *(b"<a>" * 99, b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"&lt;", b"&#0;", b"<!--", b"<a b='c'/>"),
    *(b"'", b'"', b"+", b":", b"?", b"*", b"~", b">", b"^", b";", b",", b"\t", b"|", b"=1+1"),
    *(b"2025-02-30T25:61:61Z", b"00000000", b"250632", b"+99:99", b"2025-06-03", b"9999-12-31"),
    *("é€😀".encode(), "ß".encode("latin-1"), "İ".encode(), b"A" * 5_000),
)
_PIECES: Final = {
    "json": re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s"\[\]{},:]+|\s+'),
    "xml": re.compile(rb"<[^>]*>|[^<]+"),
    "csv": re.compile(rb"[^;,\t|\r\n]+|[;,\t|]|[\r\n]+"),
}


def damage(format_name: str, raw: bytes, chance: Random) -> bytes:
    """``raw`` with a few things wrong."""
    if format_name == "xlsx" and chance.random() < 0.7:
        return _repacked(raw, chance)
    if format_name in ("json", "xml", "epcis") and chance.random() < 0.6:
        return spoil(raw, chance)[:MAX_BYTES]
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        raw = _once(format_name, raw, chance)[:MAX_BYTES]
    if format_name in ("x12", "edifact") and chance.random() < 0.7:
        raw = _counted_again(raw, format_name)
    return raw


def _once(format_name: str, raw: bytes, chance: Random) -> bytes:
    if chance.random() < 0.6:
        pieces = _pieces(format_name, raw)
        return b"".join(chance.choice(_SWAPS)(pieces, chance)) if pieces else raw
    return chance.choice(_BYTES)(raw, chance)


def _pieces(format_name: str, raw: bytes) -> list[bytes]:
    if format_name in ("x12", "edifact"):
        marks = separators(raw, format_name)
        return re.findall(rb"[^%b]+|[%b]" % (marks, marks), raw)
    kind = "xml" if raw.lstrip()[:1] == b"<" else "csv" if format_name == "csv" else "json"
    return _PIECES[kind].findall(raw)


def separators(raw: bytes, format_name: str) -> bytes:
    """The separators of an interchange for a character class; element and segment come first."""
    if format_name == "x12" and len(raw) >= 106:
        used = raw[3:4] + raw[105:106] + raw[104:105]
    elif raw[:3] == b"UNA" and len(raw) >= 9:
        used = raw[4:5] + raw[8:9] + raw[3:4]
    else:
        used = b"*~>" if format_name == "x12" else b"+':"
    return b"".join(b"\\" + bytes([mark]) for mark in used if not chr(mark).isalnum()) or b"\\*"


# === Bytes === #


def _flip(raw: bytes, chance: Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_off(raw: bytes, chance: Random) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _take_out(raw: bytes, chance: Random) -> bytes:
    begin = chance.randint(0, len(raw))
    return raw[:begin] + raw[begin + chance.randint(1, 40) :]


def _double(raw: bytes, chance: Random) -> bytes:
    begin = chance.randint(0, len(raw))
    end = begin + chance.randint(1, 400)
    return raw[:end] + raw[begin:end] * chance.randint(1, 20) + raw[end:]


def _put_in(raw: bytes, chance: Random) -> bytes:
    begin = chance.randint(0, len(raw))
    return raw[:begin] + chance.choice(_STRANGE) + raw[begin:]


def _noise(raw: bytes, chance: Random) -> bytes:
    begin = chance.randint(0, len(raw))
    return raw[:begin] + chance.randbytes(chance.randint(1, 30)) + raw[begin:]


_BYTES: Final[tuple[Callable[[bytes, Random], bytes], ...]] = (
    *(_flip, _cut_off, _take_out, _double, _put_in, _noise),
)


# === Pieces === #


def _exchange(pieces: list[bytes], chance: Random) -> list[bytes]:
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[one], pieces[other] = pieces[other], pieces[one]
    return pieces


def _repeat(pieces: list[bytes], chance: Random) -> list[bytes]:
    begin = chance.randrange(len(pieces))
    end = min(begin + chance.randint(1, 30), len(pieces))
    times = chance.choice((1, 2, 10, _MOST_REPEATS))
    return pieces[:end] + pieces[begin:end] * times + pieces[end:]


def _remove(pieces: list[bytes], chance: Random) -> list[bytes]:
    begin = chance.randrange(len(pieces))
    return pieces[:begin] + pieces[begin + chance.randint(1, 12) :]


def _replace(pieces: list[bytes], chance: Random) -> list[bytes]:
    place = chance.randrange(len(pieces))
    quote = b'"' if pieces[place][:1] == b'"' and chance.random() < 0.7 else b""
    pieces[place] = quote + chance.choice(_STRANGE) + quote
    return pieces


def _move(pieces: list[bytes], chance: Random) -> list[bytes]:
    begin = chance.randrange(len(pieces))
    length = chance.randint(1, 12)
    moved = pieces[begin : begin + length]
    rest = pieces[:begin] + pieces[begin + length :]
    place = chance.randint(0, len(rest))
    return rest[:place] + moved + rest[place:]


_SWAPS: Final[tuple[Callable[[list[bytes], Random], list[bytes]], ...]] = (
    *(_exchange, _repeat, _remove, _replace, _replace, _move),
)


# === What has to fit again for the damage to be looked at === #


def _counted_again(raw: bytes, format_name: str) -> bytes:
    """With the segments of each set or message counted anew."""
    opener, closer = (b"ST", b"SE") if format_name == "x12" else (b"UNH", b"UNT")
    end, between = _ends(raw, format_name)
    lines, since = raw.split(end), 0
    for index, line in enumerate(lines):
        tag, *elements = line.strip().split(between)
        if tag == opener:
            since = index
        elif tag == closer and elements:
            elements[0] = str(index - since + 1).encode()
            lines[index] = between.join([tag, *elements])
    return end.join(lines)


def _ends(raw: bytes, format_name: str) -> tuple[bytes, bytes]:
    if format_name == "x12":
        return (raw[105:106], raw[3:4]) if len(raw) > 105 else (b"~", b"*")
    return (raw[8:9], raw[4:5]) if raw[:3] == b"UNA" and len(raw) > 8 else (b"'", b"+")


def _repacked(raw: bytes, chance: Random) -> bytes:
    """A workbook with damage inside one of its parts."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        names = source.namelist()
        victim = chance.choice([name for name in names if "sheet" in name] + names)
        for name in names:
            content = source.read(name)
            if name == victim:
                for _ in range(chance.randint(1, 4)):
                    content = _once("xml", content, chance)[:MAX_BYTES]
            target.writestr(name, content)
    return file.getvalue()
