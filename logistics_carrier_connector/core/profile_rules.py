"""What a profile consists of, as values; ``profile.py`` makes them from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL

from .code_table import CodeRow, ReasonRow
from .expression import Expression
from .poll_profile import PollDefaults
from .times import TimeRule


@dataclass(frozen=True, slots=True)
class Step:
    """One level of a message: the list of things to look at, and what each is called."""

    name: str
    items: Expression


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """Where names of a shipment stand.

    :param value: one text or a list of texts, all names of ``scheme``
    :param items: with a ``qualifier``: the list of names of several schemes; then ``qualifier`` and
        ``value`` are read from each of its elements, and ``schemes`` tells the qualifiers to use
    """

    value: Expression
    scheme: str = ""
    items: Expression | None = None
    qualifier: Expression | None = None
    schemes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlsoRule:
    """A second statement that follows from the same event.

    :param after: milestones of the events that state it; empty for all
    :param unless: milestones of the events that do not
    :param when: also holds for those events; sees ``mapped`` beside the event: the ``milestone``,
        ``reason``, ``party`` and ``code`` that the tables gave
    :param time: empty if it happened when the event did
    :param evidence: carries the event's evidence, and is stated only if there is any
    :param optional: not stated where ``time`` finds nothing; otherwise that is a problem
    """

    milestone: str
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    when: Expression | None = None
    classifier: str = ACTUAL
    time: tuple[TimeRule, ...] = ()
    evidence: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """What something costs, per element of ``items``.

    :param types: the words of ``kind`` → a charge type; a word that is not in it is held
    :param amount: a number as written; see the functions ``decimal`` and ``scaled``
    :param key: what makes the charge the same charge when it is stated again
    """

    items: Expression
    amount: Expression
    currency: Expression
    key: Expression
    side: str = "buy"
    kind: Expression | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    description: Expression | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One carrier's messages, ready to apply; made by ``profile.load`` only.

    :param proof: how senders of this format prove themselves as a rule: ``kind`` and the settings
        of ``verifier.build``; what a new connection begins with
    :param recognize: holds for messages of this kind, and for no others
    :param ignore_when: holds for messages about something else than shipments' milestones: prices,
        labels, subscriptions
    :param keys: ways to write the status, most precise first; each a list of parts. Empty in a
        profile of documents that state charges only
    :param phrases: found in the text of a status that no code explains; always inferred
    :param time: when the event occurred
    :param estimate: the moment that is planned or estimated, where ``time`` is only when that was
        said; used for rows that are not actual
    :param stated_at: when the source recorded the event, if it says
    :param zone: IANA name, for local times of unknown places
    :param units: the carrier's own words for units → UN/ECE Rec 20
    :param retracts: the id of the event that this one withdraws
    :param poll: how the carrier is asked, if it can be
    """

    code: str
    version: int
    name: str
    format: str
    each: tuple[Step, ...]
    references: tuple[ReferenceRule, ...]
    keys: tuple[tuple[Expression, ...], ...] = ()
    time: tuple[TimeRule, ...] = ()
    codes: Mapping[str, CodeRow] = field(default_factory=dict)
    phrases: Mapping[str, CodeRow] = field(default_factory=dict)
    description: str = ""
    recognize: Expression | None = None
    ignore_when: Expression | None = None
    text: Expression | None = None
    reason: Expression | None = None
    reasons: Mapping[str, ReasonRow] = field(default_factory=dict)
    event_id: Expression | None = None
    retracts: Expression | None = None
    message_id: Expression | None = None
    stated_at: tuple[TimeRule, ...] = ()
    estimate: tuple[TimeRule, ...] = ()
    zone: str = ""
    location: Mapping[str, Expression] = field(default_factory=dict)
    weight_value: Expression | None = None
    weight_unit: Expression | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Expression] = field(default_factory=dict)
    also: tuple[AlsoRule, ...] = ()
    charges: tuple[ChargeRule, ...] = ()
    error_when: Expression | None = None
    error_text: Expression | None = None
    proof: Mapping[str, str] = field(default_factory=dict)
    poll: PollDefaults | None = None
