"""What a shipment is called in an item of a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .expression import as_text
from .profile import Profile, ReferenceRule


def read_references(profile: Profile, scope: Any) -> tuple[Reference, ...]:
    """Every name that the rules find, each once.

    :raises ValueError: if there is none
    """
    found: dict[tuple[str, str], Reference] = {}
    for rule in profile.references:
        for scheme, text in _names(rule, scope):
            reference = Reference(scheme, text)
            found.setdefault(reference.key, reference)
    if not found:
        raise ValueError("no reference to a shipment")
    return tuple(found.values())


def _names(rule: ReferenceRule, scope: Any) -> Iterator[tuple[str, str]]:
    """``(scheme, name)`` of everything that a rule finds."""
    if rule.items is None or rule.qualifier is None:
        for each in rule.value.each(scope):
            if text := as_text(each, rule.value.source):
                yield rule.scheme, text
        return
    for element in rule.items.each(scope):
        scheme = rule.schemes.get(rule.qualifier.text(element))
        if scheme and (text := rule.value.text(element)):
            yield scheme, text
