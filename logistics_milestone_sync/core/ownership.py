"""Who may state what: the source-of-truth rules of one company.

A rule names a milestone (or any), a speaker (one system, a kind of system, or any), what happens to
the statement, and the speaker's priority. The most specific rule decides; no rule means *advisory*:
the statement is kept and shown, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ACCEPT: Final = "accept"
ADVISORY: Final = "advisory"
REJECT: Final = "reject"
VERDICTS: Final = (ACCEPT, ADVISORY, REJECT)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the matrix; empty fields match everything.

    :param priority: of the speaker among the accepted ones; lower wins ties
    """

    id: int
    verdict: str
    milestone: str = ""
    system_kind: str = ""
    system_id: int | None = None
    priority: int = 10


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the matrix says about one statement, and which rule said so (``None``: the default)."""

    verdict: str
    rule_id: int | None
    priority: int


def judge(rules: Iterable[Rule], milestone: str, system_id: int, system_kind: str) -> Judgement:
    """Judge a statement of ``milestone`` by the given system.

    >>> rules = [Rule(1, ACCEPT, "delivered", "carrier"), Rule(2, REJECT, "delivered", "crm")]
    >>> judge(rules, "delivered", 7, "carrier").verdict
    'accept'
    >>> judge(rules, "picked", 7, "carrier").verdict
    'advisory'
    """
    matching = [
        rule
        for rule in rules
        if rule.milestone in ("", milestone)
        and rule.system_kind in ("", system_kind)
        and rule.system_id in (None, system_id)
    ]
    if not matching:
        return Judgement(ADVISORY, None, 1000)
    best = min(matching, key=_specificity)
    return Judgement(best.verdict, best.id, best.priority)


def _specificity(rule: Rule) -> tuple[bool, bool, bool, int, int]:
    return (not rule.system_id, not rule.milestone, not rule.system_kind, rule.priority, rule.id)
