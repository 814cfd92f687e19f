import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.codecs.epcis_codec import sscc
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from .fuzz import answers, damaged

EVENT = {
    "type": "ObjectEvent",
    "eventID": "urn:uuid:1",
    "eventTime": "2025-06-03T14:30:00+02:00",
    "eventTimeZoneOffset": "+02:00",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "disposition": "in_transit",
    "epcList": ["urn:epc:id:sscc:0614141.1234567890"],
    "readPoint": {"id": "urn:epc:id:sgln:0614141.07346.0"},
    "bizTransactionList": [{"type": "po", "bizTransaction": "PO-9"}],
}
DOCUMENT = {"type": "EPCISDocument", "epcisBody": {"eventList": [EVENT]}}
XML = b"""<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"><EPCISBody><EventList>
<ObjectEvent>
  <eventTime>2025-06-03T14:30:00+02:00</eventTime>
  <eventTimeZoneOffset>+02:00</eventTimeZoneOffset>
  <eventID>urn:uuid:1</eventID>
  <epcList><epc>urn:epc:id:sscc:0614141.1234567890</epc></epcList>
  <action>OBSERVE</action>
  <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
  <disposition>https://ref.gs1.org/cbv/Disp-in_transit</disposition>
  <readPoint><id>urn:epc:id:sgln:0614141.07346.0</id></readPoint>
  <bizTransactionList>
    <bizTransaction type="urn:epcglobal:cbv:btt:po">PO-9</bizTransaction>
  </bizTransactionList>
</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""


def test_json_and_xml_are_the_same_tree():
    tree = decode("epcis", json.dumps(DOCUMENT).encode())
    assert decode("epcis", XML) == tree
    (event,) = tree["events"]
    assert (event["step"], event["disposition"]) == ("shipping", "in_transit")
    assert event["sscc"] == ["106141412345678908"]
    assert event["transactions"] == [{"type": "po", "value": "PO-9"}]


@pytest.mark.parametrize(
    "wrapped",
    [
        EVENT,
        [EVENT],
        {"epcisBody": {"queryResults": {"resultsBody": {"eventList": [EVENT]}}}},
    ],
)
def test_events_are_found_wherever_they_stand(wrapped):
    assert len(decode("epcis", json.dumps(wrapped).encode())["events"]) == 1


def test_the_order_of_events_is_that_of_the_document():
    events = [{**EVENT, "eventID": f"e{number}"} for number in range(5)]
    tree = decode("epcis", json.dumps({"epcisBody": {"eventList": events}}).encode())
    assert [event["event_id"] for event in tree["events"]] == ["e0", "e1", "e2", "e3", "e4"]


def test_a_declared_error_names_its_reason_and_what_corrects_it():
    error = {
        "declarationTime": "2025-06-04T08:00:00Z",
        "reason": "urn:epcglobal:cbv:er:incorrect_data",
        "correctiveEventIDs": ["e9"],
    }
    tree = decode("epcis", json.dumps({**EVENT, "errorDeclaration": error}).encode())
    assert tree["events"][0]["error"] == {
        "time": "2025-06-04T08:00:00Z",
        "reason": "incorrect_data",
        "corrected_by": ["e9"],
    }


def test_what_a_capture_job_complains_about_is_kept():
    raw = b'{"captureID": "1", "success": false, "errors": [{"title": "bad", "detail": "no time"}]}'
    tree = decode("epcis", raw)
    assert tree == {"events": [], "errors": [{"type": "", "title": "bad", "detail": "no time"}]}


@pytest.mark.parametrize(
    ("identifier", "number"),
    [
        ("urn:epc:id:sscc:0614141.1234567890", "106141412345678908"),
        ("https://id.gs1.org/00/106141412345678908", "106141412345678908"),
        ("https://example.com/x/00/106141412345678908?a=b", "106141412345678908"),
        ("urn:epc:id:sgtin:0614141.107346.2017", ""),
        ("urn:epc:id:sscc:0614141.123", ""),
        ("https://id.gs1.org/01/09506000134352", ""),
        ("", ""),
    ],
)
def test_a_logistic_unit_is_known_by_its_eighteen_digits(identifier, number):
    assert sscc(identifier) == number


def test_what_is_neither_json_nor_xml_is_refused():
    with pytest.raises(PayloadRejected):
        decode("epcis", b"eventID,step\n1,shipping\n")


@given(damaged(XML))
def test_a_damaged_document_is_read_or_refused(raw):
    answers("epcis", raw)


@given(damaged(json.dumps(DOCUMENT).encode()))
def test_a_damaged_json_document_is_read_or_refused(raw):
    answers("epcis", raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"EPCISBody": {"EventList": {"ObjectEvent": ["text", {"eventTime": "2026-03-02"}]}}}',
        b"<EPCISDocument><EPCISBody><EventList><ObjectEvent>text</ObjectEvent><ObjectEvent>"
        b"<eventTime>2026-03-02</eventTime></ObjectEvent></EventList></EPCISBody></EPCISDocument>",
    ],
)
def test_an_event_that_is_a_mere_text_is_one_without_fields(raw):
    first, second = decode("epcis", raw)["events"]
    assert first["type"] == "ObjectEvent"
    assert "time" not in first
    assert second["time"] == "2026-03-02"


_PART = st.text(st.sampled_from("abcXYZ019-_.&<é"), min_size=1, max_size=8)
_EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["ObjectEvent", "AggregationEvent", "TransactionEvent"]),
            "eventID": _PART,
            "eventTime": st.just("2025-06-03T14:30:00+02:00"),
            "eventTimeZoneOffset": st.sampled_from(["+02:00", "-05:00"]),
            "action": st.sampled_from(["ADD", "OBSERVE", "DELETE"]),
            "bizStep": st.sampled_from(["shipping", "receiving", "arriving"]),
            "epcList": st.lists(_PART.map(lambda text: f"urn:x:{text}"), min_size=1, max_size=3),
            "bizTransactionList": st.lists(
                st.fixed_dictionaries({"type": st.just("po"), "bizTransaction": _PART}),
                min_size=1,
                max_size=2,
            ),
        }
    ),
    min_size=1,
    max_size=4,
)


def _as_xml(event):
    parts = [
        f"<{name}>{escape(event[name])}</{name}>"
        for name in ("eventTime", "eventTimeZoneOffset", "eventID", "action", "bizStep")
    ]
    epcs = "".join(f"<epc>{escape(epc)}</epc>" for epc in event["epcList"])
    transactions = "".join(
        f'<bizTransaction type="{each["type"]}">{escape(each["bizTransaction"])}</bizTransaction>'
        for each in event["bizTransactionList"]
    )
    kind = event["type"]
    return (
        f"<{kind}>{''.join(parts)}<epcList>{epcs}</epcList>"
        f"<bizTransactionList>{transactions}</bizTransactionList></{kind}>"
    )


@given(_EVENTS)
def test_what_was_written_in_either_form_is_read_as_the_same(events):
    # XML keeps the kinds of events apart only by their order in the list.
    as_json = json.dumps({"epcisBody": {"eventList": events}}).encode()
    body = "".join(map(_as_xml, sorted(events, key=lambda event: event["type"])))
    as_xml = f"<EPCISDocument><EPCISBody><EventList>{body}</EventList></EPCISBody></EPCISDocument>"
    read, other = decode("epcis", as_json), decode("epcis", as_xml.encode())
    assert [event["event_id"] for event in read["events"]] == [each["eventID"] for each in events]
    key = json.dumps
    assert sorted(map(key, read["events"])) == sorted(map(key, other["events"]))
    assert [event["epcs"] for event in read["events"]] == [each["epcList"] for each in events]
