"""The source of truth at a glance: who owns what, as one row of cells per topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .ownership import ACCEPT, Rule, Topic, judge

# Where the rule that decides a cell comes from.
OWN: Final = "own"
SHARED: Final = "shared"
NO_RULE: Final = "none"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A column: a kind of system in general, or one system.

    :param system_id: ``None`` for the kind in general
    """

    kind: str
    system_id: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What becomes of a statement about the row's topic by the column's speaker.

    :param rank: place among the owners of the row, 1 is the best; 0 for those that own nothing
    :param origin: ``own``, ``shared`` or ``none``
    :param exact: the rule is for exactly this cell, not one that covers more
    """

    verdict: str
    rank: int
    priority: int
    rule_id: int | None
    origin: str
    exact: bool


def row(rules: Iterable[Rule], topic: Topic, speakers: Sequence[Speaker]) -> list[Cell]:
    """The cells of one topic, one per speaker, in the order of the speakers.

    A topic without a name asks for what holds for all of its kind.

    >>> rules = [Rule(1, ACCEPT, "picked", "wms"), Rule(2, ACCEPT, "picked", "tms", priority=20)]
    >>> [c.rank for c in row(rules, Topic("milestone", "picked"), [Speaker("tms"), Speaker("wms")])]
    [2, 1]
    """
    about = {rule.id: rule for rule in rules if rule.speaks_of(topic)}
    judged = [judge(about.values(), topic, who.system_id, who.kind) for who in speakers]
    places = sorted({j.priority for j in judged if j.verdict == ACCEPT})
    cells = []
    for who, judgement in zip(speakers, judged, strict=True):
        rule = about.get(judgement.rule_id) if judgement.rule_id is not None else None
        cells.append(
            Cell(
                verdict=judgement.verdict,
                rank=1 + places.index(judgement.priority) if judgement.verdict == ACCEPT else 0,
                priority=judgement.priority,
                rule_id=judgement.rule_id,
                origin=NO_RULE if rule is None else SHARED if rule.shared else OWN,
                exact=rule is not None and _is_for(rule, topic, who),
            )
        )
    return cells


def _is_for(rule: Rule, topic: Topic, who: Speaker) -> bool:
    speaker = (rule.system_id, "" if rule.system_id else rule.system_kind)
    return (rule.name, rule.side) == (topic.name, topic.side) and speaker == (
        who.system_id,
        "" if who.system_id else who.kind,
    )
