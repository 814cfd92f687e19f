"""997, 999, TA1 and CONTRL: what goes back for what came."""

from datetime import datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange
from pyx12.x12file import X12Reader

from odoo.addons.logistics_carrier_connector.core.acknowledgement import Policy, answers
from odoo.addons.logistics_carrier_connector.core.codecs import answer, decode
from odoo.addons.logistics_carrier_connector.core.codecs.answer import Fault
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from . import edifact
from .builders import interchange

AT = datetime(2025, 6, 3, 14, 30)
ONE = ["B10*P1*S1*RIVR", "LX*1", "AT7*D1*NS***20250603*1100*UT"]
SEGMENT = {"segment": "AT7", "position": 4}


def _answered(raw, faults=(), policy="997", refused=False, number=5):
    """What answers the first interchange, decoded."""
    (reply,) = answers(Policy(policy), raw, faults, refused)
    content = reply.content(AT, number)
    format_name = "edifact" if policy == "contrl" else "x12"
    return reply, decode(format_name, content)["interchanges"][0]


def _x12(sets, faults=(), policy="997", refused=False):
    """The interchange that answers some sets, and its segments inside the envelope."""
    _reply, found = _answered(interchange(sets), faults, policy, refused)
    return found, found["groups"][0]["transactions"][0]["segments"]


def test_accepted_sets_are_acknowledged_one_by_one():
    found, segments = _x12([ONE, ONE])
    assert (found["sender"], found["receiver"]) == ("SHIPPER", "RIVR")
    assert found["control_number"] == "000000005"
    assert found["groups"][0]["control_number"] == "5"
    assert segments == [
        ["AK1", "QM", "7"],
        ["AK2", "214", "0001"],
        ["AK5", "A"],
        ["AK2", "214", "0002"],
        ["AK5", "A"],
        ["AK9", "A", "2", "2", "2"],
    ]


@pytest.mark.parametrize(
    ("bad", "verdict", "accepted", "word"),
    [([], "A", "2", "accepted"), ([1], "P", "1", "errors"), ([0, 1], "R", "0", "rejected")],
)
def test_the_group_is_accepted_partly_or_not_at_all(bad, verdict, accepted, word):
    faults = [Fault(answer.SEGMENT, 0, 0, index, **SEGMENT) for index in bad]
    reply, found = _answered(interchange([ONE, ONE]), faults)
    segments = found["groups"][0]["transactions"][0]["segments"]
    assert segments[-1] == ["AK9", verdict, "2", "2", accepted]
    assert segments.count(["AK3", "AT7", "4", "", "8"]) == len(bad)
    assert segments.count(["AK5", "R", "5"]) == len(bad)
    assert reply.word == word


def test_a_set_of_which_something_was_used_is_accepted_with_errors():
    _found, segments = _x12([ONE], [Fault(answer.SEGMENT, 0, 0, 0, **SEGMENT, fatal=False)])
    assert segments[2:] == [
        ["AK3", "AT7", "4", "", "8"],
        ["AK5", "E", "5"],
        ["AK9", "E", "1", "1", "1"],
    ]


def test_an_element_is_named_under_its_segment_once():
    faults = [
        Fault(answer.DATE, 0, 0, 0, **SEGMENT, element=5),
        Fault(answer.TIME, 0, 0, 0, **SEGMENT, element=6, component=2),
        Fault(answer.UNKNOWN, 0, 0, 0, segment="Q#", position=3),
    ]
    _found, segments = _x12([ONE], faults)
    assert segments[2:7] == [
        ["AK3", "Q#", "3", "", "1"],
        ["AK3", "AT7", "4", "", "8"],
        ["AK4", "5", "", "8"],
        ["AK4", ["6", "2"], "", "9"],
        ["AK5", "R", "5"],
    ]


