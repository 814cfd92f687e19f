"""Is an XML message what was agreed? W3C XML Schema 1.0, without its dangers.

Schemas and messages are read without the network, without external files and without entities
(``lxml``): an ``xs:include`` or ``xs:import`` of another file is refused, so a schema is one text
that says everything. Findings name the line and the element, never the value.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from lxml import etree

from .errors import ConfigurationInvalid, PayloadRejected, Problem

MAX_PROBLEMS: Final = 20
MAX_SCHEMA: Final = 1_000_000
_LONGEST_RULE: Final = 200
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
# lxml quotes the offending value: ``'Q' is not a valid value``, ``[facet …] The value 'Q' has …``
_VALUE: Final = re.compile(r"(?<=value )'[^']*'|'[^']*'(?= is not (?:a valid|an element))")
_NAMESPACE: Final = re.compile(r"\{[^}]*\}")


def check_xsd(schema: str) -> None:
    """Refuse a schema that could not be used later.

    :raises ConfigurationInvalid: with the reason
    """
    _compiled(schema)


def check_xml(schema: str, raw: bytes) -> list[Problem]:
    """What is wrong with a message, at most ``MAX_PROBLEMS`` places; empty if nothing is.

    :raises ConfigurationInvalid: if the schema itself cannot be used
    :raises PayloadRejected: if the message is not XML
    """
    compiled = _compiled(schema)
    try:
        tree = _parse(raw)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PayloadRejected(f"the message is not XML: {_plain(str(error))}") from None
    if compiled.validate(tree):
        return []
    return [
        Problem(f"line {entry.line}", _plain(entry.message))
        for entry in list(compiled.error_log)[:MAX_PROBLEMS]
    ]


@lru_cache(maxsize=64)
def _compiled(schema: str) -> Any:
    if len(schema) > MAX_SCHEMA:
        raise ConfigurationInvalid(f"a schema has at most {MAX_SCHEMA} characters")
    try:
        tree = _parse(schema.encode())
        outside = [
            element.tag.removeprefix(_XS)
            for element in tree.iter(f"{_XS}include", f"{_XS}import", f"{_XS}redefine")
            if element.get("schemaLocation")
        ]
        if outside:
            raise ConfigurationInvalid(
                f"the schema refers to another file ({outside[0]}), and schemas are not fetched"
            )
        return etree.XMLSchema(tree)
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError, ValueError) as error:
        raise ConfigurationInvalid(f"the schema cannot be used: {_plain(str(error))}") from None


def _parse(raw: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    tree = etree.fromstring(raw, parser)
    if tree.getroottree().docinfo.doctype:
        raise ValueError("a document type is not allowed")
    return tree


def _plain(message: str) -> str:
    """The library's words without namespaces and without values of the message."""
    text = _VALUE.sub("…", _NAMESPACE.sub("", " ".join(message.split())))
    return text if len(text) <= _LONGEST_RULE else f"{text[:_LONGEST_RULE]}…"
