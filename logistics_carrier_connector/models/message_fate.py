"""What becomes of one message, from what was read in it and what the ledger said to its facts.

Plain values, no database: the same reading and outcomes always give the same fate.
"""

import hashlib
import json
from dataclasses import dataclass, field

from odoo.addons.logistics_milestone_sync.core import fact as facts
from odoo.addons.logistics_milestone_sync.core.fact import (
    AttributeFact,
    ChargeFact,
    DocumentFact,
    MilestoneFact,
    ReferenceFact,
    RouteFact,
    to_json,
)

from ..core.errors import BUSINESS, CONFIGURATION, PERMANENT, TRANSIENT

REFUSED = "refused"  # an item that cannot be read; every other status is one of facts.OUTCOMES
NOT_RECORDED = "not_recorded"  # read only: the connection is a test connection
# What people want to know of facts that are read once more: column suffixes of a replay.
TALLY = ("new", "known", "noted", "waiting", "refused")
_KIND = {
    facts.RECORDED: "new",
    facts.DUPLICATE: "known",
    facts.ADVISORY: "noted",
    facts.PARKED: "waiting",
    facts.DEFERRED: "waiting",
}
_STATE_OF_ERROR = {CONFIGURATION: "held", TRANSIENT: "received"}
_MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Fate:
    """The state of a message and why.

    :param items: what became of each fact, JSON-ready dicts
    """

    state: str
    error_class: str = ""
    error_message: str = ""
    items: list = field(default_factory=list)


def decide(reading, outcomes, test=False):
    """The fate of a message.

    :param reading: ``message_reader.Reading``
    :param list outcomes: of ``core.fact.Outcome``, one per fact of the reading
    :param bool test: the facts were not recorded
    """
    if reading.error:
        return _failed(reading.error)
    items = _items(reading, outcomes, test)
    if reading.unmapped:
        return Fate("held", CONFIGURATION, _say_unmapped(reading.unmapped), items)
    if reading.problems and not reading.facts:
        return Fate("dead", PERMANENT, _say_problems(reading.problems), items)
    if test:
        return Fate("tested", error_message=reading.note, items=items)
    waiting = waiting_fate(items)
    if waiting:
        return waiting
    if not reading.facts:
        return Fate("ignored", error_message=reading.note, items=items)
    return Fate("processed", error_message=_say_problems(reading.problems), items=items)


def waiting_fate(items):
    """The fate of a message with facts that are not in the ledger yet; ``None`` if all are.

    :param list items: what became of each fact
    """
    for status, error_class in ((facts.PARKED, BUSINESS), (facts.DEFERRED, "")):
        waiting = [item for item in items if item["status"] == status]
        if waiting:
            return Fate(status, error_class, waiting[0]["explanation"], items)
    return None


def _failed(error):
    state = _STATE_OF_ERROR.get(error.error_class, "dead")
    return Fate(state, error.error_class, _sentence(error.public_message))


def _items(reading, outcomes, test):
    items = []
    for position, (index, stated) in enumerate(reading.facts):
        item = {"index": index, "key": fact_digest(stated), **summary(stated)}
        if index in reading.overrides:
            item["override"] = reading.overrides[index]
        if test:
            item["status"] = NOT_RECORDED
        else:
            outcome = outcomes[position]
            item |= outcome_values(outcome)
        items.append(item)
    items += [
        {
            "index": index,
            "status": REFUSED,
            "references": problem.path,
            "explanation": _sentence(problem.reason),
        }
        for index, problem in reading.problems
    ]
    return sorted(items, key=lambda item: item["index"])


def kind_of(item):
    """The one of ``TALLY`` that an item belongs to."""
    return _KIND.get(item["status"], "refused")


def outcome_values(outcome):
    """The part of an item that the ledger decides."""
    return {
        "status": outcome.status,
        "shipment_id": outcome.shipment_id,
        "event_id": outcome.event_id,
        "explanation": _sentence(outcome.explanation),
    }


def fact_digest(stated):
    """A short name of a fact, by which its item is found again when it leaves the car park."""
    return json_digest(to_json(stated))


def json_digest(data):
    """``fact_digest`` of the JSON form of a fact."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def summary(stated):
    """What a fact says, in short: a JSON-ready dict for people's eyes."""
    references = _names(stated.references)
    if isinstance(stated, MilestoneFact):
        return {
            "what": stated.milestone,
            "classifier": stated.classifier,
            "occurred_at": stated.occurred_at.isoformat(),
            "code": stated.raw_code,
            "references": references,
        }
    if isinstance(stated, ReferenceFact):
        return {"what": "reference", "code": _names(stated.assigns), "references": references}
    if isinstance(stated, ChargeFact):
        return {
            "what": "charge",
            "code": f"{stated.charge_type} {stated.amount} {stated.currency}",
            "references": references,
        }
    if isinstance(stated, AttributeFact):
        code = f"{stated.field.replace('_', ' ')} {stated.value or 'none'}"
        return {"what": "field", "code": code, "references": references}
    if isinstance(stated, DocumentFact):
        kind = stated.document_kind.replace("_", " ")
        return {
            "what": "document",
            "code": f"{kind} {stated.number or stated.file_name}".strip(),
            "references": references,
        }
    if isinstance(stated, RouteFact):
        return {"what": "route", "code": f"{len(stated.stops)} stops", "references": references}
    raise TypeError(f"not a fact: {type(stated).__name__}")


def _names(references):
    return ", ".join(f"{ref.scheme.replace('_', ' ')} {ref.value}" for ref in references)


def _say_unmapped(unmapped):
    codes = ", ".join(f"{code} ({count}×)" for code, count in sorted(unmapped.items()))
    return f"The profile does not say what these codes mean: {codes}."


def _say_problems(problems):
    said = [_sentence(str(problem)) for _index, problem in problems[:_MOST_PROBLEMS]]
    if len(problems) > _MOST_PROBLEMS:
        said.append(f"And {len(problems) - _MOST_PROBLEMS} more.")
    return " ".join(said)


def _sentence(text):
    """The text with a capital letter and a full stop, for people."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
