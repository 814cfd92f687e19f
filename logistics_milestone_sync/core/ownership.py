"""Who may state what: the source-of-truth rules of one company.

A rule names a *topic* (a milestone, a type of charge on one side, a field of the shipment, or any
of its kind), a speaker (one system, a kind of system, or any), what happens to the statement, and
the speaker's priority. The most specific rule decides: a rule for one system before one for its
kind, a rule for one topic before one for all, and among equals the company's own before the shared
one. No rule means *advisory*: the statement is kept and shown, and moves nothing.

A rule therefore only ever speaks for the statements that it matches; it never switches another off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

ACCEPT: Final = "accept"
ADVISORY: Final = "advisory"
REJECT: Final = "reject"
VERDICTS: Final = (ACCEPT, ADVISORY, REJECT)

MILESTONE: Final = "milestone"
CHARGE: Final = "charge"
FIELD: Final = "field"
TOPIC_KINDS: Final = (MILESTONE, CHARGE, FIELD)

# Of a speaker that no rule makes an owner: behind everybody.
NO_PRIORITY: Final = 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """What a statement is about.

    :param kind: one of ``TOPIC_KINDS``
    :param name: code of the milestone, type of the charge, or name of the field
    :param side: ``buy`` or ``sell`` for a charge, else empty
    """

    kind: str
    name: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the matrix; empty fields match everything of their kind.

    :param name: of the topic, see :class:`Topic`
    :param priority: of the speaker among the accepted ones; lower wins ties
    :param shared: holds for every company, unless the company has a rule for exactly this
    :param stand_in: holds only where no system is present that owns the topic otherwise
    """

    id: int
    verdict: str
    name: str = ""
    system_kind: str = ""
    system_id: int | None = None
    priority: int = 10
    kind: str = MILESTONE
    side: str = ""
    shared: bool = False
    stand_in: bool = False

    def speaks_of(self, topic: Topic) -> bool:
        """Whether the rule is about this topic, whoever speaks."""
        return (
            self.kind == topic.kind
            and self.name in ("", topic.name)
            and self.side in ("", topic.side)
        )

    def speaks_to(self, system_id: int | None, system_kind: str) -> bool:
        """Whether the rule is about this speaker, whatever the topic."""
        return self.system_kind in ("", system_kind) and self.system_id in (None, system_id)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the matrix says about one statement, and which rule said so (``None``: the default)."""

    verdict: str
    rule_id: int | None
    priority: int


def judge(
    rules: Iterable[Rule], topic: Topic | str, system_id: int | None, system_kind: str
) -> Judgement:
    """Judge a statement about ``topic`` by the given system.

    :param topic: a topic, or the code of a milestone
    :param system_id: ``None`` asks for a kind of system in general

    >>> rules = [Rule(1, ACCEPT, "delivered", "carrier"), Rule(2, REJECT, "delivered", "crm")]
    >>> judge(rules, "delivered", 7, "carrier").verdict
    'accept'
    >>> judge(rules, "picked", 7, "carrier").verdict
    'advisory'
    >>> judge(rules, Topic(CHARGE, "freight", "buy"), 7, "carrier").verdict
    'advisory'
    """
    if isinstance(topic, str):
        topic = Topic(MILESTONE, topic)
    matching = [
        rule for rule in rules if rule.speaks_of(topic) and rule.speaks_to(system_id, system_kind)
    ]
    if not matching:
        return Judgement(ADVISORY, None, NO_PRIORITY)
    best = min(matching, key=_specificity)
    return Judgement(best.verdict, best.id, best.priority)


class Judge:
    """Judges everything that one system states; each topic is looked up once."""

    def __init__(self, rules: Iterable[Rule], system_id: int, system_kind: str) -> None:
        self._rules = tuple(rules)
        self._speaker = (system_id, system_kind)
        self._known: dict[Topic, Judgement] = {}

    def __call__(self, topic: Topic | str) -> Judgement:
        if isinstance(topic, str):
            topic = Topic(MILESTONE, topic)
        if topic not in self._known:
            self._known[topic] = judge(self._rules, topic, *self._speaker)
        return self._known[topic]


def _specificity(rule: Rule) -> tuple[bool, bool, bool, bool, bool, int, int]:
    return (
        not rule.system_id,
        not rule.name,
        not rule.side,
        not rule.system_kind,
        rule.shared,
        rule.priority,
        rule.id,
    )


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
    heard = [owner for owner in owners if any(owner.speaks_to(*system) for system in present)]
    return [
        rule
        for rule in known
        if not rule.stand_in
        or not any(owner.speaks_of(Topic(rule.kind, rule.name, rule.side)) for owner in heard)
    ]
