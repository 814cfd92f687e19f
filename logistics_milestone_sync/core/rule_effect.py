"""What a change of the source-of-truth rules would have meant for what was heard already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .ownership import Rule, Topic, judge


@dataclass(frozen=True, slots=True)
class Heard:
    """So many statements about one topic by one system."""

    topic: Topic
    system_id: int
    system_kind: str
    times: int


def differences(
    before: Sequence[Rule], after: Sequence[Rule], heard: Iterable[Heard]
) -> Counter[tuple[str, str]]:
    """How many statements the two sets of rules judge differently, ``{(before, after): times}``.

    The judgements that were made stay; this only tells what is to be expected from now on.
    """
    found: Counter[tuple[str, str]] = Counter()
    for what in heard:
        old = judge(before, what.topic, what.system_id, what.system_kind).verdict
        new = judge(after, what.topic, what.system_id, what.system_kind).verdict
        if old != new:
            found[old, new] += what.times
    return found
