"""Kill every process of Odoo while the traffic runs: nothing is lost, nothing happens twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from story.check import differences, shortened
from story.expect import Outcome
from story.sender import Sender
from story.story import Story
from story.totals import Found

from .conftest import Serve
from .server import Server

_KILLS = {1: 2, 2: 2}  # per wave; Odoo itself pauses a job that died three times
_BETWEEN = 2.5  # seconds of work between two kills
_STUBBORN = [0.3] * 200  # a carrier that never gives up
_ANOTHER_ORDER = 77


class Killer(threading.Thread):
    """Kills and restarts a server some times while others send."""

    def __init__(self, server: Server, times: int) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.times = times
        self.killed = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        """Kill, start again, let it work a little, and so on."""
        try:
            for _time in range(self.times):
                time.sleep(_BETWEEN)
                self.server.kill()
                self.killed += 1
                self.server.start()
        except AssertionError as error:
            self.error = error


class DisturbedStory(Story):
    """The story, with a server that dies while messages arrive and while they are worked off."""

    def tell_disturbed(self, server: Server) -> Found:
        """Send everything in spite of the killer, then let the people do their part."""
        self.place_orders()
        for wave, times in _KILLS.items():
            killer = Killer(server, times)
            killer.start()
            self.send(wave, Sender(self.url, parallel=4, pauses=_STUBBORN))
            killer.join()
            assert killer.error is None and killer.killed == times, killer.error
            self.settle(wave)
        self.govern()
        return self.read()


@pytest.fixture(scope="module")
def disturbed(serve: Serve) -> Iterator[tuple[DisturbedStory, Found]]:
    """The story on a fresh database, its messages sent in another order than the demo's."""
    with serve("kill") as server:
        story = DisturbedStory(server.url, server.database, datetime.now(UTC), _ANOTHER_ORDER)
        yield story, story.tell_disturbed(server)


def test_every_accepted_message_is_processed_once_whatever_dies(
    disturbed: tuple[DisturbedStory, Found],
) -> None:
    story, found = disturbed
    wrong = differences(story.expected, found, story.answers)
    assert not wrong, shortened(wrong)


def test_no_order_is_invoiced_twice_after_a_kill(disturbed: tuple[DisturbedStory, Found]) -> None:
    story, found = disturbed
    invoices = {number: len(moves) for number, moves in found.moves.items()}
    assert invoices == dict.fromkeys(story.expected.invoices, 1)


def test_another_order_of_messages_gives_the_same_states_and_invoices(
    disturbed: tuple[DisturbedStory, Found],
) -> None:
    story, found = disturbed
    expected: Outcome = story.expected
    assert found.invoiced == expected.invoices
    assert {number: states[0] for number, states in found.statuses.items()} == expected.statuses
