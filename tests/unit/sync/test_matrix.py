"""The matrix shows what the rules decide, cell by cell."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.matrix import NO_RULE, OWN, SHARED, Speaker, row
from odoo.addons.logistics_milestone_sync.core.ownership import (
    ACCEPT,
    ADVISORY,
    CHARGE,
    MILESTONE,
    REJECT,
    VERDICTS,
    Rule,
    Topic,
    judge,
)

PICKED = Topic(MILESTONE, "picked")
RULES = [
    Rule(1, ACCEPT, "picked", "wms", shared=True),
    Rule(2, ACCEPT, "picked", "tms", priority=30),
    Rule(3, REJECT, "picked", system_id=7),
    Rule(4, ACCEPT, "", "carrier", priority=20, shared=True),
]


def test_owners_are_numbered_by_their_priority():
    speakers = [Speaker("tms"), Speaker("wms"), Speaker("carrier"), Speaker("crm")]
    assert [cell.rank for cell in row(RULES, PICKED, speakers)] == [3, 1, 2, 0]


def test_a_cell_says_where_its_rule_comes_from():
    speakers = [Speaker("wms"), Speaker("wms", 7), Speaker("carrier"), Speaker("crm")]
    cells = row(RULES, PICKED, speakers)
    assert [cell.origin for cell in cells] == [SHARED, OWN, SHARED, NO_RULE]
    assert [cell.exact for cell in cells] == [True, True, False, False]
    assert [cell.verdict for cell in cells] == [ACCEPT, REJECT, ACCEPT, ADVISORY]


def test_a_system_without_a_rule_of_its_own_shares_the_cell_of_its_kind():
    of_kind, of_system = row(RULES, PICKED, [Speaker("wms"), Speaker("wms", 8)])
    assert (of_kind.rank, of_kind.exact) == (of_system.rank, not of_system.exact)


def test_a_row_for_all_shows_what_holds_for_all_alone():
    rules = [
        Rule(1, ACCEPT, "", "carrier", kind=CHARGE, side="buy"),
        Rule(2, REJECT, "fuel", "carrier", kind=CHARGE, side="buy"),
    ]
    [everything] = row(rules, Topic(CHARGE, "", "buy"), [Speaker("carrier")])
    [fuel] = row(rules, Topic(CHARGE, "fuel", "buy"), [Speaker("carrier")])
    assert (everything.rule_id, everything.exact, fuel.rule_id) == (1, True, 2)


rules = st.lists(
    st.builds(
        Rule,
        st.integers(1, 99),
        st.sampled_from(VERDICTS),
        st.sampled_from(["", "picked", "packed"]),
        st.sampled_from(["", "carrier", "wms"]),
        st.none() | st.integers(1, 3),
        st.integers(1, 3),
        shared=st.booleans(),
    ),
    unique_by=lambda rule: rule.id,
)
speakers = st.lists(
    st.builds(Speaker, st.sampled_from(["carrier", "wms"]), st.none() | st.integers(1, 3)),
    max_size=5,
)


@given(rules, speakers)
def test_the_matrix_shows_what_a_statement_would_meet(many, asked):
    for who, cell in zip(asked, row(many, PICKED, asked), strict=True):
        judgement = judge(many, PICKED, who.system_id, who.kind)
        assert (cell.verdict, cell.rule_id) == (judgement.verdict, judgement.rule_id)
        assert bool(cell.rank) == (cell.verdict == ACCEPT)
