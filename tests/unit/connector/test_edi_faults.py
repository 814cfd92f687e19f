"""Where in an interchange stands what contract and profile complain of."""

from odoo.addons.logistics_carrier_connector.core import edi_faults, mapping
from odoo.addons.logistics_carrier_connector.core.codecs import answer, decode
from odoo.addons.logistics_carrier_connector.core.codecs.answer import Fault
from odoo.addons.logistics_carrier_connector.core.edi_rules import check_envelopes
from odoo.addons.logistics_carrier_connector.core.errors import Problem

from . import edifact
from .builders import NOW, interchange, profile

GOOD = ["B10*P1*S1*RIVR", "LX*1", "AT7*D1*NS***20250603*1100*UT"]
BAD_DATE = [
    "B10*P1*S1*RIVR",
    "LX*1",
    "AT7*X3*NS***20250603*1100*UT",
    "LX*2",
    "AT7*D1*NS***20251399*1100*UT",
]


def _faults(name, raw):
    rules = profile(name)
    tree = decode(rules.format, raw)
    return edi_faults.of_items(rules, tree, mapping.apply(rules, tree, NOW).items)


def test_the_segment_and_the_element_that_cannot_be_read_are_found():
    assert _faults("x12_214", interchange([GOOD, BAD_DATE])) == [
        Fault(answer.DATE, 0, 0, 1, segment="AT7", position=6, element=5, fatal=False)
    ]


def test_a_set_of_which_nothing_was_used_is_refused():
    (fault,) = _faults("x12_214", interchange([["B10*P1*S1*RIVR", "AT7*D1*NS***2025*99"], GOOD]))
    assert (fault.set, fault.segment, fault.position, fault.fatal) == (0, "AT7", 3, True)


def test_sets_of_another_kind_in_between_are_counted():
    raw = interchange([GOOD, BAD_DATE]).replace(b"ST*214*0001", b"ST*990*0001")
    assert [fault.set for fault in _faults("x12_214", raw)] == [1]


def test_what_is_missing_has_its_segment_and_no_element():
    (fault,) = _faults("x12_214", interchange([["B10*P1*S1*RIVR", "LX*1", "AT7*D1*NS"]]))
    assert (fault.kind, fault.segment, fault.position, fault.element) == (
        answer.SEGMENT,
        "AT7",
        4,
        0,
    )


def test_levels_that_hang_on_their_parents_keep_their_positions():
    raw = interchange([["HL*1**S", "HL*2*1*O", "HL*3*2*P"]], code="856")
    (each,) = decode("x12", raw)["interchanges"][0]["groups"][0]["transactions"]
    index = edi_faults._Index.of(decode("x12", raw))
    assert len(index.segments) == 3
    assert each["HL"][0]["HL"][0]["HL"][0]["e01"] == "3"
    assert sorted(index.segments.values()) == [("HL", 2), ("HL", 3), ("HL", 4)]


def test_edifact_elements_have_components():
    message = ["BGM+77+S1+9", "CNI+1+S1", "STS+1+X:::delivered", "DTM+78:99999999:102"]
    (fault,) = _faults("edifact_iftsta", edifact.interchange([message]))
    assert (fault.group, fault.set, fault.segment, fault.fatal) == (0, 0, "STS", True)


def test_good_messages_have_no_faults():
    assert _faults("x12_214", interchange([GOOD, GOOD])) == []


def test_the_rules_of_an_envelope_name_what_was_not_agreed():
    tree = decode("x12", interchange([GOOD]))
    rules = {"senders": ["OTHER"], "transactions": ["210"], "versions": ["005*"]}
    assert edi_faults.of_agreement(check_envelopes(rules, tree)) == [
        Fault(answer.SENDER, 0),
        Fault(answer.UNSUPPORTED, 0, 0, 0),
        Fault(answer.VERSION, 0, 0),
    ]


def test_in_edifact_the_version_is_that_of_the_message():
    tree = decode("edifact", edifact.interchange([["BGM+77"]]))
    problems = check_envelopes({"versions": ["D.96*"]}, tree)
    assert edi_faults.of_agreement(problems) == [Fault(answer.VERSION, 0, 0, 0)]


def test_what_a_schema_finds_inside_a_set_is_about_the_set():
    inside = Problem("interchanges[0].groups[0].transactions[2].LX[0]", "must be an object")
    assert edi_faults.of_agreement([inside, Problem("", "nothing fits")]) == [
        Fault(answer.SEGMENT, 0, 0, 2)
    ]
