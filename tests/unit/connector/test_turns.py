"""Whose turn it is, with senders who always have more to say."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.turns import Turns


def _run(turns, loud, quiet, batches):
    """Who is served, one batch after another; the loud ones always have a whole one."""
    served = []
    while len(served) < batches:
        for sender in turns.order(sorted({*loud, *quiet})):
            served.append(sender)
            if sender in loud:
                turns.had_much(sender)
                break
    return served


@given(st.sets(st.integers(1, 9), min_size=1), st.sets(st.integers(10, 19)))
def test_a_quiet_sender_waits_for_one_batch_of_somebody_loud_at_most(loud, quiet):
    served = _run(Turns(), loud, quiet, 200)
    known = max(served.index(sender) for sender in loud) + 1  # that they are loud shows by then
    for sender in quiet:
        since = 0
        for each in served[known:]:
            since = 0 if each == sender else since + (each in loud)
            assert since <= 1


@given(st.sets(st.integers(1, 9), min_size=1), st.sets(st.integers(10, 19)))
def test_loud_senders_take_turns(loud, quiet):
    served = [sender for sender in _run(Turns(), loud, quiet, 300) if sender in loud]
    rounds = [served[at : at + len(loud)] for at in range(0, len(served), len(loud))]
    assert all(set(each) == loud for each in rounds if len(each) == len(loud))


def test_what_broke_is_remembered_by_its_sender():
    turns = Turns()
    turns.broken[1][:0] = [[4, 5], [6]]
    assert turns.broken[1].pop(0) == [4, 5]
    assert turns.broken[2] == []


def test_who_clashes_is_tried_after_the_others_and_in_smaller_parts_until_it_gets_through() -> None:
    turns = Turns()
    shares = []
    for _clash in range(6):
        shares.append(turns.share(1, 20))
        turns.clashed(1)
    assert shares == [20, 10, 5, 2, 1, 1]
    assert turns.order([1, 2, 3]) == [2, 3, 1]
    assert turns.share(2, 20) == 20, "the others go on as before"


def test_who_gets_through_again_has_its_full_share_back() -> None:
    turns = Turns()
    for _clash in range(3):
        turns.clashed(1)
    shares = []
    for _part in range(5):
        turns.went_well(1)
        shares.append(turns.share(1, 20))
    assert shares == [5, 10, 20, 20, 20]
