"""The key that makes two statements the same statement."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from .fact import MilestoneFact
from .vocabulary import ACTUAL


def fact_key(fact: MilestoneFact, system_id: int, consignment: str) -> str:
    """64 hex digits that identify a statement of one system about one consignment.

    The source's own event id decides where there is one; otherwise what was said: milestone,
    classifier, the second it occurred, place, raw code. Free text and the time of recording are
    left out on purpose, because carriers re-send the same event with other words.

    An estimate is what was expected at a moment. Who says Tuesday, then Thursday, then Tuesday
    again has said three things, and the newest counts; so when it was stated belongs to it.

    :param consignment: identity of the consignment or shipment, e.g. ``"s12"`` or ``"s12/c3"``
    """
    identity: list[str] = [str(system_id), consignment, fact.milestone, fact.classifier]
    if fact.source_event_id:
        identity += ["id", fact.source_event_id]
    else:
        place = fact.location.label if fact.location else ""
        second = fact.occurred_at.astimezone(UTC).replace(microsecond=0).isoformat()
        identity += ["said", second, place.casefold(), fact.raw_code]
        if fact.classifier != ACTUAL and fact.stated_at:
            identity.append(fact.stated_at.astimezone(UTC).isoformat())
    identity.append(fact.retracts or "")
    return hashlib.sha256(json.dumps(identity, ensure_ascii=False).encode()).hexdigest()


def place_key(shipment_id: int, consignment_id: int | None, package_id: int | None) -> str:
    """What ``fact_key`` takes as the identity of a consignment, a package or a whole shipment.

    >>> place_key(12, 3, None)
    's12/c3'
    """
    place = f"s{shipment_id}/c{consignment_id or ''}"
    return f"{place}/p{package_id}" if package_id else place


def content_hash(fact: MilestoneFact) -> str:
    """Digest of what a statement says; a known key with another digest is a conflict."""
    said = [
        fact.occurred_at.astimezone(UTC).isoformat(),
        fact.reason,
        fact.responsible_party,
        fact.evidence.sha256 if fact.evidence else "",
        [str(fact.weight.value), fact.weight.unit] if fact.weight else [],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def conflict_key(key: str, digest: str) -> str:
    """The key under which a contradicting statement is kept beside the one that stands."""
    return hashlib.sha256(f"{key}/{digest}".encode()).hexdigest()
