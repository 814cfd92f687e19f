"""From raw bytes to a tree of plain values: one file per format, found by name.

A codec is strict about form and knows nothing of meaning. It returns dicts, lists, strings,
``Decimal``, ``int``, booleans and ``None``, at most ``MAX_DEPTH`` deep, without NUL characters
(PostgreSQL cannot store them), or raises ``PayloadRejected`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..errors import ConfigurationInvalid, PayloadRejected, WebPage
from ..web_page import words_of_page
from . import (
    edifact_codec,
    epcis_codec,
    json_codec,
    table_codec,
    x12_codec,
    xml_codec,
)

Tree = dict[str, Any] | list[Any]
Codec = Callable[[bytes], Tree]

MAX_BYTES: Final = 20 * 1024 * 1024

_CODECS: Final[dict[str, Codec]] = {
    "json": json_codec.decode,
    "xml": xml_codec.decode,
    "csv": table_codec.decode_csv,
    "xlsx": table_codec.decode_xlsx,
    "x12": x12_codec.decode,
    "edifact": edifact_codec.decode,
    "epcis": epcis_codec.decode,
}
FORMATS: Final = tuple(_CODECS)


def decode(format_name: str, raw: bytes) -> Tree:
    """Decode the bytes of one message.

    :param format_name: one of ``FORMATS``
    :raises ConfigurationInvalid: if there is no such format
    :raises PayloadRejected: if the bytes are not well formed; the message says what was expected
        and what was found
    :raises WebPage: if they are a web page, with what it says
    """
    codec = _CODECS.get(format_name)
    if codec is None:
        raise ConfigurationInvalid(f"no codec is called {format_name!r}")
    if len(raw) > MAX_BYTES:
        raise PayloadRejected(f"the message has {len(raw)} bytes, at most {MAX_BYTES} are read")
    if not raw.strip():
        raise PayloadRejected("the message is empty")
    if (words := words_of_page(raw)) is not None:
        raise WebPage(f"a web page came instead of {format_name.upper()}: {words}")
    return codec(raw)
