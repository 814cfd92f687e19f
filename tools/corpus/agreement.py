"""Whether what a profile reads is what the index of a folder says."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected, WebPage
from odoo.addons.logistics_carrier_connector.core.mapping import MappingResult
from odoo.addons.logistics_carrier_connector.core.profile import Profile
from odoo.addons.logistics_milestone_sync.core.fact import Fact, MilestoneFact
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE, NO_PHASE

from .delivered import NoProfile, candidates, read

# Our milestones in the words of the index; the others have the same name.
_STATES = {
    "planned": "created",
    "tendered": "created",
    "accepted": "created",
    "picked": "created",
    "packed": "created",
    "handed_over": "created",
    "arrived_at_hub": "in_transit",
    "departed_hub": "in_transit",
    "customs_cleared": "in_transit",
    "customs_hold": "exception",
    "exception_raised": "exception",
    "lost": "exception",
    "eta_changed": "eta",
}
_NO_STATE = ("pod_received", "weight_validated", "retracted")


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the index.

    :param expected: states, ``a|b`` where either is right, ``NUMBER=a;NUMBER=b`` for several
        shipments; empty where only a clean fate is asked
    :param number: what was asked for, where the message is an answer about one number
    """

    path: Path
    carrier: str
    expected: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file.

    :param fate: ``facts``, ``ignored``, ``held``, ``carrier_error``, ``rejected``, ``error``
    :param agrees: ``None`` where the index states nothing
    """

    row: Row
    fate: str
    profile: str = ""
    state: str = ""
    agrees: bool | None = None
    notes: tuple[str, ...] = field(default=())


def rows(folder: Path) -> Iterator[Row]:
    """The files of a folder in the order of its index."""
    with (folder / "INDEX.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            path = folder / row["file"]
            if path.is_file():
                numbers = (row["tracking number(s)"] or "").strip('"').split(",")
                carrier, expected = row["file"].split("/")[0], row["expected_state"] or ""
                number = numbers[0].strip() if len(numbers) == 1 else ""
                # An answer that repeats no number was asked about one that nobody wrote down.
                number = number or ("" if len(numbers) > 1 else path.stem)
                yield Row(path, carrier, expected.strip('"'), number)


def judge(row: Row, known: dict[str, Profile], now: datetime) -> Outcome:
    """Read one file and compare."""
    try:
        profile, result = read(
            row.path.read_bytes(), candidates(row.carrier, known), now, row.number
        )
    except WebPage as error:
        agrees = row.expected == "error" if row.expected else None
        return Outcome(row, "carrier_error", state="error", agrees=agrees, notes=(str(error),))
    except (PayloadRejected, NoProfile) as error:
        agrees = row.expected == "error" if row.expected else None
        return Outcome(row, "rejected", agrees=agrees, notes=(str(error),))
    except Exception as error:  # noqa: BLE001 - an unhandled error is what is being looked for
        return Outcome(row, "error", agrees=False, notes=(f"{type(error).__name__}: {error}",))
    state = _state_of(result, row.expected)
    fate = _fate(result)
    agrees = _agrees(state, row.expected) and fate != "held" if row.expected else None
    notes = [f"no row for {code}" for code in result.unmapped]
    notes += [str(problem) for problem in result.problems]
    return Outcome(row, fate, profile, state, agrees, tuple(notes))


def _fate(result: MappingResult) -> str:
    if result.carrier_error is not None:
        return "carrier_error"
    if result.unmapped:
        return "held"
    if result.facts:
        return "facts"
    return "rejected" if result.problems else "ignored"


def _state_of(result: MappingResult, expected: str) -> str:
    """The state, or ``NUMBER=state`` of each number that the index names."""
    if result.carrier_error is not None:
        return "error"
    if "=" not in expected:
        return state(result.facts)
    numbers = [part.split("=")[0] for part in expected.split(";")]
    return ";".join(f"{number}={state(_about(result.facts, number))}" for number in numbers)


def _about(facts: list[Fact], number: str) -> list[Fact]:
    return [fact for fact in facts if any(name.value == number for name in fact.references)]


def state(facts: list[Fact]) -> str:
    """What the newest statement amounts to, in the words of the index."""
    stated = [
        fact
        for fact in facts
        if isinstance(fact, MilestoneFact) and fact.milestone not in _NO_STATE
    ]
    actual = [fact for fact in stated if fact.classifier == "actual"]
    if not actual:
        return "eta" if stated else "none"
    # As in the fold: what ends a shipment stands, the first of several.
    ends = [fact for fact in actual if CATALOGUE[fact.milestone].terminal]
    newest = min(ends, key=_order) if ends else max(actual, key=_order)
    return _STATES.get(newest.milestone, newest.milestone)


def _order(fact: MilestoneFact) -> tuple[datetime, bool, int]:
    milestone = CATALOGUE[fact.milestone]
    return fact.occurred_at, milestone.phase != NO_PHASE, milestone.rank


def _agrees(found: str, expected: str) -> bool:
    if "=" not in expected:
        nothing = {"ignore", "none"}
        wanted = set(expected.split("|"))
        return found in wanted or (found == "none" and bool(wanted & nothing))
    pairs = zip(found.split(";"), expected.split(";"), strict=True)
    return all(_agrees(mine.split("=")[1], theirs.split("=")[1]) for mine, theirs in pairs)
