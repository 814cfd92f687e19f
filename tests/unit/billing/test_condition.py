"""Conditions of rates: a closed vocabulary, evaluated without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_billing_rules.core.condition import (
    DATE,
    NUMBER,
    RECORD,
    RECORDS,
    TEXT,
    Condition,
    ConditionError,
    Term,
    read,
)

VOCABULARY = {
    "weight": NUMBER,
    "mode": TEXT,
    "zip": TEXT,
    "day": DATE,
    "country": RECORD,
    "tags": RECORDS,
}
SHIPMENT = {
    "weight": Decimal("30.5"),
    "mode": "ltl",
    "zip": "80331",
    "day": date(2026, 12, 24),
    "country": 57,
    "tags": {3, 8},
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("[]", True),
        ("[('weight', '>', 30)]", True),
        ("[('weight', '>', 30.5)]", False),
        ("[('weight', '>=', '30.5')]", True),
        ("[('mode', '=', 'ltl')]", True),
        ("[('mode', '!=', 'ltl')]", False),
        ("[('mode', 'in', ['ftl', 'ltl'])]", True),
        ("[('mode', 'not in', ['ftl', 'ltl'])]", False),
        ("[('zip', '=ilike', '803%')]", True),
        ("[('zip', '=ilike', '03%')]", False),
        ("[('zip', 'ilike', '033')]", True),
        ("[('zip', 'not ilike', '033')]", False),
        ("[('zip', '=ilike', '8_331')]", True),
        ("[('zip', '=ilike', '8.331')]", False),
        ("[('day', '>=', '2026-11-15'), ('day', '<=', '2027-01-15')]", True),
        ("[('day', '<', '2026-11-15')]", False),
        ("[('country', '=', 57)]", True),
        ("[('country', 'in', [1, 2])]", False),
        ("[('tags', 'in', [8, 9])]", True),
        ("[('tags', '=', 3)]", True),
        ("[('tags', 'not in', [3])]", False),
        ("[('tags', '!=', 4)]", True),
        ("['|', ('weight', '>', 1000), ('mode', '=', 'ltl')]", True),
        ("['&', ('weight', '>', 1000), ('mode', '=', 'ltl')]", False),
        ("['!', ('weight', '>', 1000)]", True),
        ("['|', '&', ('weight', '>', 9), ('mode', '=', 'air'), ('country', '=', 57)]", True),
        ("[('weight', '>', 9), '|', ('mode', '=', 'air'), ('country', '=', 58)]", False),
    ],
)
def test_a_condition_holds_or_does_not(text, holds) -> None:
    assert read(text, VOCABULARY).holds(SHIPMENT) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("[('mode', '=', False)]", True),
        ("[('mode', '!=', False)]", False),
        ("[('mode', '=', 'ltl')]", False),
        ("[('mode', '!=', 'ltl')]", True),
        ("[('mode', 'not in', ['ltl'])]", True),
        ("[('weight', '<', 1000000)]", False),
        ("[('weight', '>', 0)]", False),
        ("[('zip', 'ilike', '')]", False),
        ("[('zip', 'not ilike', '8')]", True),
        ("[('tags', '=', False)]", True),
    ],
)
def test_a_field_without_a_value_compares_as_in_odoo(text, holds) -> None:
    assert read(text, VOCABULARY).holds({"tags": set()}) is holds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[('partner_id.vat', '=', 'x')]", "cannot use “partner_id.vat”"),
        ("[('weight', 'child_of', 3)]", "cannot be compared with “child_of”"),
        ("[('mode', '>', 'a')]", "cannot be compared with “>”"),
        ("[('weight', '>', 'heavy')]", "is a number"),
        ("[('weight', '>', True)]", "is a number"),
        ("[('weight', '>', 'NaN')]", "is a number"),
        ("[('day', '>', 'today')]", "is a date"),
        ("[('country', '=', 'DE')]", "is a record"),
        ("[('mode', 'in', 'ltl')]", "with a list"),
        ("['|', ('weight', '>', 3)]", "nothing to combine"),
        ("['!']", "nothing to combine"),
        ("[('weight', '>')]", "is no comparison"),
        ("[3]", "is no comparison"),
        ("{'weight': 3}", "list of comparisons"),
        ("__import__('os').system('true')", "cannot be read"),
        ("[('weight', '>', uid)]", "cannot be read"),
        ("[" * 5000, "cannot be read"),
        ("[" + "('weight', '>', 1)," * 600 + "]", "too long"),
        ("[" + "(" * 90 + ")" * 90 + "]", "is no comparison"),
    ],
)
def test_what_is_no_condition_is_refused_with_a_reason(text, why) -> None:
    with pytest.raises(ConditionError, match=why):
        read(text, VOCABULARY)


def test_it_says_which_fields_it_looks_at() -> None:
    assert read("['|', ('weight', '>', 1), ('mode', '=', 'x')]", VOCABULARY).fields == {
        "weight",
        "mode",
    }


terms = st.builds(
    Term,
    st.just("weight"),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.decimals(-50, 50, places=1),
)
values = st.fixed_dictionaries({"weight": st.decimals(-50, 50, places=1)})


@given(terms, terms, values)
def test_the_operators_are_those_of_logic(one, other, known) -> None:
    def holds(*prefix: Term | str) -> bool:
        return Condition(prefix).holds(known)

    assert holds("!", "&", one, other) == holds("|", "!", one, "!", other)
    assert holds(one, other) == holds("&", one, other)
    assert holds("!", "!", one) == holds(one)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text) -> None:
    try:
        read(text, VOCABULARY).holds(SHIPMENT)
    except ConditionError:
        pass
