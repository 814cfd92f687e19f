from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from odoo.addons.logistics_carrier_connector.core.codecs import decode, xml_codec
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from .fuzz import answers, damaged

ANSWER = b"""<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <s:Body>
    <Track xmlns="urn:somebody" version="2">
      <Event code="D1" xsi:type="scan"><Place/> delivered </Event>
      <Event code="X6"><![CDATA[on the <way>]]></Event>
      <Weight unit="kg">2.5</Weight>
      <Signer xsi:nil="true"/>
      <!-- nothing -->
      <Note>a &amp; b</Note>
    </Track>
  </s:Body>
</s:Envelope>"""


def test_elements_go_by_their_local_name_and_attributes_can_be_reached():
    track = decode("xml", ANSWER)["Envelope"]["Body"]["Track"]
    assert track["_version"] == "2"
    assert [event["_code"] for event in track["Event"]] == ["D1", "X6"]
    assert track["Event"][0] == {"_code": "D1", "Place": "", "_text": "delivered"}
    assert track["Event"][1]["_text"] == "on the <way>"
    assert track["Weight"] == {"_unit": "kg", "_text": "2.5"}
    assert (track["Signer"], track["Note"]) == (None, "a & b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_are_those_that_the_declaration_names(encoding):
    raw = f'<?xml version="1.0" encoding="{encoding}"?><a>Société</a>'.encode(encoding)
    assert decode("xml", raw) == {"a": "Société"}


BOMB = b"""<!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>
<lol>&b;</lol>"""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (BOMB, "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>&undefined;</a>", "not XML"),
        (b"<a><b></a>", "not XML.*line 1, column"),
        (b"<a/><b/>", "not XML"),
        (b"<a>", "not XML"),
        (b"plain", "not XML"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "encoding|XML"),
        (b'<a x="1" x="2"/>', "not XML"),
        (b"<p:a/>", "not XML"),
        (b"<a>" * 70 + b"</a>" * 70, "nested deeper"),
        (b"<a>\x00</a>", "not XML"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_what_is_dangerous_or_not_well_formed_is_refused(raw, reason):
    with pytest.raises(PayloadRejected, match=reason):
        decode("xml", raw)


def test_the_number_of_elements_is_limited(monkeypatch):
    monkeypatch.setattr(xml_codec, "MAX_NODES", 10)
    with pytest.raises(PayloadRejected, match="more than 10 elements"):
        decode("xml", b"<a>" + b"<b/>" * 10 + b"</a>")


_NAMES = st.sampled_from(["Event", "Place", "Code", "When", "a"])
_TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z"]), max_size=12)
_NODES = st.recursive(
    _TEXTS.map(lambda text: text.strip()),
    lambda below: st.dictionaries(
        _NAMES | _NAMES.map(lambda name: f"_{name}"),
        below | st.lists(below, min_size=2),
        max_size=4,
    ),
    max_leaves=15,
)


def _write(name, node):
    if isinstance(node, list):
        return "".join(_write(name, each) for each in node)
    if isinstance(node, str):
        return f"<{name}>{escape(node)}</{name}>"
    marks = "".join(
        f" {key[1:]}={quoteattr(value)}" for key, value in node.items() if key.startswith("_")
    )
    inside = "".join(_write(key, value) for key, value in node.items() if not key.startswith("_"))
    return f"<{name}{marks}>{inside}</{name}>"


def _plain(node):
    """What of a drawn tree can be written: attributes are texts, empty objects empty texts."""
    if isinstance(node, str):
        return " ".join(node.split())
    if isinstance(node, list):
        return [_plain(each) for each in node]
    kept = {
        key: _plain(value)
        for key, value in node.items()
        if isinstance(value, str) or not key.startswith("_")
    }
    return kept or ""


@given(_NODES.map(_plain))
def test_what_was_written_is_read_again(tree):
    assert decode("xml", _write("root", tree).encode()) == {"root": tree}


@given(_NODES.map(_plain))
def test_another_parser_sees_the_same_elements_and_texts(tree):
    raw = _write("root", tree).encode()
    theirs = sorted(
        text
        for node in etree.fromstring(raw).iter()
        for text in [*node.attrib.values(), node.text]
        if text and text.strip()
    )
    assert sorted(_leaves(decode("xml", raw))) == [text.strip() for text in theirs]


def _leaves(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return [leaf for each in tree for leaf in _leaves(each)]
    return [tree] if tree else []


@given(damaged(ANSWER))
def test_a_damaged_document_is_read_or_refused(raw):
    answers("xml", raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    answers("xml", raw)
