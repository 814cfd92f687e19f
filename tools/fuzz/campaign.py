"""Damage, read, judge, again and again: one format, one seed."""

from __future__ import annotations

import faulthandler
import os
import resource
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.errors import IntegrationError

from .damage import damage
from .samples import Sample, write

MAX_CPU_SECONDS: Final = 10.0
MAX_GROWTH: Final = 400 * 1024 * 1024
# A reader that hangs inside the interpreter never comes back to be measured.
_HANGS_AFTER: Final = 300
_NOW: Final = datetime(2025, 6, 30, 12, tzinfo=UTC)


@dataclass
class Report:
    """What one campaign saw.

    :ivar outcomes: how many inputs ended in which way
    :ivar findings: for people, one each
    """

    format_name: str
    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    longest: float = 0.0
    peak: int = 0

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items()))
        return (
            f"{self.format_name} (seed {self.seed}): {self.outcomes.total()} inputs: {counts}; "
            f"longest {self.longest:.2f} s, peak {self.peak / 1024 / 1024:.0f} MB; "
            f"{len(self.findings)} findings"
        )


def damaged(
    format_name: str, choices: list[Sample], seed: int, number: int
) -> tuple[Sample, bytes]:
    """Input ``number`` of a seed, with the sample that it was made of.

    Now and then two messages stand in one, or a profile gets the message of another one.
    """
    chance = Random(f"{seed}/{format_name}/{number}")
    sample = chance.choice(choices)
    raw = damage(format_name, sample.raw, chance)
    if chance.random() < 0.05:
        raw += damage(format_name, chance.choice(choices).raw, chance)
    if chance.random() < 0.05:
        sample = replace(sample, profile=chance.choice(choices).profile)
    return sample, raw


def outcome(sample: Sample, raw: bytes) -> str:
    """How a message ends that takes the place of a sample: the name of a fate, or the class of the
    error that refuses it.

    Everything but an ``IntegrationError`` escapes.
    """
    profile = sample.profile
    try:
        tree = decode(profile.format, raw)
    except IntegrationError as error:
        if not error.public_message:
            raise AssertionError("a refusal without a reason") from error
        return f"refused ({error.error_class})"
    result = mapping.apply(profile, tree, _NOW, {"number": sample.asked} if sample.asked else None)
    if result.carrier_error is not None:
        return "carrier error"
    for name, found in (
        ("facts", result.facts),
        ("held", result.unmapped),
        ("unreadable items", result.problems),
        ("ignored", result.ignored),
    ):
        if found:
            return name
    raise AssertionError("no fate at all")


def run(
    format_name: str, choices: list[Sample], seed: int, numbers: Iterator[int], folder: Path
) -> Report:
    """Read the inputs of these numbers.

    :param folder: gets the inputs that are findings, and the number of the one that is being read
    """
    report = Report(format_name, seed)
    folder.mkdir(parents=True, exist_ok=True)
    current = os.open(folder / f"{format_name}.current", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for number in numbers:
            os.pwrite(current, f"{seed} {number:12}\n".encode(), 0)
            faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
            sample, raw = damaged(format_name, choices, seed, number)
            found = _judged(report, sample, raw)
            if found:
                path = folder / f"{format_name}-{seed}-{number}.bin"
                write(raw, path)
                report.findings.append(f"{path.name} ({sample.profile.code}): {found}")
    finally:
        faulthandler.cancel_dump_traceback_later()
        os.close(current)
    report.peak = _peak()
    return report


def _judged(report: Report, sample: Sample, raw: bytes) -> str:
    """What is wrong with how one input was read; empty when nothing is."""
    before, began = _peak(), time.process_time()
    try:
        ended = outcome(sample, raw)
    except Exception:  # noqa: BLE001 - the very thing that is looked for
        ended, wrong = "FINDING", traceback.format_exc()
    else:
        wrong = ""
    took = time.process_time() - began
    report.longest = max(report.longest, took)
    report.outcomes[ended] += 1
    if took > MAX_CPU_SECONDS:
        wrong += f" took {took:.1f} s of processor time"
    if _peak() - before > MAX_GROWTH:
        wrong += f" took {(_peak() - before) // 1024 // 1024} MB"
    return wrong


def _peak() -> int:
    """Most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
