"""Story A end to end on a running server, told twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from story.story import Story

from .server import Server

Maps = dict[str, Any]
_MAPS = ("messages", "shipments", "invoices", "releases", "audit")


@pytest.fixture(scope="module")
def tellings(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[Maps]:
    """What ``var/demo.json`` says after the first and after the second telling."""
    found = []
    for time in ("first", "second"):
        path: Path = tmp_path_factory.mktemp(time) / "demo.json"
        story = Story(server.url, server.database, datetime.now(UTC))
        assert story.tell(path), f"the {time} telling did not end as expected, see above"
        found.append(json.loads(path.read_text()) | {"expected": story.expected})
    return found


def test_the_story_ends_as_its_own_bookkeeping_expects(tellings: list[Maps]) -> None:
    first, expected = tellings[0], tellings[0]["expected"]
    assert first["invoices"]["posted"] == len(expected.invoices)
    amount = Decimal(str(first["invoices"]["amount_untaxed"]))
    assert amount == sum(expected.invoices.values())
    assert first["releases"]["held"] == len(expected.held)
    assert first["messages"]["duplicate"] == expected.copies
    assert first["audit"]["chain_verified"] == 1


def test_a_second_telling_doubles_nothing_and_says_the_same(tellings: list[Maps]) -> None:
    first, second = tellings
    assert {name: first[name] for name in _MAPS} == {name: second[name] for name in _MAPS}
    assert first["run"]["already_known"] == 0
    known = second["messages"]["accepted"] - second["messages"]["conflict"]
    assert second["run"]["already_known"] == known


def test_a_fifth_of_the_traffic_are_copies(tellings: list[Maps]) -> None:
    messages = tellings[0]["messages"]
    assert messages["duplicate"] / messages["accepted"] == pytest.approx(0.2, abs=0.03)


def test_every_kind_of_bad_message_has_its_visible_fate(tellings: list[Maps]) -> None:
    messages = tellings[0]["messages"]
    for fate in ("parked", "held", "dead_lettered", "conflict", "refused"):
        assert messages[fate] > 0, fate
