"""XML 1.0 as a tree of plain values, without anything that makes XML dangerous or awkward.

Refused while reading, before they can do anything: document type declarations (and with them every
entity that is not built in), more than ``MAX_NODES`` elements and attributes, more than
``MAX_DEPTH`` levels. Nothing is ever fetched.

The tree
    ``{"Root": {...}}``. Elements go by their local name, without prefix and namespace, because
    carriers change prefixes and expressions should not care.

    * an element with nothing but text is that text, without surrounding blanks; an empty one is
      ``""``, one that says ``xsi:nil`` is ``None``;
    * children that occur several times are a list, in document order; once, the value itself
      (``each`` steps and the function ``deep`` take both);
    * an attribute ``type`` is ``_type``, and the text of an element that also has attributes or
      children is ``_text``. Namespace declarations and attributes of the schema instance
      namespace are not content and are left out.
"""

from __future__ import annotations

from typing import Any, Final
from xml.parsers import expat

from ..errors import PayloadRejected

MAX_DEPTH: Final = 60  # the tree may be one level deeper, and the whole stays below 64
MAX_NODES: Final = 500_000
TEXT: Final = "_text"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_CHUNK: Final = 65_536


def decode(raw: bytes) -> dict[str, Any]:
    """Decode one XML document; see the module for the tree.

    :raises PayloadRejected: with line and column where the document is not well formed
    """
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    raw = raw.lstrip()  # blanks before the declaration are a common and harmless mistake
    try:
        for begin in range(0, len(raw), _CHUNK):
            parser.Parse(raw[begin : begin + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise PayloadRejected(
            f"not XML: {expat.ErrorString(error.code)} at line {error.lineno}, "
            f"column {error.offset + 1}"
        ) from None
    except (LookupError, ValueError):
        raise PayloadRejected("the XML declaration names an encoding that is not known") from None
    return builder.tree


def looks_like_xml(raw: bytes) -> bool:
    """Whether the first character is the one that XML begins with."""
    return raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _refuse_doctype(*declared: Any) -> None:
    raise PayloadRejected("XML with a document type declaration is not read")


class _Builder:
    """Makes the tree while the parser reads."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._nodes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1 + len(attributes)
        if self._nodes > MAX_NODES:
            raise PayloadRejected(f"the XML has more than {MAX_NODES} elements and attributes")
        if len(self._open) >= MAX_DEPTH:
            raise PayloadRejected(f"XML nested deeper than {MAX_DEPTH} levels")
        node: dict[str, Any] = {}
        for key, value in attributes.items():
            space, _, local = key.rpartition(" ")
            if space != _INSTANCE:
                node[f"_{local}"] = value.strip()
            elif local == "nil" and value.strip() in ("true", "1"):
                node[TEXT] = None
        self._open.append((name.rpartition(" ")[2], node, []))

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def end(self, _name: str) -> None:
        name, node, texts = self._open.pop()
        parent = self._open[-1][1] if self._open else self.tree
        _add(parent, name, _value(node, "".join(texts).strip()))


def _value(node: dict[str, Any], text: str) -> Any:
    if not node:
        return text
    if TEXT in node and len(node) == 1:
        return None
    if text:
        node[TEXT] = text
    return node


def _add(parent: dict[str, Any], name: str, value: Any) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]
