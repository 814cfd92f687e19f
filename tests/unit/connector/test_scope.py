"""What is around an item is looked at once, and messages that make too much work are refused."""

from datetime import UTC, datetime

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.expression import Expression
from odoo.addons.logistics_carrier_connector.core.profile import load
from odoo.addons.logistics_carrier_connector.core.scope import (
    Scope,
    TooMuchWork,
    Work,
    names_at_root,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROFILE = """
profile: many_notes
version: 1
name: Many notes
format: json
each:
  - stop: stops
  - event: events
references:
  - {scheme: tracking, value: stop.number}
code:
  keys:
    - [event.code]
  text: "%s"
time:
  - {at: event.at}
codes:
  - {codes: [D], milestone: delivered}
"""


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("stop.K1[].e01", {"stop"}),
        ("stop.K1[?e01 == 'X'].e02 | [0]", {"stop"}),
        ("[stop.a, event.b][] | [0]", {"stop", "event"}),
        ("join(' ', [not_null(stop.a, ''), event.b])", {"stop", "event"}),
        ("sort_by(stop.list, &day)[0].name", {"stop"}),
        ("{one: stop.a, other: asked.number}.one", {"stop", "asked"}),
        ("stop.a || event.a && !event.b", {"stop", "event"}),
        ("stop.*.name", {"stop"}),
        ("stop.list[1:3]", {"stop"}),
        ("'word'", set()),
        ("@", None),
        ("keys(@)", None),
        ("[]", None),
        ("*.name", None),
    ],
)
def test_the_names_that_an_expression_looks_at_are_known(source, names):
    assert names_at_root(jmespath.compile(source).parsed) == names


def _scopes():
    """Two stops with two events each."""
    whole = Scope({"asked": {}}, Work({}))
    stops = [whole.inside("stop", {"name": name}) for name in "AB"]
    return [stop.inside("event", {"code": code}) for stop in stops for code in "DE"]


def test_neighbors_share_what_was_found_around_them_and_nothing_else():
    first, second, third, _fourth = _scopes()
    around = frozenset({"stop"})
    assert first.memory(around) is second.memory(around)
    assert first.memory(around) is not third.memory(around)
    assert first.memory(frozenset({"asked"})) is third.memory(frozenset({"asked"}))
    assert first.memory(frozenset({"asked", "stop"})) is first.memory(around)
    assert first.memory(frozenset({"event"})) is None
    assert first.memory(frozenset({"event", "stop"})) is None
    assert first.memory(None) is None


def test_further_values_are_not_shared():
    first = _scopes()[0]
    further = first.also(mapped={"milestone": "delivered"})
    assert further["mapped"] == {"milestone": "delivered"} and "mapped" not in first
    assert further.memory(frozenset({"mapped"})) is None
    assert further.memory(frozenset({"stop"})) is first.memory(frozenset({"stop"}))


@given(st.permutations(range(4)), st.sampled_from(["stop.name | @", "[stop.name, event.code]"]))
def test_an_expression_finds_the_same_in_whatever_order_it_is_asked(order, source):
    scopes, expression = _scopes(), Expression(source)
    found = {place: expression.find(scopes[place]) for place in order}
    for place, scope in enumerate(scopes):
        assert found[place] == jmespath.search(source, dict(scope))


def _message(events, notes):
    event = {"code": "D", "at": "2026-03-02T10:00:00Z"}
    note = {"text": "ok"}
    return {"stops": [{"number": "S1", "events": [event] * events, "notes": [note] * notes}]}


def _read(text, tree):
    return mapping.apply(load(PROFILE % text), tree, NOW)


def test_the_work_of_notes_around_many_events_does_not_grow_with_their_product(monkeypatch):
    spent = []
    spend = Work.spend
    monkeypatch.setattr(
        Work, "spend", lambda self, steps: (spent.append(steps), spend(self, steps))[1]
    )
    result = _read("stop.notes[].text", _message(400, 2000))
    assert len(result.facts) == 400
    assert result.facts[0].raw_text.startswith("ok ok")
    assert sum(spent) < 20_000


def test_a_text_for_people_is_kept_within_bounds():
    [fact] = _read("stop.notes[].text", _message(1, 5000)).facts
    assert len(fact.raw_text) == 2000


def test_a_message_that_makes_far_more_work_than_its_size_explains_is_refused_whole():
    result = _read("[event.code, stop.notes[].text][] | [0]", _message(400, 2000))
    assert not result.facts
    [problem] = result.problems
    assert "far more work" in problem.reason


def test_a_big_message_may_take_more_steps_than_a_small_one():
    small, big = Work({}), Work([0] * 100_000)
    big.spend(2_000_000)
    with pytest.raises(TooMuchWork):
        small.spend(2_000_000)
    with pytest.raises(TooMuchWork):
        big.spend(20_000_000)


def test_a_shipment_with_hundreds_of_names_is_a_problem_of_its_item():
    numbers = [f"S{number}" for number in range(201)]
    event = {"code": "D", "at": "2026-03-02T10:00:00Z"}
    tree = {"stops": [{"number": numbers, "events": [event]}]}
    [problem] = _read("event.code", tree).problems
    assert "200 names" in problem.reason
    tree["stops"][0]["number"] = numbers[:200]
    assert len(_read("event.code", tree).facts[0].references) == 200


def test_neighbors_share_the_names_that_stand_around_them():
    first, second = _read("event.code", _message(2, 0)).facts
    assert first.references is second.references