def test_999_is_the_same_in_its_own_words():
    faults = [Fault(answer.DATE, 0, 0, 0, **SEGMENT, element=5)]
    found, segments = _x12([ONE], faults, "999")
    assert (found["version"], found["groups"][0]["version"]) == ("00501", "005010X231A1")
    assert [segment[0] for segment in segments] == ["AK1", "AK2", "IK3", "IK4", "IK5", "AK9"]
    assert segments[0] == ["AK1", "QM", "7", "004010"]


def test_what_fell_with_the_rest_of_its_message_is_rejected_without_a_code():
    _found, segments = _x12([ONE, ONE], [Fault(answer.UNSUPPORTED, 0, 0, 1)], refused=True)
    assert segments[2] == ["AK5", "R"]
    assert segments[4] == ["AK5", "R", "1"]


GOOD = interchange([ONE, ONE]).decode()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (GOOD.replace("SE*5*0002", "SE*9*0002"), ["AK5", "R", "4"]),
        (GOOD.replace("SE*5*0002", "SE*5*0009"), ["AK5", "R", "3"]),
        (GOOD.replace("SE*5*0002~", ""), ["AK5", "R", "2"]),
        (GOOD.replace("SE*5*0001~", ""), ["AK5", "R", "2"]),
        (GOOD.replace("LX*1~AT7", "l-x*1~AT7", 1), ["AK3", "l-x", "3", "", "1"]),
        (GOOD.replace("GE*2*7", "GE*3*7"), ["AK9", "R", "3", "2", "0", "5"]),
        (GOOD.replace("GE*2*7", "GE*2*8"), ["AK9", "R", "2", "2", "0", "4"]),
        (GOOD.replace("ST*214*0002", "ST*214*").replace("SE*5*0002", "SE*5*"), ["AK5", "E", "7"]),
    ],
)
def test_what_is_broken_is_named_where_it_is_broken(raw, expected):
    refused = not _reads("x12", raw.encode())
    _reply, found = _answered(raw.encode(), refused=refused)
    assert expected in found["groups"][0]["transactions"][0]["segments"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (GOOD.replace("IEA*1*000000001", "IEA*1*000000002"), "001"),
        (GOOD.replace("IEA*1", "IEA*2"), "021"),
        (GOOD.replace("GS*QM", "QQ*QM"), "022"),
        (GOOD[: GOOD.index("IEA")], "023"),
    ],
)
def test_a_broken_interchange_is_refused_by_a_receipt_and_its_groups_are_not_spoken_of(raw, code):
    reply, found = _answered(raw.encode(), refused=True)
    assert (reply.kind, reply.word) == ("ta1", "rejected")
    assert found["acknowledgments"] == [["TA1", "000000001", "250603", "1200", "R", code]]
    assert found["groups"] == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [(answer.SENDER, "006"), (answer.RECEIVER, "009"), (answer.TEST, "020")],
)
def test_an_interchange_that_was_not_agreed_is_refused_as_a_whole(kind, code):
    _reply, found = _answered(GOOD.encode(), [Fault(kind)], refused=True)
    assert found["acknowledgments"][0][4:] == ["R", code]


def _asking(raw):
    """With ISA14: the sender asks for a receipt."""
    return raw.replace(b"*0*P*", b"*1*P*", 1)


def test_a_receipt_is_given_where_it_is_asked_for():
    reply, found = _answered(_asking(GOOD.encode()))
    assert found["acknowledgments"] == [["TA1", "000000001", "250603", "1200", "A", "000"]]
    assert (reply.kind, len(found["groups"])) == ("997", 1)


@pytest.mark.parametrize(
    ("when", "raw", "faults", "kinds"),
    [
        ("always", GOOD.encode(), [], ["997"]),
        ("problems", GOOD.encode(), [], []),
        ("problems", GOOD.encode(), [Fault(answer.SEGMENT, 0, 0, 0, fatal=False)], ["997"]),
        ("problems", _asking(GOOD.encode()), [], ["ta1"]),
        ("requested", GOOD.encode(), [Fault(answer.SEGMENT, 0, 0, 0)], []),
        ("requested", _asking(GOOD.encode()), [], ["997"]),
    ],
)
def test_what_was_agreed_says_when_there_is_an_answer(when, raw, faults, kinds):
    assert [each.kind for each in answers(Policy("997", when), raw, faults)] == kinds


