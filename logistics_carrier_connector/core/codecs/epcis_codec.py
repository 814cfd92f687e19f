"""EPCIS 2.0 (GS1, ISO/IEC 19987), JSON-LD and XML, as one and the same tree.

The tree
    ``{"events": [{...}], "errors": [...]}``. Each event: ``type`` (ObjectEvent), ``event_id``,
    ``time``, ``offset``, ``recorded``, ``action``, ``step`` and ``disposition`` as bare words of
    the CBV (``shipping``, ``in_transit``, also where they come as URN or GS1 Web URI),
    ``read_point``, ``location``, ``sscc`` (18 digits), ``epcs`` (all identifiers as written),
    ``transactions`` (``{"type", "value"}``), ``error`` (``time``, ``reason``, ``corrected_by``)
    where the event declares an earlier statement wrong.

    ``errors`` holds what a capture job reports as wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from . import json_codec, xml_codec

EVENT_TYPES: Final = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)
_SSCC_URN: Final = re.compile(r"urn:epc:id:sscc:(\d{6,12})\.(\d{5,11})", re.ASCII)
_SSCC_LINK: Final = re.compile(r"https?://[^?#]+/00/(\d{18})(?:[/?#].*)?", re.ASCII)
_WORD: Final = re.compile(r"(?:.*[:/#])?(?:BizStep-|Disp-|BTT-|ER-)?([A-Za-z_]+)", re.DOTALL)


def decode(raw: bytes) -> dict[str, Any]:
    """Decode a document, a query document, a list of events or a single event.

    :raises PayloadRejected: if it is neither JSON nor XML
    """
    tree = xml_codec.decode(raw) if xml_codec.looks_like_xml(raw) else json_codec.decode(raw)
    return {
        "events": [_event(kind, node) for kind, node in _events(tree)],
        "errors": list(_errors(tree)),
    }


def _events(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every event with its type, in the order of the document."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            kind = node.get("type")
            if kind in EVENT_TYPES:
                yield kind, node
                continue
            for name in reversed(node):
                below = node[name]
                if name in EVENT_TYPES:
                    stack.append([_typed(name, each) for each in _list(below)])
                elif isinstance(below, dict | list):
                    stack.append(below)


def _typed(kind: str, node: Any) -> dict[str, Any]:
    # An event that is a mere text has no fields: unreadable, and not the others with it.
    return {**(node if isinstance(node, dict) else {}), "type": kind}


def _event(kind: str, node: dict[str, Any]) -> dict[str, Any]:
    # EPCIS 1.x nests these two in extensions of the base event.
    base = node.get("baseExtension") or {}
    error = node.get("errorDeclaration") or _get(base, "errorDeclaration")
    epcs = list(_identifiers(node))
    event = {
        "type": kind,
        "event_id": _text(node.get("eventID") or _get(base, "eventID")),
        "time": _text(node.get("eventTime")),
        "offset": _text(node.get("eventTimeZoneOffset")),
        "recorded": _text(node.get("recordTime")),
        "action": _text(node.get("action")),
        "step": _word(node.get("bizStep")),
        "disposition": _word(node.get("disposition")),
        "read_point": _text(_get(node.get("readPoint"), "id")),
        "location": _text(_get(node.get("bizLocation"), "id")),
        "epcs": epcs,
        "sscc": [number for epc in epcs if (number := sscc(epc))],
        "transactions": list(_transactions(node)),
        "error": _declared(error) if isinstance(error, dict) else None,
    }
    return {name: value for name, value in event.items() if value}


def _identifiers(node: dict[str, Any]) -> Iterator[str]:
    """Logistic units first: the parent of an aggregation, then what is observed or packed."""
    for name in ("parentID", "epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        value = node.get(name)
        # JSON has the list itself, XML an element ``epc`` inside.
        yield from _texts(_get(value, "epc") if isinstance(value, dict) else value)


def _transactions(node: dict[str, Any]) -> Iterator[dict[str, str]]:
    value = node.get("bizTransactionList")
    for each in _list(_get(value, "bizTransaction") if isinstance(value, dict) else value):
        if isinstance(each, dict):
            name = each.get("bizTransaction") or each.get(xml_codec.TEXT)
            yield {"type": _word(each.get("type") or each.get("_type")), "value": _text(name)}
        else:
            yield {"type": "", "value": _text(each)}


def _declared(error: dict[str, Any]) -> dict[str, Any]:
    corrected = error.get("correctiveEventIDs")
    corrected = _get(corrected, "correctiveEventID") if isinstance(corrected, dict) else corrected
    return {
        "time": _text(error.get("declarationTime")),
        "reason": _word(error.get("reason")),
        "corrected_by": list(_texts(corrected)),
    }


def _errors(tree: Any) -> Iterator[dict[str, str]]:
    """What a capture job, in JSON or XML, or a problem answer complains about."""
    job = _get(tree, "EPCISCaptureJobType") or _get(tree, "EPCISCaptureJob") or tree
    listed = _get(job, "errors")
    listed = _get(listed, "error") if isinstance(listed, dict) else listed
    for each in _list(listed):
        if isinstance(each, dict):
            yield {
                "type": _text(each.get("type")),
                "title": _text(each.get("title")),
                "detail": _text(each.get("detail")),
            }


def sscc(identifier: str) -> str:
    """The 18 digits of an SSCC written as EPC URI or GS1 Digital Link; empty if it is none.

    >>> sscc("urn:epc:id:sscc:0614141.1234567890")
    '106141412345678908'
    >>> sscc("https://id.gs1.org/00/106141412345678908")
    '106141412345678908'
    """
    if match := _SSCC_LINK.fullmatch(identifier):
        return match[1]
    match = _SSCC_URN.fullmatch(identifier)
    if not match or len(match[1]) + len(match[2]) != 17:
        return ""
    digits = match[2][0] + match[1] + match[2][1:]
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _word(value: Any) -> str:
    match = _WORD.fullmatch(_text(value))
    return match[1] if match else _text(value)


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _texts(value: Any) -> Iterator[str]:
    return (text for each in _list(value) if (text := _text(each)))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get(xml_codec.TEXT)
    return value.strip() if isinstance(value, str) else ""
