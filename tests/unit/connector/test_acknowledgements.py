"""997, 999 and CONTRL: what goes back for what came."""

from datetime import datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyx12.x12file import X12Reader

from odoo.addons.logistics_carrier_connector.core.codecs import decode, edifact_ack, x12_ack
from odoo.addons.logistics_carrier_connector.core.codecs.edifact_ack import MessageProblem
from odoo.addons.logistics_carrier_connector.core.codecs.x12_ack import Acknowledgement, SetProblem

from . import edifact
from .builders import interchange

AT = datetime(2025, 6, 3, 14, 30)
ONE = ["B10*P1*S1*RIVR", "LX*1", "AT7*D1*NS***20250603*1100*UT"]


def _x12(sets, problems, kind="997"):
    """The segments that answer an interchange of some sets, without the envelope."""
    came = decode("x12", interchange(sets))["interchanges"][0]
    raw = x12_ack.render(came, problems, Acknowledgement(AT, 5, kind))
    answer = decode("x12", raw)["interchanges"][0]
    return answer, answer["groups"][0]["transactions"][0]["segments"]


def test_accepted_sets_are_acknowledged_one_by_one():
    answer, segments = _x12([ONE, ONE], {})
    assert (answer["sender"], answer["receiver"]) == ("SHIPPER", "RIVR")
    assert answer["control_number"] == "000000005"
    assert segments == [
        ["AK1", "QM", "7"],
        ["AK2", "214", "0001"],
        ["AK5", "A"],
        ["AK2", "214", "0002"],
        ["AK5", "A"],
        ["AK9", "A", "2", "2", "2"],
    ]


@pytest.mark.parametrize(
    ("bad", "verdict", "accepted"), [([], "A", "2"), ([1], "P", "1"), ([0, 1], "R", "0")]
)
def test_the_group_is_accepted_partly_or_not_at_all(bad, verdict, accepted):
    problems = {(0, index): [SetProblem("AT7", 4)] for index in bad}
    _answer, segments = _x12([ONE, ONE], problems)
    assert segments[-1] == ["AK9", verdict, "2", "2", accepted]
    assert segments.count(["AK3", "AT7", "4", "", "8"]) == len(bad)


def test_999_is_the_same_in_its_own_words():
    answer, segments = _x12([ONE], {(0, 0): [SetProblem("AT7", 4)]}, "999")
    assert (answer["version"], answer["groups"][0]["version"]) == ("00501", "005010X231A1")
    assert [segment[0] for segment in segments] == ["AK1", "AK2", "IK3", "IK5", "AK9"]


def test_an_acknowledgement_is_not_acknowledged():
    came = decode("x12", interchange([ONE]))["interchanges"][0]
    raw = x12_ack.render(came, {}, Acknowledgement(AT, 5))
    answer = decode("x12", raw)["interchanges"][0]
    assert x12_ack.render(answer, {}, Acknowledgement(AT, 6)) == b""


@given(
    st.lists(st.booleans(), min_size=1, max_size=6),
    st.sampled_from(["997", "999"]),
    st.integers(1, 999_999_999),
)
def test_what_we_answer_is_an_interchange_for_us_and_for_another_reader(wrong, kind, number):
    came = decode("x12", interchange([ONE] * len(wrong)))["interchanges"][0]
    problems = {(0, i): [SetProblem()] for i, bad in enumerate(wrong) if bad}
    raw = x12_ack.render(came, problems, Acknowledgement(AT, number, kind))
    segments = decode("x12", raw)["interchanges"][0]["groups"][0]["transactions"][0]["segments"]
    reader = X12Reader(StringIO(raw.decode()))
    theirs = [segment.get_seg_id() for segment in reader]
    assert reader.pop_errors() == []
    assert theirs == ["ISA", "GS", "ST", *(segment[0] for segment in segments), "SE", "GE", "IEA"]
    assert segments[-1][4] == str(wrong.count(False))


MESSAGE = ["BGM+77+S1+9", "CNI+1+S1", "STS+1+I"]


def _contrl(problems, count=1):
    came = decode("edifact", edifact.interchange([MESSAGE] * count))["interchanges"][0]
    raw = edifact_ack.render(came, problems, AT, "A?1")
    answer = decode("edifact", raw)["interchanges"][0]
    return answer, answer["groups"][0]["messages"][0]


def test_contrl_answers_the_interchange_and_every_message():
    answer, message = _contrl({(0, 1): [MessageProblem("13", 3)]}, count=2)
    assert (answer["sender"], answer["receiver"], answer["control_number"]) == (
        "US",
        "CARRIER",
        "A?1",
    )
    assert (message["type"], message["version"]) == ("CONTRL", "4")
    assert message["segments"] == [
        ["UCI", ["77"], ["CARRIER", "ZZ"], ["US", "ZZ"], ["7"]],
        ["UCM", ["1"], ["IFTSTA", "D", "04A", "UN"], ["7"]],
        ["UCM", ["2"], ["IFTSTA", "D", "04A", "UN"], ["4"]],
        ["UCS", ["3"], ["13"]],
    ]


def test_a_problem_of_a_whole_message_stands_with_the_message():
    _answer, message = _contrl({(0, 0): [MessageProblem("12")]})
    assert message["segments"][1] == ["UCM", ["1"], ["IFTSTA", "D", "04A", "UN"], ["4"], ["12"]]


def test_contrl_is_not_answered():
    came = decode("edifact", edifact.interchange([["UCI+1+A+B+7"]], "CONTRL:4:1:UN"))
    assert edifact_ack.render(came["interchanges"][0], {}, AT, "1") == b""