def test_every_interchange_of_a_message_has_an_answer_of_its_own():
    raw = interchange([ONE]) + b"\n" + interchange([ONE], control="000000002")
    found = answers(Policy("997"), raw, [Fault(answer.SEGMENT, 1, 0, 0)])
    assert [(each.position, each.about, each.word) for each in found] == [
        (0, "000000001", "accepted"),
        (1, "000000002", "rejected"),
    ]


def test_groups_of_other_applications_are_answered_in_groups_of_their_own():
    group = GOOD[GOOD.index("GS*") : GOOD.index("IEA")]
    other = group.replace("RIVR*SHIPPER", "RIVR2*SHIPPER").replace("*7", "*8")
    raw = GOOD.replace(group, group + other).replace("IEA*1", "IEA*2")
    _reply, found = _answered(raw.encode())
    assert [(each["receiver"], each["control_number"]) for each in found["groups"]] == [
        ("RIVR", "5"),
        ("RIVR2", "100000005"),
    ]


def test_an_answer_uses_the_separators_of_what_it_answers():
    raw = interchange([["B10|P1"]], element="|", terminator="'")
    (reply,) = answers(Policy("997"), raw)
    assert reply.content(AT, 1).startswith(b"ISA|00|")
    assert reply.content(AT, 1).rstrip().endswith(b"IEA|1|000000001'")


def test_the_control_number_starts_again_after_the_last():
    (reply,) = answers(Policy("997"), GOOD.encode())
    assert b"*000000001*0*" in reply.content(AT, 1_000_000_000)


def test_an_acknowledgement_is_not_acknowledged():
    (reply,) = answers(Policy("997"), GOOD.encode())
    assert answers(Policy("997"), reply.content(AT, 5)) == []
    (receipt,) = answers(Policy("997", "problems"), _asking(GOOD.encode()))
    assert answers(Policy("997"), receipt.content(AT, 6)) == []


@pytest.mark.parametrize("raw", [b"", b"ISA*short", b"{}", b"\x00", b"GS*QM~"])
@pytest.mark.parametrize("kind", ["997", "contrl"])
def test_without_an_envelope_there_is_nobody_to_answer(raw, kind):
    assert answers(Policy(kind), raw, refused=True) == []


@given(
    st.lists(st.booleans(), min_size=1, max_size=6),
    st.sampled_from(["997", "999"]),
    st.integers(1, 999_999_999),
)
def test_what_we_answer_is_an_interchange_for_us_and_for_another_reader(wrong, kind, number):
    faults = [Fault(answer.SEGMENT, 0, 0, i, **SEGMENT) for i, bad in enumerate(wrong) if bad]
    (reply,) = answers(Policy(kind), interchange([ONE] * len(wrong)), faults)
    raw = reply.content(AT, number)
    segments = decode("x12", raw)["interchanges"][0]["groups"][0]["transactions"][0]["segments"]
    reader = X12Reader(StringIO(raw.decode()))
    theirs = [segment.get_seg_id() for segment in reader]
    assert reader.pop_errors() == []
    assert theirs == ["ISA", "GS", "ST", *(segment[0] for segment in segments), "SE", "GE", "IEA"]
    assert segments[-1][4] == str(wrong.count(False))


def _reads(format_name, raw):
    try:
        decode(format_name, raw)
    except PayloadRejected:
        return False
    return True


def _damaged(data, raw):
    damaged = bytearray(raw)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=3))
    return bytes(damaged)


@given(st.data(), st.sampled_from(["997", "999"]))
def test_whatever_comes_is_answered_by_what_x12_can_read(data, kind):
    raw = _damaged(data, interchange([ONE, ONE]) + interchange([ONE]))
    readable = _reads("x12", raw)
    for reply in answers(Policy(kind), raw, refused=not readable):
        assert readable or reply.word == "rejected"
        (found,) = decode("x12", reply.content(AT, 7))["interchanges"]
        assert found["groups"] or found["acknowledgments"]


