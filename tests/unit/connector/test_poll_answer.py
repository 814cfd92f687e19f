from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import poll_answer
from odoo.addons.logistics_carrier_connector.core.poll_answer import (
    Verdict,
    judge_status,
    retry_after,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, poll_answer.ANSWERED),
        (202, poll_answer.ANSWERED),
        (207, poll_answer.ANSWERED),
        (204, poll_answer.UNCHANGED),
        (304, poll_answer.UNCHANGED),
        (302, poll_answer.BAD_REQUEST),
        (400, poll_answer.BAD_REQUEST),
        (401, poll_answer.NOT_ALLOWED),
        (403, poll_answer.NOT_ALLOWED),
        (404, poll_answer.UNKNOWN),
        (408, poll_answer.BUSY),
        (410, poll_answer.UNKNOWN),
        (422, poll_answer.BAD_REQUEST),
        (425, poll_answer.BUSY),
        (429, poll_answer.LIMITED),
        (500, poll_answer.BUSY),
        (503, poll_answer.BUSY),
        (599, poll_answer.BUSY),
    ],
)
def test_a_status_says_what_to_do(status, kind):
    assert judge_status(status, {}, NOW) == Verdict(kind)


def test_whoever_asks_us_to_wait_is_waited_for():
    assert judge_status(429, {"Retry-After": "90"}, NOW) == Verdict("limited", 90 * SECOND)
    assert judge_status(503, {"Retry-After": "90"}, NOW) == Verdict("busy", 90 * SECOND)
    assert judge_status(409, {"Retry-After": "90"}, NOW) == Verdict("busy", 90 * SECOND)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta(0)),
        (" 120 ", 120 * SECOND),
        ("999999999999999999999", timedelta(days=1)),
        (format_datetime(NOW + 30 * SECOND, usegmt=True), 30 * SECOND),
        (format_datetime(NOW - 30 * SECOND, usegmt=True), timedelta(0)),
        ("Mon, 02 Mar 2026 12:00:30 -0000", 30 * SECOND),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_wait_is_read_from_seconds_and_from_dates(value, wait):
    assert retry_after(value, NOW) == wait


@given(st.text(max_size=80))
def test_any_header_is_a_wait_of_at_most_a_day_or_none(value):
    wait = retry_after(value, NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


@given(st.integers(100, 599))
def test_every_status_is_judged(status):
    verdict = judge_status(status, {}, NOW)
    known = poll_answer.ABOUT_NUMBERS | {"limited", "busy", "not_allowed"}
    assert verdict.kind in known
    assert (verdict.kind == "answered") == (200 <= status < 300 and status not in (204, 205))
