"""Whatever is done to a sealed chain, it is found, at the first position that is affected."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from odoo.addons.logistics_integration_audit.core.hash_chain import (
    GENESIS,
    Head,
    Link,
    Row,
    canonical,
    content_hash,
    seal,
    verify,
)

SCALARS = st.one_of(st.none(), st.integers(), st.text(max_size=12))
COLUMNS = st.dictionaries(
    st.sampled_from(["kind", "company", "source", "content"]), SCALARS, min_size=1
)
BATCHES = st.lists(COLUMNS, min_size=1, max_size=12)


def chain_of(batch):
    return [Row(link, columns) for link, columns in zip(seal(Head(), batch), batch, strict=True)]


def head_of(rows):
    return Head(rows[-1].link.seq, rows[-1].link.hash)


def pick(data, rows):
    return data.draw(st.integers(0, len(rows) - 1))


# === Sound chains === #


@given(BATCHES)
def test_an_untouched_chain_is_sound_to_its_end(batch):
    rows = chain_of(batch)
    verdict = verify(iter(rows), head_of(rows))
    assert verdict.ok
    assert (verdict.checked, verdict.head, verdict.reason) == (len(batch), head_of(rows), "")


@given(BATCHES, st.data())
def test_how_the_entries_were_batched_does_not_show_in_the_chain(batch, data):
    cut = pick(data, batch)
    first = seal(Head(), batch[:cut])
    head = Head(first[-1].seq, first[-1].hash) if first else Head()
    assert first + seal(head, batch[cut:]) == seal(Head(), batch)


def test_an_empty_chain_is_sound():
    assert verify([], Head()).ok
    assert verify([]).checked == 0


def test_the_first_entry_continues_the_genesis():
    (link,) = seal(Head(), [{"kind": "event"}])
    assert (link.seq, link.previous_hash) == (1, GENESIS)


def test_an_auditor_can_recompute_a_link_with_nothing_but_json_and_sha256():
    (link,) = seal(Head(), [{"kind": "état", "company": 1, "source": None}])
    text = '{"company":1,"kind":"état","previous_hash":"' + "0" * 64 + '","seq":1,"source":null}'
    assert json.loads(text)["seq"] == 1
    assert link.hash == hashlib.sha256(text.encode()).hexdigest()


# === Every kind of tampering === #


@given(BATCHES, COLUMNS, st.data())
def test_a_changed_entry_is_found_where_it_stands(batch, forged, data):
    rows = chain_of(batch)
    at = pick(data, rows)
    assume(forged != rows[at].columns)
    rows[at] = replace(rows[at], columns=forged)
    verdict = verify(rows)
    assert verdict.broken_at == at + 1
    assert verdict.checked == at
    assert verdict.reason == f"Entry {at + 1} was changed after it was sealed."


@given(BATCHES, st.data())
def test_changed_content_is_found_where_it_stands(batch, data):
    rows = chain_of(batch)
    at = pick(data, rows)
    rows[at] = replace(rows[at], content_intact=False)
    assert verify(rows).broken_at == at + 1


@given(BATCHES, st.data())
def test_a_deleted_entry_is_found_where_it_stood(batch, data):
    rows = chain_of(batch)
    head = head_of(rows)
    at = pick(data, rows)
    del rows[at]
    verdict = verify(rows, head)
    assert verdict.broken_at == at + 1
    assert verdict.reason == f"Entry {at + 1} is missing."


@given(BATCHES, st.data())
def test_a_cut_off_end_is_found_by_the_head(batch, data):
    rows = chain_of(batch)
    at = pick(data, rows)
    verdict = verify(rows[:at], head_of(rows))
    assert (verdict.broken_at, verdict.checked) == (at + 1, at)


@given(BATCHES, COLUMNS, st.data())
def test_an_inserted_entry_is_found_where_it_was_put(batch, forged, data):
    rows = chain_of(batch)
    at = pick(data, rows)
    before = rows[at - 1].link if at else Link(0, "", GENESIS)
    (link,) = seal(Head(before.seq, before.hash), [forged])
    assume(link != rows[at].link)
    rows.insert(at, Row(link, forged))
    assert verify(rows).broken_at == at + 1


@given(BATCHES, COLUMNS, st.data())
def test_an_inserted_entry_is_found_even_if_all_positions_are_moved_up(batch, forged, data):
    rows = chain_of(batch)
    at = pick(data, rows)
    assume(forged != rows[at].columns)
    before = rows[at - 1].link if at else Link(0, "", GENESIS)
    (link,) = seal(Head(before.seq, before.hash), [forged])
    later = [replace(r, link=replace(r.link, seq=r.link.seq + 1)) for r in rows[at:]]
    verdict = verify([*rows[:at], Row(link, forged), *later])
    # The forged entry continues the chain soundly; the next one does not continue the forgery.
    assert verdict.broken_at == at + 2


@given(BATCHES, st.data())
def test_swapped_entries_are_found_at_the_earlier_place(batch, data):
    rows = chain_of(batch)
    one, two = sorted((pick(data, rows), pick(data, rows)))
    assume(rows[one].columns != rows[two].columns)
    swapped = list(rows)
    swapped[one] = replace(rows[one], columns=rows[two].columns)
    swapped[two] = replace(rows[two], columns=rows[one].columns)
    assert verify(swapped).broken_at == one + 1


@given(BATCHES, st.data())
def test_swapped_positions_are_found_at_the_earlier_place(batch, data):
    rows = chain_of(batch)
    one, two = sorted((pick(data, rows), pick(data, rows)))
    assume(one != two)
    rows[one], rows[two] = (
        replace(rows[two], link=replace(rows[two].link, seq=one + 1)),
        replace(rows[one], link=replace(rows[one].link, seq=two + 1)),
    )
    assert verify(rows).broken_at == one + 1


@given(BATCHES, COLUMNS)
def test_an_entry_added_behind_the_head_is_found(batch, forged):
    rows = chain_of(batch)
    head = head_of(rows)
    (link,) = seal(head, [forged])
    verdict = verify([*rows, Row(link, forged)], head)
    assert verdict.broken_at == len(batch) + 1
    assert verdict.reason == f"Entry {len(batch) + 1} was never sealed."


@given(BATCHES, COLUMNS)
def test_a_chain_that_was_rewritten_as_a_whole_is_betrayed_by_its_head(batch, forged):
    assume(forged != batch[0])
    rewritten = chain_of([forged, *batch[1:]])
    verdict = verify(rewritten, head_of(chain_of(batch)))
    assert verdict.broken_at == len(batch)
    assert "rewritten" in verdict.reason


@given(BATCHES, COLUMNS)
def test_a_longer_rewritten_chain_is_betrayed_too(batch, forged):
    assume(forged != batch[0])
    rewritten = chain_of([forged, *batch[1:], forged])
    assert verify(rewritten, head_of(chain_of(batch))).broken_at == len(batch)


def test_a_repeated_entry_is_named_by_its_own_position():
    rows = chain_of([{"kind": "a"}, {"kind": "b"}, {"kind": "c"}])
    verdict = verify([rows[0], rows[1], rows[1], rows[2]])
    assert (verdict.broken_at, verdict.reason) == (2, "Entry 2 is there twice, or out of place.")


# === The canonical form and the digest of content === #


def test_the_order_of_columns_does_not_matter():
    assert canonical({"a": 1, "b": "x"}) == canonical({"b": "x", "a": 1})


@given(COLUMNS, COLUMNS)
def test_different_columns_have_different_canonical_forms(one, two):
    assume(one != two)
    assert canonical(one) != canonical(two)


@pytest.mark.parametrize("value", [1.5, True, b"x", ["x"], {"x": 1}])
def test_a_value_without_one_exact_spelling_is_refused(value):
    with pytest.raises(TypeError, match="no canonical form"):
        canonical({"value": value})


def test_equal_content_of_two_entries_cannot_be_told_from_the_digests():
    content = {"summary": "Signed by J. Doe"}
    assert content_hash("salt-1", content) != content_hash("salt-2", content)
    assert content_hash("salt-1", content) == content_hash("salt-1", dict(content))