MESSAGE = ["BGM+77+S1+9", "CNI+1+S1", "STS+1+I"]


def _contrl(faults=(), count=1, refused=False, raw=None):
    raw = raw or edifact.interchange([MESSAGE] * count)
    _reply, found = _answered(raw, faults, "contrl", refused)
    return found, found["groups"][0]["messages"][0]


def test_contrl_answers_the_interchange_and_every_message():
    fault = Fault(answer.MISSING, 0, 0, 1, segment="CNI", position=3)
    found, message = _contrl([fault], count=2)
    assert (found["sender"], found["receiver"], found["control_number"]) == ("US", "CARRIER", "5")
    assert (message["type"], message["version"]) == ("CONTRL", "4")
    assert message["segments"] == [
        ["UCI", ["77"], ["CARRIER", "ZZ"], ["US", "ZZ"], ["7"]],
        ["UCM", ["1"], ["IFTSTA", "D", "04A", "UN"], ["7"]],
        ["UCM", ["2"], ["IFTSTA", "D", "04A", "UN"], ["4"]],
        ["UCS", ["3"], ["13"]],
    ]


def test_a_problem_of_a_whole_message_stands_with_the_message():
    _found, message = _contrl([Fault(answer.UNSUPPORTED, 0, 0, 0)])
    assert message["segments"][1] == ["UCM", ["1"], ["IFTSTA", "D", "04A", "UN"], ["4"], ["17"]]


def test_an_element_is_counted_from_the_tag_on():
    fault = Fault(answer.DATE, 0, 0, 0, segment="DTM", position=4, element=1, component=2)
    _found, message = _contrl([fault])
    assert message["segments"][2:] == [["UCS", ["4"]], ["UCD", ["12"], ["2", "2"]]]


def test_a_message_of_which_something_was_used_is_acknowledged():
    fault = Fault(answer.SEGMENT, 0, 0, 0, segment="STS", position=4, fatal=False)
    reply, found = _answered(edifact.interchange([MESSAGE]), [fault], "contrl")
    assert found["groups"][0]["messages"][0]["segments"][1][3] == ["7"]
    assert reply.word == "errors"


PLAIN = edifact.interchange([MESSAGE] * 2).decode()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (PLAIN.replace("UNT+5+2", "UNT+6+2"), ["4"]),
        (PLAIN.replace("UNT+5+2'", ""), ["4"]),
    ],
)
def test_a_broken_message_is_named(raw, expected):
    _found, message = _contrl(raw=raw.encode(), refused=True)
    (told,) = [each for each in message["segments"] if each[:2] == ["UCM", ["2"]]]
    assert told[3:] in ([expected, ["29"]], [expected, ["13"]])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (PLAIN.replace("UNZ+2+77", "UNZ+3+77"), "29"),
        (PLAIN.replace("UNZ+2+77", "UNZ+2+78"), "28"),
        (PLAIN[: PLAIN.index("UNZ")], "13"),
        (PLAIN.replace("UNH+1", "XXX+1'UNH+1", 1), "15"),
    ],
)
def test_a_broken_interchange_is_refused_in_one_segment(raw, code):
    found, message = _contrl(raw=raw.encode(), refused=True)
    assert message["segments"] == [["UCI", ["77"], ["CARRIER", "ZZ"], ["US", "ZZ"], ["4"], [code]]]


def test_groups_are_answered_between_interchange_and_message():
    raw = (
        "UNB+UNOA:2+A:ZZ+B:ZZ+250603:1200+9'UNG+IFTSTA+APP1:ZZ+APP2:ZZ+250603:1200+44+UN+D:04A'"
        "UNH+1+IFTSTA:D:04A:UN'BGM+77+S1+9'UNT+3+1'UNE+1+44'UNZ+1+9'"
    )
    found, message = _contrl(raw=raw.encode())
    assert found["syntax"] == "UNOA"
    assert message["segments"][1] == ["UCF", ["44"], ["APP1", "ZZ"], ["APP2", "ZZ"], ["7"]]
    broken = raw.replace("UNE+1+44", "UNE+2+44")
    _found, message = _contrl(raw=broken.encode(), refused=True)
    assert message["segments"][1][4:] == [["4"], ["29"]]
    assert len(message["segments"]) == 2


