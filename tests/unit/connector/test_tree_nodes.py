from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.expression import Expression
from odoo.addons.logistics_carrier_connector.core.tree_nodes import nodes

_NAMES = st.sampled_from(["a", "code", "_type", "with-dash", "1", 'quo"te', "é", ""])
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just(Decimal("1.50")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


def _all(listed):
    for node in listed:
        yield node
        yield from _all(node.get("children", []))


def _values(tree):
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for value in parts:
        yield value
        yield from _values(value)


@given(_TREES)
def test_every_path_leads_to_its_value(tree):
    found, cut = nodes(tree, 1000)
    listed = list(_all(found))
    assert not cut
    assert len(listed) == len(list(_values(tree)))
    for node, value in zip(listed, _values(tree), strict=True):
        assert Expression(node["path"]).find(tree) == value


def test_values_are_texts_and_long_ones_are_cut():
    found, _cut = nodes({"a": None, "b": True, "c": Decimal("1.50"), "d": "x" * 300, "e": []}, 10)
    assert [node["value"] for node in found] == ["null", "true", "1.50", "x" * 200 + "…", "[]"]


def test_what_has_parts_says_how_many():
    found, _cut = nodes({"events": [{"code": "D"}]}, 10)
    assert found[0]["kind"], found[0]["count"] == ("list", 1)
    assert found[0]["children"][0]["kind"] == "object"
    assert found[0]["children"][0]["children"][0]["path"] == "events[0].code"


@given(_TREES, st.integers(0, 5))
def test_there_are_never_more_than_were_asked_for(tree, most):
    found, cut = nodes(tree, most)
    total = len(list(_values(tree)))
    assert len(list(_all(found))) == min(total, most)
    assert cut == (total > most)
