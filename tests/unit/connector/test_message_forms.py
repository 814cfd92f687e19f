"""The forms that one message takes on its way: what a profile reads does not depend on them.

Carriers list events forward and backward, gateways write a list of one as its element, numbers turn
into texts, and a message about nothing comes before any event. Each sample is put into these forms.
"""

import copy
import json
from decimal import Decimal

import pytest

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.scope import Scope, Work
from odoo.addons.logistics_milestone_sync.core.fact import to_json

from .builders import profile
from .test_samples import NAMES, NOW, WITHOUT, _sample

SAMPLED = [name for name in NAMES if name not in WITHOUT]
# In interchanges the order of segments means something.
ANSWERS = [name for name in SAMPLED if profile(name).format in ("json", "xml", "epcis")]
# What an event is about stands in the same list as the event.
TOGETHER = ("terminal49",)
JSON = [name for name in SAMPLED if profile(name).format == "json"]


def _changed(tree, change):
    """A copy in which every value went through ``change``, the inner ones first."""
    if isinstance(tree, dict):
        tree = {name: _changed(value, change) for name, value in tree.items()}
    elif isinstance(tree, list):
        tree = [_changed(value, change) for value in tree]
    return change(tree)


def _is_listed(value):
    return isinstance(value, list) and value and all(isinstance(each, dict) for each in value)


def _backward(value):
    return value[::-1] if _is_listed(value) else value


def _doubled(value):
    return [*value, *copy.deepcopy(value)] if _is_listed(value) else value


def _element(value):
    return value[0] if _is_listed(value) and len(value) == 1 else value


def _as_text(value):
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return str(value) if is_number else value


def _as_number(value):
    if not isinstance(value, str) or not value.isdigit() or not value.isascii():
        return value
    return int(value) if str(int(value)) == value else value


def _with_nulls(value):
    return {**value, "never_heard_of": None, "nor_of": []} if isinstance(value, dict) else value


def _apply(name, tree):
    _raw, asked, _expected = _sample(name)
    return mapping.apply(profile(name), tree, NOW, asked)


def _tree(name):
    return decode(profile(name).format, _sample(name)[0])


def _said(result):
    """The facts as a set; names of a shipment have no order either."""
    stated = [to_json(fact) for fact in result.facts]
    for fact in stated:
        fact["references"] = sorted(fact["references"], key=str)
    return {json.dumps(fact, sort_keys=True) for fact in stated}


def _same(name, change):
    before, after = _apply(name, _tree(name)), _apply(name, _changed(_tree(name), change))
    assert (after.problems, after.unmapped, after.carrier_error) == ([], {}, None)
    assert _said(after) == _said(before)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_order_of_a_message_says_nothing(name):
    _same(name, _backward)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_said_twice_is_the_same_facts(name):
    _same(name, _doubled)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_list_of_one_may_be_written_as_its_element(name):
    _same(name, _element)


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("change", [_as_text, _as_number, _with_nulls])
def test_numbers_may_be_texts_and_fields_may_be_added(name, change):
    _same(name, change)


# === Events taken out, one after the other === #


def _events(name, tree):
    """The objects of the message that are its events."""
    rules = profile(name)
    asked = _sample(name)[1]
    around = Scope({"asked": asked or {}}, Work(tree))
    scopes = mapping.scopes(rules, tree, around)
    return [scope[rules.each[-1].name] for _path, scope in scopes]


def _lists_of(events, tree):
    """Ids of the lists in which these very events stand."""
    found, stack, wanted = set(), [tree], {id(event) for event in events}
    while stack:
        node = stack.pop()
        if isinstance(node, list) and any(id(each) in wanted for each in node):
            found.add(id(node))
        stack.extend(node.values() if isinstance(node, dict) else ())
        stack.extend(node if isinstance(node, list) else ())
    return found


def _with_events(tree, lists, change):
    """A copy with the lists of events replaced by what ``change`` makes of them."""
    if id(tree) in lists:
        return change(tree)
    if isinstance(tree, dict):
        return {name: _with_events(value, lists, change) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_with_events(value, lists, change) for value in tree]
    return tree


def _without_events(name, empty):
    tree = _tree(name)
    return _with_events(tree, _lists_of(_events(name, tree), tree), lambda _events: empty)


@pytest.mark.parametrize("name", [name for name in ANSWERS if name not in TOGETHER])
@pytest.mark.parametrize("kept", [0, -1])
def test_a_single_event_is_read_like_among_others(name, kept):
    """Estimates are stated once with the newest event, so they may move."""
    tree = _tree(name)
    lists = _lists_of(_events(name, tree), tree)
    result = _apply(name, _with_events(tree, lists, lambda events: [events[kept]]))
    assert (result.problems, result.unmapped, result.carrier_error) == ([], {}, None)
    whole = {fact for fact in _said(_apply(name, _tree(name))) if "eta_changed" not in fact}
    assert {fact for fact in _said(result) if "eta_changed" not in fact} <= whole


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("empty", [[], None, "", {}], ids=repr)
def test_before_the_first_event_nobody_has_to_look(name, empty):
    """What such an answer still tells, a status without a time, is a problem of that item alone."""
    result = _apply(name, _without_events(name, empty))
    assert result.unmapped == {}
    told = {problem.reason for problem in result.problems}
    assert told <= {"no date", "no reference to a shipment"}, told


@pytest.mark.parametrize("name", ANSWERS)
def test_a_code_that_nobody_knows_touches_no_other_event(name):
    tree = _tree(name)
    before = _apply(name, tree)
    index = next(index for index, item in enumerate(before.items) if item.facts)
    raw_code = before.items[index].facts[0].raw_code
    codes = set(raw_code.replace("/", " ").split()) | {raw_code}
    after = _apply(name, _replaced(tree, id(_events(name, tree)[index]), codes))
    assert _others(after, index) == _others(before, index)


def _others(result, index):
    """What the other items state as they happened; an estimate moves with the newest event."""
    return [item.facts[:1] for number, item in enumerate(result.items) if number != index]


def _replaced(tree, event, codes):
    """A copy in which the codes of one event are words that mean nothing."""

    def strange(value):
        return "ZZ unheard of" if isinstance(value, str) and value.strip() in codes else value

    if id(tree) == event:
        return _changed(tree, strange)
    if isinstance(tree, dict):
        return {name: _replaced(value, event, codes) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_replaced(value, event, codes) for value in tree]
    return tree


@pytest.mark.parametrize("name", ANSWERS)
def test_every_field_may_be_missing(name):
    """Each value is taken out in turn: the message has a fate, whatever that is."""
    for path in _paths(_tree(name)):
        tree = _tree(name)
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        result = _apply(name, tree)
        fates = [result.facts, result.problems, result.unmapped, result.carrier_error]
        assert any(fates) or result.ignored, path


def _paths(tree, path=()):
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for step, value in pairs:
        yield (*path, step)
        if isinstance(value, dict | list):
            yield from _paths(value, (*path, step))
