"""Who may state what: the source-of-truth rules of one company.

A rule names a milestone (or any), a speaker (one system, a kind of system, or any), what happens to
the statement, and the speaker's priority. The most specific rule decides; no rule means *advisory*:
the statement is kept and shown, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
    :param stand_in: holds only where no system is present that owns the milestone otherwise
    """

    id: int
    verdict: str
    milestone: str = ""
    system_kind: str = ""
    system_id: int | None = None
    priority: int = 10
    stand_in: bool = False


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


def in_force(rules: Iterable[Rule], present: Collection[tuple[int, str]]) -> list[Rule]:
    """The rules without the stand-ins for owners that are there to speak themselves.

    Odoo may say that goods were picked as long as no warehouse system does: the same defaults then
    serve a company with a WMS and one without.

    :param present: ``(system id, kind)`` of the systems of the company that are in use

    >>> rules = [Rule(1, ACCEPT, "picked", "wms"), Rule(2, ACCEPT, "picked", "odoo", stand_in=True)]
    >>> [rule.id for rule in in_force(rules, {(1, "odoo")})]
    [1, 2]
    >>> [rule.id for rule in in_force(rules, {(1, "odoo"), (2, "wms")})]
    [1]
    """
    known = list(rules)
    owners = [rule for rule in known if rule.verdict == ACCEPT and not rule.stand_in]
    return [
        rule
        for rule in known
        if not rule.stand_in or not any(_speaks(owner, rule.milestone, present) for owner in owners)
    ]


def _speaks(owner: Rule, milestone: str, present: Collection[tuple[int, str]]) -> bool:
    return owner.milestone in ("", milestone) and any(
        owner.system_id in (None, system_id) and owner.system_kind in ("", kind)
        for system_id, kind in present
    )


def _specificity(rule: Rule) -> tuple[bool, bool, bool, int, int]:
    return (not rule.system_id, not rule.milestone, not rule.system_kind, rule.priority, rule.id)
