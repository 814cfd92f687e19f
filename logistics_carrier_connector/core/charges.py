"""What an item of a message says something costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from odoo.addons.logistics_milestone_sync.core.fact import ChargeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .code_table import Unmapped
from .profile import ChargeRule, Profile
from .references import read_references
from .scope import Scope

if TYPE_CHECKING:
    from .item import Item

_AMOUNT: Final = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


def read_charges(profile: Profile, item: Item) -> tuple[ChargeFact, ...]:
    """The charges of an item, in the order of the rules and of the message.

    :raises ValueError: on an amount or a currency that is none, or a charge without a key
    :raises Unmapped: on a kind of charge that the profile does not know
    """
    found = [charge for rule in profile.charges for charge in _of_rule(rule, profile, item.scope)]
    keys = [(charge.side, charge.charge_key) for charge in found]
    if len(set(keys)) != len(keys):
        raise ValueError("two charges of the item have the same key")
    return tuple(found)


def _of_rule(rule: ChargeRule, profile: Profile, scope: Scope) -> Iterator[ChargeFact]:
    references: tuple[Reference, ...] = ()
    for number, element in enumerate(rule.items.each(scope), start=1):
        # Expressions see the charge, its number in the list, and the item around it.
        inside = scope.also(charge=element, number=number)
        amount = rule.amount.text(inside)
        if not amount:
            continue
        # Read once: the names are those of the item, and there may be thousands of both.
        references = references or read_references(profile, scope)
        yield ChargeFact(
            references=references,
            side=rule.side,
            charge_type=_kind(rule, inside),
            charge_key=_required(rule.key.text(inside), "the key of a charge is missing"),
            amount=_amount(amount),
            currency=_currency(rule.currency.text(inside)),
            description=rule.description.text(inside) if rule.description else "",
        )


def _kind(rule: ChargeRule, scope: Any) -> str:
    word = rule.kind.text(scope) if rule.kind else ""
    if rule.kind is None:
        return "freight"
    if word not in rule.types:
        raise Unmapped(f"charge {word[:40]}")
    return rule.types[word]


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ValueError("the amount of a charge is not a number")
    return Decimal(text)


def _currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise ValueError("the currency of a charge is not a code of ISO 4217")
    return text


def _required(text: str, reason: str) -> str:
    if not text:
        raise ValueError(reason)
    return text
