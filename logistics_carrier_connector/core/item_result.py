"""What became of one item of a message."""

from __future__ import annotations

from dataclasses import dataclass

from odoo.addons.logistics_milestone_sync.core.fact import Fact

from .errors import Problem


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one item of the message.

    :param path: where it stands: ``interchange[0].shipment[2].status[0]``
    :param unmapped: the code that no row explains
    :param ignored: the code is known and states no milestone
    :param override: whose exception from the profile explained the code, in words
    """

    path: str
    facts: tuple[Fact, ...] = ()
    unmapped: str = ""
    ignored: bool = False
    problem: Problem | None = None
    override: str = ""
