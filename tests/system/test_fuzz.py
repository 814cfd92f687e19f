"""Mutated requests to the doors of a running server: nothing but clean answers."""

from __future__ import annotations

import pytest

from bench.doors.requests import request
from bench.doors.sending import Findings, fuzz, send

from .server import Server

_SEEDS = range(1, 501)


@pytest.fixture(scope="module")
def found(server: Server) -> Findings:
    """What came of the requests of fixed numbers."""
    return fuzz(server, iter(_SEEDS))


def test_no_mutated_request_is_answered_with_an_error_of_ours(found: Findings) -> None:
    assert found.wrong == []


def test_no_mutated_request_leaves_an_error_in_the_log(found: Findings) -> None:
    assert found.logged == []


def test_the_mutations_reach_behind_the_door(found: Findings) -> None:
    assert found.statuses.total() == len(_SEEDS)
    assert {202, 400, 401, 404, 415} <= set(found.statuses)


def test_the_same_number_is_the_same_request() -> None:
    assert [request(seed) for seed in _SEEDS] == [request(seed) for seed in _SEEDS]


@pytest.mark.parametrize("where", ["messages", "shipments"])
def test_a_nul_in_a_number_is_a_number_that_nobody_knows(server: Server, where: str) -> None:
    wire = (
        f"GET /logistics/v1/{where}/x%00y HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "X-Logistics-Connection: demo-wms-token\r\nAuthorization: Bearer demo-wms-secret\r\n\r\n"
    )
    assert send(server.url, wire.encode())[0] == 404
