"""Documents: hashed by us, compared with what was stated, revised and never replaced."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.document import (
    AGREES,
    DIFFERS,
    MAX_BYTES,
    PROVES,
    UNCHECKED,
    DocumentFact,
    Revision,
    compare_hashes,
    content_hash,
    document_key,
    media_type,
    sha256_of,
    standing,
)
from odoo.addons.logistics_milestone_sync.core.reference import Reference
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
NAMED = (Reference("tracking", "1Z"),)
PROOF = DocumentFact(NAMED, "proof_of_delivery", content=b"%PDF-1.7 signed", issued_at=NOW)
BILL = replace(
    PROOF, document_kind="carrier_bill", number="INV-7", data='{"total": "12.50", "lines": []}'
)


def key(fact, system=3, place="s1"):
    return document_key(fact, system, place)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"document_kind": "napkin"}, "kind of document"),
        ({"content": b"", "number": "7"}, "needs content"),
        ({"content": b"x" * (MAX_BYTES + 1)}, "larger than"),
        ({"issued_at": datetime(2026, 1, 1)}, "time zone"),
        ({"url": "javascript:alert(1)"}, "https"),
        ({"url": "file:///etc/passwd"}, "https"),
        ({"data": "not json"}, "Expecting value"),
    ],
)
def test_what_cannot_be_kept_is_refused(wrong, complaint):
    with pytest.raises(ValueError, match=complaint):
        replace(PROOF, **wrong)


class TestTheSameDocument:
    @pytest.mark.parametrize("fact", [PROOF, BILL])
    @pytest.mark.parametrize(
        "changed",
        [
            {"file_name": "other.pdf"},
            {"references": (Reference("bol", "9"),)},
            {"issued_at": NOW.astimezone(timezone(timedelta(hours=2)))},
        ],
    )
    def test_another_name_or_way_of_writing_is_no_revision(self, fact, changed):
        other = replace(fact, **changed)
        assert (key(other), content_hash(other)) == (key(fact), content_hash(fact))

    @pytest.mark.parametrize(
        "changed",
        [
            {"content": b"%PDF-1.7 corrected"},
            {"data": '{"total": "99.00", "lines": []}'},
            {"issued_at": NOW + timedelta(days=1)},
            {"url": "https://carrier.example/7"},
        ],
    )
    def test_the_same_number_with_other_content_is_a_revision(self, changed):
        other = replace(BILL, **changed)
        assert key(other) == key(BILL)
        assert content_hash(other) != content_hash(BILL)

    def test_the_order_of_names_in_structured_data_does_not_matter(self):
        other = replace(BILL, data='{"lines":[],"total":"12.50"}')
        assert content_hash(other) == content_hash(BILL)

    def test_numbers_are_compared_without_case_and_blanks(self):
        assert key(replace(BILL, number=" inv-7 ")) == key(BILL)

    def test_without_a_number_other_bytes_are_another_document(self):
        assert key(replace(PROOF, content=b"%PDF-1.7 other")) != key(PROOF)

    @pytest.mark.parametrize("changed", [{"system": 4}, {"place": "s2"}])
    def test_issuers_and_shipments_never_share_a_document(self, changed):
        assert key(BILL, **changed) != key(BILL)

    def test_a_stated_hash_stands_for_the_bytes_until_they_come(self):
        announced = replace(PROOF, content=b"", sha256=PROOF.digest.upper())
        assert key(announced) == key(PROOF)


@pytest.mark.parametrize(
    ("computed", "stated", "verdict"),
    [
        ("ab", "AB", AGREES),
        ("ab", "cd", DIFFERS),
        ("", "cd", UNCHECKED),
        ("ab", "", UNCHECKED),
    ],
)
def test_a_stated_hash_is_compared_and_not_trusted(computed, stated, verdict):
    assert compare_hashes(computed, stated) == verdict


@given(st.binary(max_size=64), st.integers(0, 63), st.integers(1, 255))
def test_any_changed_byte_is_found(content, position, flip):
    if content:
        changed = bytearray(content)
        changed[position % len(content)] ^= flip
        assert compare_hashes(sha256_of(bytes(changed)), sha256_of(content)) == DIFFERS


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"II*\x00", "image/tiff"),
        (b"RIFF0000WEBPVP8 ", "image/webp"),
        (b"RIFF0000WAVE", ""),
        (b"<html><script>alert(1)</script>", ""),
        (b"<svg xmlns='x' onload='alert(1)'>", ""),
        (b"", ""),
    ],
)
def test_only_files_that_cannot_carry_a_script_are_previewed(content, expected):
    assert media_type(content) == expected


revisions = st.builds(
    Revision,
    st.integers(1, 50),
    st.booleans(),
    st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 3), timezones=st.just(UTC)),
)


class TestWhichRevisionStands:
    @given(
        st.lists(revisions, min_size=1, max_size=6, unique_by=lambda rev: rev.id),
        st.randoms(use_true_random=False),
    )
    def test_the_order_of_looking_does_not_matter(self, some, random):
        assert standing(random.sample(some, len(some))) == standing(some)

    def test_the_one_issued_last_stands_even_if_it_came_first(self):
        newer, older = Revision(1, True, NOW), Revision(2, True, NOW - timedelta(days=1))
        assert standing([newer, older]) == newer

    def test_without_a_date_the_one_heard_last_stands(self):
        assert standing([Revision(1, True), Revision(2, True)]).id == 2

    def test_who_does_not_own_the_kind_replaces_nothing(self):
        assert standing([Revision(1, True), Revision(2, False, NOW)]).id == 1


def test_what_a_document_proves_is_in_the_catalogue():
    assert set(PROVES.values()) <= set(CATALOGUE)
