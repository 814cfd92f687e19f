"""What a shipment is called in an item of a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .expression import as_text
from .profile import Profile, ReferenceRule
from .scope import Scope

# A fact with more names than that is a mistake, and each of its neighbors would have as many.
_MOST_NAMES: Final = 200
_KEY: Final = "names of the shipment"  # which is no expression


def read_references(profile: Profile, scope: Any) -> tuple[Reference, ...]:
    """Every name that the rules find, each once.

    :raises ValueError: if there is none, or there are far too many
    """
    memory = scope.memory(_asked_about(profile)) if isinstance(scope, Scope) else None
    if memory is None:
        return _read(profile, scope)
    if _KEY not in memory:
        memory[_KEY] = _read(profile, scope)
    found: tuple[Reference, ...] = memory[_KEY]
    return found


def _read(profile: Profile, scope: Any) -> tuple[Reference, ...]:
    found: dict[tuple[str, str], Reference] = {}
    for rule in profile.references:
        for scheme, text in _names(rule, scope):
            reference = Reference(scheme, text)
            found.setdefault(reference.key, reference)
            if len(found) > _MOST_NAMES:
                raise ValueError(f"more than {_MOST_NAMES} names of one shipment")
    if not found:
        raise ValueError("no reference to a shipment")
    return tuple(found.values())


def _asked_about(profile: Profile) -> frozenset[str] | None:
    """The names of a scope that the rules look at; ``None`` if that may be any."""
    asked: frozenset[str] = frozenset()
    for rule in profile.references:
        names = (rule.items if rule.items and rule.qualifier else rule.value).names
        if names is None:
            return None
        asked |= names
    return asked


def _names(rule: ReferenceRule, scope: Any) -> Iterator[tuple[str, str]]:
    """``(scheme, name)`` of everything that a rule finds."""
    if rule.items is None or rule.qualifier is None:
        for each in rule.value.each(scope):
            if text := as_text(each, rule.value.source):
                yield rule.scheme, text
        return
    elements = rule.items.each(scope)
    if isinstance(scope, Scope):
        scope.work.spend(len(elements))
    for element in elements:
        scheme = rule.schemes.get(rule.qualifier.text(element))
        if scheme and (text := rule.value.text(element)):
            yield scheme, text
