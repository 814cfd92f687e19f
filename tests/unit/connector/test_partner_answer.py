"""What partners answer to what we sent."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.acknowledgement import Policy, answers
from odoo.addons.logistics_carrier_connector.core.codecs import answer, decode
from odoo.addons.logistics_carrier_connector.core.codecs.answer import Fault
from odoo.addons.logistics_carrier_connector.core.partner_answer import answers_in, only_answers

from . import edifact
from .builders import interchange, isa

AT = datetime(2025, 6, 3, 14, 30)
STATUS = ["B10*P1*S1*RIVR", "AT7*D1*NS***20250603*1100*UT"]


def _answer_to(raw, kind, faults=()):
    (reply,) = answers(Policy(kind), raw, faults)
    return decode("edifact" if kind == "contrl" else "x12", reply.content(AT, 31))


@pytest.mark.parametrize("kind", ["997", "999"])
@given(wrong=st.lists(st.booleans(), min_size=1, max_size=4))
def test_what_we_write_is_what_is_read(kind, wrong):
    faults = [Fault(answer.SEGMENT, 0, 0, i) for i, bad in enumerate(wrong) if bad]
    tree = _answer_to(interchange([STATUS] * len(wrong)), kind, faults)
    assert only_answers(tree)
    (told,) = answers_in(tree)
    assert (told.kind, told.about, told.partner) == (kind, "7", "SHIPPER")
    # Partly accepted means that something was rejected.
    assert told.word == ("rejected" if any(wrong) else "accepted")
    assert told.detail.startswith("AK1*QM*7")


@given(wrong=st.lists(st.booleans(), min_size=1, max_size=4))
def test_contrl_names_the_interchange(wrong):
    faults = [Fault(answer.SEGMENT, 0, 0, i) for i, bad in enumerate(wrong) if bad]
    tree = _answer_to(edifact.interchange([["BGM+77"]] * len(wrong)), "contrl", faults)
    assert only_answers(tree)
    (told,) = answers_in(tree)
    assert (told.kind, told.about, told.partner) == ("contrl", "77", "US")
    assert told.word == ("rejected" if any(wrong) else "accepted")
    assert told.detail.startswith("UCI+77+CARRIER:ZZ+US:ZZ+7")


@pytest.mark.parametrize(
    ("code", "word"), [("A", "accepted"), ("E", "errors"), ("R", "rejected"), ("?", "rejected")]
)
def test_a_receipt_names_the_interchange(code, word):
    raw = isa() + f"TA1*000000042*250603*1200*{code}*000~IEA*0*000000001~"
    tree = decode("x12", raw.encode())
    assert only_answers(tree)
    (told,) = answers_in(tree)
    assert (told.kind, told.about, told.word) == ("ta1", "000000042", word)


def test_statuses_are_no_answers():
    tree = decode("x12", interchange([STATUS]))
    assert not only_answers(tree)
    assert answers_in(tree) == []
    assert not only_answers({"interchanges": []})
    assert not only_answers([])


def test_an_answer_beside_statuses_is_read_and_the_rest_is_not_passed_over():
    raw = interchange([STATUS]).replace(b">~GS", b">~TA1*000000042*250603*1200*A*000~GS")
    tree = decode("x12", raw)
    assert not only_answers(tree)
    assert [told.about for told in answers_in(tree)] == ["000000042"]


def test_an_answer_that_says_nothing_is_rejected_not_accepted():
    raw = interchange([["AK1*QM*7"]], code="997").replace(b"GS*QM", b"GS*FA")
    (told,) = answers_in(decode("x12", raw))
    assert told.word == "rejected"
