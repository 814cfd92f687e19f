"""The traffic of story A: every message, its copies, and the order in which they are sent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from . import ltl, noise, ups, wms
from .message import CONFLICT, PROCESSED, REFUSED, Message
from .plan import EXCEPTIONS, Order

WAVES: Final = (1, 2)
_COPIES: Final = 0.2  # share of messages that carriers send again
_LATE: Final = 24  # messages that arrive when the story has moved on


def distinct(orders: tuple[Order, ...], seed: int) -> list[Message]:
    """Every message once, in the order of its making."""
    true = [*wms.messages(orders), *ups.messages(orders), *ltl.messages(orders)]
    return [*_some_late(true, orders, seed), *noise.messages(orders)]


def traffic(orders: tuple[Order, ...], seed: int, shuffle_seed: int | None = None) -> list[Message]:
    """What is sent, copies included, wave after wave and shuffled within each.

    :param seed: decides what is sent
    :param shuffle_seed: decides the order only; the same by default
    """
    messages = distinct(orders, seed)
    copies = list(_copies(messages, seed))
    shuffle = random.Random(f"order-{seed if shuffle_seed is None else shuffle_seed}")
    sent: list[Message] = []
    for wave in WAVES:
        part = [message for message in (*messages, *copies) if message.wave == wave]
        shuffle.shuffle(part)
        sent += part
    return sent


def _copies(messages: list[Message], seed: int) -> Iterator[Message]:
    """A fifth again, byte for byte; some of them twice, some only days later."""
    chance = random.Random(f"copies-{seed}")
    copied = [m for m in messages if m.fate not in (REFUSED, CONFLICT) and not m.key]
    for message in chance.sample(copied, round(len(copied) * _COPIES * 0.8)):
        yield message
        if chance.random() < 0.25:
            yield replace(message, wave=2)


def _some_late(messages: list[Message], orders: tuple[Order, ...], seed: int) -> Iterator[Message]:
    """Hold some back to the second wave, among them parcels that the carrier knew before us.

    An exception is never late in this story: what happens when it arrives after the invoice is
    another one.
    """
    disputed = {order.number for order in orders if order.plot in EXCEPTIONS}
    movable = [m for m in messages if m.fate == PROCESSED and m.label.split("/")[1] not in disputed]
    late = {m.label for m in random.Random(f"late-{seed}").sample(movable, _LATE)}
    for message in messages:
        yield replace(message, wave=2) if message.label in late else message
