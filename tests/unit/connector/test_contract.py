from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.contract import (
    MAX_PROBLEMS,
    check,
    check_schema,
    path_text,
)
from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid

SCHEMA = {
    "type": "object",
    "required": ["id", "events"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Z0-9]+$"},
        "weight": {"type": ["number", "null"], "maximum": 100},
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "at": {"type": "string", "format": "date-time"},
                    "kind": {"enum": ["in", "out"]},
                },
            },
        },
    },
}


def _found(tree) -> set[str]:
    return {str(problem) for problem in check(SCHEMA, tree)}


def test_a_message_that_was_agreed_has_no_problems():
    tree = {"id": "A1", "weight": Decimal("99.5"), "events": [{"at": "2025-06-03T12:00:00Z"}]}
    assert check(SCHEMA, tree) == []


def test_problems_say_where_and_which_rule():
    tree = {"id": 7, "weight": Decimal("100.5"), "events": [{}, {"at": "noon", "kind": "up"}]}
    assert _found(tree) == {
        "id: must be of type string",
        "weight: breaks the rule maximum 100",
        "events[1].at: must be a date-time",
        "events[1].kind: must be one of in, out",
    }


def test_missing_and_unknown_names_are_named():
    found = _found({"id": "A1", "evnts": []})
    assert any("events" in each and "required" in each for each in found)
    assert any("evnts" in each for each in found)


def test_several_types_are_told():
    assert _found({"id": "A1", "events": [], "weight": "x"}) == {
        "weight: must be of type number or null"
    }


def test_a_problem_never_quotes_the_value():
    secret = "4111-1111-1111-1111"
    assert check(SCHEMA, {"id": secret, "events": [secret]})
    assert not any(secret in each for each in _found({"id": secret, "events": [secret]}))


def test_the_list_of_problems_ends():
    assert len(check({"items": {"type": "string"}}, [1] * 500)) == MAX_PROBLEMS


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"properties": {"a": {"$ref": "https://example.com/x#/definitions/a"}}},
        {"$ref": "#/nowhere"},
        {"type": "objec"},
        {"pattern": "(?=look)ahead"},
        {"pattern": "(back)\\1"},
        {"pattern": "("},
        {"properties": {"a": {1, 2}}},
    ],
)
def test_a_schema_that_fetches_backtracks_or_is_none_is_refused(schema):
    with pytest.raises(ConfigurationInvalid):
        check_schema(schema)
    with pytest.raises(ConfigurationInvalid):
        check(schema, {})


def test_a_schema_in_a_file_that_exists_is_not_read(tmp_path):
    (tmp_path / "name.json").write_text('{"type": "string"}')
    with pytest.raises(ConfigurationInvalid, match="not fetched"):
        check_schema({"$ref": (tmp_path / "name.json").as_uri()})


def test_references_inside_the_schema_work():
    schema = {"$defs": {"name": {"type": "string"}}, "items": {"$ref": "#/$defs/name"}}
    assert [str(each) for each in check(schema, ["a", 1])] == ["[1]: must be of type string"]


def test_a_hostile_pattern_is_matched_in_linear_time():
    assert check({"pattern": "^(a+)+$"}, "a" * 50_000 + "!")


def test_paths_read_like_code():
    assert path_text(["events", 3, "at"]) == "events[3].at"
    assert path_text([0, "a"]) == "[0].a"
    assert path_text([]) == ""


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "events", "weight", "at"]), inner, max_size=3),
    max_leaves=10,
)


@given(_TREES)
def test_any_tree_is_judged(tree):
    for problem in check(SCHEMA, tree):
        assert problem.reason
