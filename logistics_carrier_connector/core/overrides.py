"""Exceptions from a profile's code table: what a code means on one connection, or for one client.

The nearest one counts: a connection's own, then its client's, then the table of the version in use.
An override explains exactly the code that it names, as a row of the table does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from .code_table import CodeRow
from .profile_rules import Profile

CONNECTION: Final = "connection"
CLIENT: Final = "client"
_NEAREST_LAST: Final = (CLIENT, CONNECTION)


@dataclass(frozen=True, slots=True)
class Override:
    """One exception.

    :param scope: ``connection`` or ``client``
    :param row: with ``override`` saying whose it is, for people
    """

    scope: str
    code: str
    row: CodeRow


def effective(overrides: Iterable[Override]) -> dict[str, CodeRow]:
    """The row that counts for each overridden code of one connection.

    >>> own = Override(CONNECTION, "D", CodeRow("delivered"))
    >>> general = Override(CLIENT, "D", CodeRow("returned"))
    >>> effective([own, general])["D"].milestone
    'delivered'
    """
    ordered = sorted(overrides, key=lambda each: _NEAREST_LAST.index(each.scope))
    return {each.code: each.row for each in ordered}


def overridden(profile: Profile, overrides: Iterable[Override]) -> Profile:
    """The profile with the exceptions of one connection in its table."""
    rows = effective(overrides)
    return replace(profile, codes={**profile.codes, **rows}) if rows else profile