def test_nothing_but_a_receipt_is_given_where_no_more_is_asked_for():
    raw = PLAIN.replace("+77'UNH", "+77++++2'UNH", 1).encode()
    (reply,) = answers(Policy("contrl", "requested"), raw)
    (found,) = decode("edifact", reply.content(AT, 3))["interchanges"]
    assert found["groups"][0]["messages"][0]["segments"] == [
        ["UCI", ["77"], ["CARRIER", "ZZ"], ["US", "ZZ"], ["8"]]
    ]


@pytest.mark.parametrize(("asked", "number"), [("1", 1), ("", 0)])
def test_contrl_is_sent_on_request(asked, number):
    raw = PLAIN.replace("+77'UNH", f"+77++++{asked}'UNH", 1).encode()
    assert len(answers(Policy("contrl", "requested"), raw)) == number


def test_contrl_is_not_answered():
    raw = edifact.interchange([["UCI+1+A+B+7"]], "CONTRL:4:1:UN")
    assert answers(Policy("contrl"), raw) == []


def test_a_test_interchange_is_answered_as_one():
    raw = PLAIN.replace("+77'UNH", "+77++++++1'UNH", 1).encode()
    found, _message = _contrl(raw=raw)
    assert found["test"] is True


# Control numbers and names as partners write them, with the signs that EDIFACT releases.
_NAME = st.text(st.sampled_from("AB01 ?:+'é"), min_size=1, max_size=14).filter(
    lambda text: text == text.strip()
)


@given(_NAME, _NAME, st.booleans())
def test_names_with_special_signs_come_back_as_they_were(name, number, bad):
    def released(text):
        return "".join(f"?{sign}" if sign in "?:+'" else sign for sign in text)

    raw = (
        f"UNB+UNOC:3+{released(name)}:ZZ+US:ZZ+250603:1200+{released(number)}'"
        f"UNH+1+IFTSTA:D:04A:UN'BGM+77'UNT+3+1'UNZ+1+{released(number)}'"
    ).encode("iso-8859-1")
    faults = [Fault(answer.SEGMENT, 0, 0, 0)] if bad else []
    _reply, found = _answered(raw, faults, "contrl")
    assert found["receiver"] == name
    assert found["groups"][0]["messages"][0]["segments"][0][1] == [number]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::SyntaxWarning")
@given(st.lists(st.booleans(), min_size=1, max_size=5))
def test_another_library_reads_the_same_contrl(wrong):
    faults = [
        Fault(answer.ELEMENT, 0, 0, i, segment="STS", position=4, element=1)
        for i, bad in enumerate(wrong)
        if bad
    ]
    (reply,) = answers(Policy("contrl"), edifact.interchange([MESSAGE] * len(wrong)), faults)
    text = reply.content(AT, 12).decode("iso-8859-1")
    theirs = Interchange.from_str(text)
    (message,) = theirs.get_messages()
    actions = [each.elements[2] for each in message.segments if each.tag == "UCM"]
    assert actions == ["4" if bad else "7" for bad in wrong]


@given(st.data())
def test_whatever_comes_is_answered_by_what_edifact_can_read(data):
    raw = _damaged(data, edifact.interchange([MESSAGE] * 2) + edifact.interchange([MESSAGE]))
    readable = _reads("edifact", raw)
    for reply in answers(Policy("contrl"), raw, refused=not readable):
        assert readable or reply.word == "rejected"
        (found,) = decode("edifact", reply.content(AT, 7))["interchanges"]
        assert found["groups"][0]["messages"][0]["type"] == "CONTRL"
