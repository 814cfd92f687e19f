import json

import pytest

from odoo.addons.logistics_carrier_connector.core.agreement import (
    EDI,
    JSON_SCHEMA,
    XSD,
    Agreement,
)
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.errors import (
    ConfigurationInvalid,
    PayloadRejected,
)

from .builders import PROFILES

SAMPLES = PROFILES.parent / "samples"
XS = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s
  <xs:element name="status"><xs:complexType><xs:sequence>
    <xs:element name="code"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="D"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="weight" type="xs:decimal" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
STATUS = Agreement(XSD, XS % "")


def _edi(name, **rules):
    raw = (SAMPLES / name).read_bytes()
    form = "x12" if raw.startswith(b"ISA") else "edifact"
    tree = decode(form, raw)
    return Agreement(EDI, json.dumps(rules)).check(raw, tree), tree["interchanges"][0]


def test_an_xml_message_that_fits_its_schema_has_no_problems():
    assert STATUS.check(b"<status><code>D</code><weight>1.5</weight></status>", {}) == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<status>\n<code>SECRET</code></status>", "enumeration"),
        (b"<status><code>D</code><weight>SECRET</weight></status>", "weight"),
        (b"<status><code>D</code><SECRETS/></status>", "not expected"),
        (b"<other/>", "other"),
    ],
)
def test_what_breaks_an_xml_schema_is_told_with_its_line_and_without_the_value(body, told):
    problems = STATUS.check(body, {})
    assert any(told in each.reason for each in problems)
    assert all(each.path.startswith("line ") for each in problems)
    assert not any("SECRET<" in each.reason or "'SECRET'" in each.reason for each in problems)


@pytest.mark.parametrize(
    "body",
    [
        b"not xml",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><status>&b;</status>",
        b"<!DOCTYPE a SYSTEM 'http://192.0.2.1/a'><status/>",
        b"",
    ],
)
def test_a_message_with_entities_or_none_at_all_is_rejected(body):
    with pytest.raises(PayloadRejected):
        STATUS.check(body, {})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<a/>",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element/></xs:schema>",
        XS % "<xs:include schemaLocation='file:///etc/passwd'/>",
        XS % "<xs:import namespace='x' schemaLocation='http://192.0.2.1/x.xsd'/>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>" + XS % "&b;",
        "x" * 1_000_001,
    ],
)
def test_an_xml_schema_that_cannot_be_used_or_reaches_outside_is_refused(content):
    with pytest.raises(ConfigurationInvalid):
        Agreement(XSD, content).complain()


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"senders": []}', '{"colour": ["red"]}'])
def test_rules_of_an_envelope_that_mean_nothing_are_refused(content):
    with pytest.raises(ConfigurationInvalid):
        Agreement(EDI, content).complain()


@pytest.mark.parametrize("content", ["{", '{"type": 7}', '{"$ref": "file:///etc/passwd"}'])
def test_a_json_schema_that_cannot_be_used_is_refused(content):
    with pytest.raises(ConfigurationInvalid):
        Agreement(JSON_SCHEMA, content).complain()


def test_a_json_schema_checks_the_decoded_message():
    schema = Agreement(JSON_SCHEMA, '{"required": ["number"]}')
    assert schema.check(b"", {"number": 1}) == []
    assert len(schema.check(b"", {})) == 1


@pytest.mark.parametrize("name", ["x12_214.edi", "edifact_iftsta.edi"])
def test_an_interchange_is_checked_for_its_sender_its_receiver_and_its_sets(name):
    _none, interchange = _edi(name, test="allow")
    fits = {
        "senders": [interchange["sender"]],
        "receivers": [interchange["receiver"], "OTHER"],
        "transactions": ["214", "IFTSTA"],
        "versions": ["0*", "D.*"],
        "test": "allow",
    }
    assert _edi(name, **fits)[0] == []
    for rule in ("senders", "receivers", "transactions", "versions"):
        problems, _interchange = _edi(name, **fits | {rule: ["NOBODY"]})
        assert problems, rule
        assert problems[0].path.startswith("interchanges[0]")


def test_a_test_interchange_is_no_business_unless_it_was_agreed():
    tree = {"interchanges": [{"sender": "A", "usage": "T", "groups": []}]}
    rules = {"senders": ["A"]}
    assert len(Agreement(EDI, json.dumps(rules)).check(b"", tree)) == 1
    assert Agreement(EDI, json.dumps(rules | {"test": "allow"})).check(b"", tree) == []


@pytest.mark.parametrize("tree", [{}, [], {"interchanges": []}, {"rows": []}])
def test_what_is_no_interchange_fits_no_rules_of_an_envelope(tree):
    assert Agreement(EDI, '{"test": "allow"}').check(b"", tree)
