"""What a change of the rules would have meant, told from what was heard."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.ownership import (
    ACCEPT,
    ADVISORY,
    MILESTONE,
    REJECT,
    VERDICTS,
    Rule,
    Topic,
)
from odoo.addons.logistics_milestone_sync.core.rule_effect import Heard, differences

DELIVERED = Topic(MILESTONE, "delivered")
PICKED = Topic(MILESTONE, "picked")
HEARD = [
    Heard(DELIVERED, 1, "carrier", 40),
    Heard(DELIVERED, 2, "wms", 3),
    Heard(PICKED, 2, "wms", 9),
]


def test_only_what_changes_is_counted():
    before = [Rule(1, ACCEPT, "delivered", "carrier")]
    after = [Rule(2, REJECT, "delivered")]
    assert differences(before, after, HEARD) == {(ACCEPT, REJECT): 40, (ADVISORY, REJECT): 3}


def test_a_rule_for_one_system_touches_that_system_alone():
    rules = [Rule(1, ACCEPT, "delivered", "wms"), Rule(2, ACCEPT, "delivered", "carrier")]
    after = [*rules, Rule(0, ADVISORY, "delivered", system_id=1)]
    assert differences(rules, after, HEARD) == {(ACCEPT, ADVISORY): 40}


some_rules = st.lists(
    st.builds(
        Rule,
        st.integers(1, 99),
        st.sampled_from(VERDICTS),
        st.sampled_from(["", "delivered", "picked"]),
        st.sampled_from(["", "carrier", "wms"]),
    ),
    unique_by=lambda rule: rule.id,
)


@given(some_rules)
def test_the_same_rules_change_nothing(rules):
    assert not differences(rules, list(reversed(rules)), HEARD)


@given(some_rules, some_rules)
def test_going_back_is_the_same_the_other_way_round(before, after):
    there, back = differences(before, after, HEARD), differences(after, before, HEARD)
    assert back == {(new, old): times for (old, new), times in there.items()}
    assert sum(there.values()) <= sum(what.times for what in HEARD)
