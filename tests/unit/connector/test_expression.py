import hashlib
from decimal import Decimal

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.expression import EvaluationFailed, Expression


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" x ", "x"),
        (0, "0"),
        (Decimal("1.50"), "1.50"),
        (True, "true"),
        (False, "false"),
        (["a", ["b", None], " "], "a b"),
    ],
)
def test_scalars_and_lists_of_scalars_are_texts(value, text):
    assert Expression("a").text({"a": value}) == text


def test_an_object_is_no_text():
    with pytest.raises(EvaluationFailed, match="found an object"):
        Expression("a").text({"a": {"b": 1}})


@pytest.mark.parametrize(
    "source",
    ["a..b", "a[", "[?", "a ||", "(" * 5000, "nonsense(", "nosuch(a)"]
    + ["a[?nosuch(b)]", "{a: upper(a, b)}", "upper()", "join(',')", "not_null()"],
)
def test_what_is_no_expression_is_refused_when_it_is_written(source):
    with pytest.raises(ConfigurationInvalid, match="not a JMESPath"):
        Expression(source)


@pytest.mark.parametrize(
    ("source", "scope"),
    [
        ("join(',', a)", {"a": "secret"}),
        ("after(a, 'x')", {"a": 3}),
        ("a[::0]", {"a": [1]}),
        ("sort_by(a, &b)", {"a": [{"b": 1}, {"b": "x"}]}),
    ],
)
def test_an_expression_that_does_not_fit_the_message_fails_as_such(source, scope):
    with pytest.raises(EvaluationFailed, match="does not fit the message") as caught:
        Expression(source).find(scope)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SIGNED BY J SMITH", "J SMITH"),
        ("Signed by: J Smith ", "J Smith"),
        ("  signed by - J", "J"),
        ("SIGNED BY", None),
        ("SIGNED BYRON", None),
        ("NOT SIGNED BY J", None),
        ("", None),
        (None, None),
    ],
)
def test_after_reads_what_follows_a_label(text, name):
    assert Expression("after(t, 'SIGNED BY')").find({"t": text}) == name


def test_upper_takes_nothing_for_nothing():
    assert Expression("upper(t)").find({"t": "abc"}) == "ABC"
    assert Expression("upper(t)").find({}) is None


def test_a_document_is_known_by_its_digest():
    expression = Expression("sha256_of_base64(t)")
    assert expression.find({"t": "aGVsbG8="}) == hashlib.sha256(b"hello").hexdigest()
    assert expression.find({"t": "not base64!"}) is None
    assert expression.find({"t": "é"}) is None
    assert expression.find({}) is None


def test_holds_follows_the_truth_of_jmespath():
    for value in (None, False, "", [], {}):
        assert not Expression("a").holds({"a": value})
    for value in (True, 0, "0", [None], {"b": None}, Decimal(0)):
        assert Expression("a").holds({"a": value})


_NAMES = st.sampled_from(["a", "b", "c"])
_KEYS = _NAMES | st.sampled_from(["0", "1"])
_TREES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=20,
)
_PATHS = st.builds(
    lambda first, rest: first + "".join(rest),
    _NAMES,
    st.lists(_NAMES.map(".{}".format) | st.integers(0, 3).map("[{}]".format), max_size=4),
)


def test_a_number_in_brackets_leads_into_lists():
    assert Expression("a[1]").find({"a": ["x"]}) is None
    assert Expression("a[0].b").find({"a": [{"b": "x"}]}) == "x"
    assert Expression("a[0]").find({"a": "x"}) is None


@pytest.mark.parametrize(
    "source",
    ["a[0].b", "(a[0].b)", "(a[-1].b)", "a[].b", "a[*].b", "a[?b].b", "a[?b == 'x'] | [0].b"],
)
def test_one_element_is_found_with_and_without_a_list_around_it(source):
    expression = Expression(source)
    assert expression.find({"a": {"b": "x"}}) == expression.find({"a": [{"b": "x"}]})
    assert expression.text({"a": {"b": "x"}}) == "x"


def test_an_object_has_no_second_element():
    assert Expression("a[1]").find({"a": {"0": "x", "1": "y"}}) is None
    assert Expression("(a[1])").find({"a": {"0": "x", "1": "y"}}) is None


@pytest.mark.parametrize("empty", [None, [], {}, ""])
def test_nothing_has_no_elements(empty):
    assert Expression("a").each({"a": empty}) == []
    assert Expression("a[?b]").each({"a": empty}) == []


def test_what_is_no_list_is_its_only_element():
    assert Expression("a").each({"a": ["x", "y"]}) == ["x", "y"]
    assert Expression("a").each({"a": {"b": 1}}) == [{"b": 1}]
    assert Expression("a").each({"a": 0}) == [0]


@given(_PATHS, _TREES)
def test_walking_a_plain_path_finds_what_interpreting_it_finds(path, tree):
    assert Expression(path).find(tree) == Expression(f"({path})").find(tree)


@given(_PATHS, _TREES)
def test_what_jmespath_finds_is_found(path, tree):
    found = jmespath.search(path, tree)
    if found is not None:
        assert Expression(path).find(tree) == found
