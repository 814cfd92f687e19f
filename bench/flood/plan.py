"""What five senders send: a pure function of a number and a seed.

``flood`` sends as fast as it is answered, ``poison`` sends what cannot be worked off, and three
``quiet`` ones send now and then. Each speaks about the same shipments. A fifth of everything is
sent twice: half of it byte for byte, half as the same event in another message.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

QUIET: Final = ("quiet-1", "quiet-2", "quiet-3")
FLOOD: Final = "flood"
POISON: Final = "poison"
SENDERS: Final = (FLOOD, POISON, *QUIET)
TRAP: Final = "the database refuses this"  # the text of events that a constraint does not let in
SECRET: Final = "the flood's own secret"
EVENTS_PER_SHIPMENT: Final = 10
TWICE: Final = 0.2

_SHARES: Final = {FLOOD: 70, POISON: 6, "quiet-1": 8, "quiet-2": 8, "quiet-3": 8}
_WORDS: Final = ("picked_up", "arrived_at_hub", "departed_hub", "at_hub", "out_for_delivery")
_BEGIN: Final = datetime(2026, 3, 2, tzinfo=UTC)
# What the poisonous sender sends, in turn; a trap costs a batch, so it is rare.
_ILLS: Final = ("good", "broken", "word", "stranger") * 6 + ("trap",)
# What becomes of it.
FATES: Final = {
    "good": ("processed",),
    "broken": ("dead",),
    "word": ("held",),
    "stranger": ("parked",),
    "trap": ("received", "dead"),  # it gets three chances, minutes apart
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be posted.

    :param kind: a key of ``FATES``
    :param event: the event it states, unique for its sender
    """

    sender: str
    kind: str
    event: str
    body: bytes


def shipments(count: int) -> int:
    """How many shipments a flood of ``count`` messages speaks about."""
    return max(count // EVENTS_PER_SHIPMENT, 20)


def tracking(number: int) -> str:
    """What the carriers call a shipment."""
    return f"FLOOD{number:08d}"


def messages(count: int, seed: int = 1) -> dict[str, list[Message]]:
    """What each sender sends, shuffled; ``count`` messages in all, a fifth of them repetitions."""
    chance = random.Random(seed)
    return {
        sender: _of(sender, max(count * share // 100, 10), shipments(count), chance)
        for sender, share in _SHARES.items()
    }


def calm(count: int, seed: int = 2) -> dict[str, list[Message]]:
    """What the quiet ones send when nothing else happens: other events of the same shipments."""
    chance = random.Random(seed)
    quiet = {sender: _of(sender, count, shipments(count), chance) for sender in QUIET}
    return {
        sender: [_renamed(message, f"calm-{message.event}") for message in sent]
        for sender, sent in quiet.items()
    }


def _of(sender: str, count: int, shipped: int, chance: random.Random) -> list[Message]:
    repeated = round(count * TWICE)
    fresh = [_message(sender, number, shipped) for number in range(count - repeated)]
    again = [
        message if index % 2 else _in_other_words(message)
        for index, message in enumerate(chance.sample(fresh, repeated))
    ]
    sent = [*fresh, *again]
    chance.shuffle(sent)
    return sent


def _message(sender: str, number: int, shipped: int) -> Message:
    kind = _ILLS[number % len(_ILLS)] if sender == POISON else "good"
    step, shipment = divmod(number, shipped)
    at = _BEGIN + timedelta(minutes=17 * step + number % 11)
    event = {
        "event_id": f"{sender}-{number}",
        "tracking_number": f"NOBODY{number}" if kind == "stranger" else tracking(shipment),
        "status": "a word of its own" if kind == "word" else _WORDS[step % len(_WORDS)],
        "occurred_at": at.isoformat(),
        "description": TRAP if kind == "trap" else "What the carrier wrote about it",
        "location": {"city": "Louisville", "country": "US"},
    }
    body = json.dumps(event).encode()
    return Message(sender, kind, str(event["event_id"]), body[:-1] if kind == "broken" else body)


def _in_other_words(message: Message) -> Message:
    """The same event in a message of its own."""
    return replace(message, body=b" " + message.body)


def _renamed(message: Message, event: str) -> Message:
    return replace(
        message, event=event, body=message.body.replace(message.event.encode(), event.encode())
    )
