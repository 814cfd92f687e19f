"""Check digits: printed examples are fine, one wrong digit is found, others are let alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, iso6346

from odoo.addons.logistics_milestone_sync.core.check_digit import (
    FINE,
    NOT_APPLICABLE,
    WRONG,
    check,
    check_gln,
)
from odoo.addons.logistics_milestone_sync.core.reference import Reference

# Numbers that the standards and the carriers print as examples.
PUBLISHED = [
    ("sscc", "106141411234567897"),
    ("container", "CSQU3054383"),
    ("tracking", "1Z999AA10123456784"),
    ("tracking", "1Z5R89390357567127"),
    ("tracking", "RR473124829GB"),
    ("tracking", "EE123456785US"),
]


@pytest.mark.parametrize(("scheme", "number"), PUBLISHED)
def test_published_examples_are_fine(scheme, number):
    assert check(scheme, number).verdict == FINE


@pytest.mark.parametrize(
    ("scheme", "number", "why"),
    [
        ("sscc", "106141411234567890", "its check digit should be 7 and is 0"),
        ("sscc", "1061414112345678", "an SSCC has 18 digits and this has 16"),
        ("sscc", "10614141123456789A", "an SSCC has digits only"),
        ("sscc", "١٠٦١٤١٤١١٢٣٤٥٦٧٨٩٧", "an SSCC has digits only"),
        ("container", "CSQU3054384", "its check digit should be 3 and is 4"),
        ("tracking", "1Z999AA10123456785", "its check digit should be 4 and is 5"),
        ("tracking", "RR473124820GB", "its check digit should be 9 and is 0"),
    ],
)
def test_a_wrong_number_is_told_why(scheme, number, why):
    judged = check(scheme, number)
    assert (judged.verdict, judged.why) == (WRONG, why)


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        ("tracking", "1Z9"),  # not the form of a UPS number
        ("tracking", "1Z999AA1012345678X"),  # ends with a letter
        ("tracking", "123456789012"),
        ("container", "TRAILER42"),  # a trailer in the place of a container
        ("container", "CSQX3054383"),  # no category identifier of ISO 6346
        ("pro", "106141411234567890"),
        ("shipment", "SHP/00001"),
        ("purchase_order", "1Z999AA10123456785"),
    ],
)
def test_a_number_without_a_public_rule_is_not_judged(scheme, number):
    assert check(scheme, number).verdict == NOT_APPLICABLE


def test_the_two_odd_remainders_of_s10():
    # The weighed sums are 45 and 44: 11 - 1 = 10 is written 0, and 11 - 0 = 11 is written 5.
    assert check("tracking", "RR000000500GB").verdict == FINE
    assert check("tracking", "RR000000155GB").verdict == FINE


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 17), st.integers(1, 9))
def test_no_single_wrong_digit_of_an_sscc_goes_unseen(body, place, shift):
    number = body + ean.calc_check_digit(body)
    assert check("sscc", number).verdict == FINE
    wrong = str((int(number[place]) + shift) % 10)
    assert check("sscc", number[:place] + wrong + number[place + 1 :]).verdict == WRONG


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3), st.integers(0, 999_999))
def test_every_container_number_that_its_owner_builds_is_fine(owner, serial):
    body = f"{owner}U{serial:06}"
    assert check("container", body + iso6346.calc_check_digit(body)).verdict == FINE


@given(st.integers(0, 99_999_999), st.integers(0, 7), st.integers(1, 9))
def test_no_single_wrong_digit_of_a_postal_item_goes_unseen(serial, place, shift):
    digits = f"{serial:08}"
    [right] = [d for d in "0123456789" if check("tracking", f"RR{digits}{d}GB").verdict == FINE]
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    # Two remainders are written 5; those cannot be told apart.
    if right != "5":
        assert check("tracking", f"RR{wrong}{right}GB").verdict == WRONG


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=15, max_size=15))
def test_exactly_one_digit_completes_a_ups_number(body):
    fine = [d for d in "0123456789" if check("tracking", f"1Z{body}{d}").verdict == FINE]
    assert len(fine) == 1


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("4012345000009", FINE),
        ("4012345000008", WRONG),
        ("401234500000", WRONG),
        ("4012345 00009", WRONG),
        ("٤٠١٢٣٤٥٠٠٠٠٠٩", WRONG),
        ("", WRONG),
    ],
)
def test_a_gln_is_thirteen_digits_with_a_check_digit(written, verdict):
    assert check_gln(written).verdict == verdict


def test_a_reference_is_checked_as_normalised():
    assert Reference("container", "csqu 305438-3").complaint == ""
    assert Reference("container", "csqu 305438-4").complaint == (
        "container CSQU3054384 is mistyped: its check digit should be 3 and is 4"
    )
