"""One sender floods, one is poisonous, three are quiet, and workers are killed meanwhile.

``make flood`` does the same with a hundred thousand messages.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.flood import plan
from bench.flood.run import Result, storm
from bootstrap.ready import Suite

from .conftest import Serve

_MESSAGES = 600
_KILLS = 3
_CALM = 20


@pytest.fixture(scope="module")
def result(suite: Suite, serve: Serve) -> Iterator[Result]:
    """The storm on a fresh database, with two HTTP and two cron workers."""
    with serve("storm") as server:
        yield storm(suite, server, _MESSAGES, _KILLS, _CALM)


def test_nothing_is_lost_and_nothing_is_there_twice(result: Result) -> None:
    assert result.complaints == []


def test_workers_were_killed_meanwhile(result: Result) -> None:
    assert result.kills == _KILLS


def test_every_sender_was_heard(result: Result) -> None:
    assert set(result.calm) == set(plan.QUIET)
    assert set(result.storm) == set(plan.SENDERS)


def test_a_fifth_of_what_a_sender_sends_was_sent_before() -> None:
    for sent in plan.messages(1000).values():
        events = [message.event for message in sent]
        assert len(set(events)) == len(events) - round(len(events) * plan.TWICE)
