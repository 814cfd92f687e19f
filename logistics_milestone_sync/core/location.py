"""Places: the codes by which a place that a system names is found in the register of locations.

Only codes decide, never names of cities: a code is somebody's promise that it means one place. The
speaker's own code is the most precise, then the GLN, then the UN/LOCODE, which means a whole town
or port. A code that means several places means none.

Sources: UN/ECE Recommendation 16 (UN/LOCODE); GS1 General Specifications, section 3.7.9 (GLN).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .fact import Location

# Two letters of the country, three of the place; digits where a country has used up its letters.
_UNLOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")


def is_unlocode(text: str) -> bool:
    """Whether a text has the form of a UN/LOCODE.

    >>> is_unlocode("DEHAM"), is_unlocode("Hamburg")
    (True, False)
    """
    return _UNLOCODE.fullmatch(text) is not None


def normalise_code(text: str) -> str:
    """One spelling of a depot code: case and blanks do not distinguish two depots.

    >>> normalise_code("  depot  4a ")
    'DEPOT 4A'
    """
    return " ".join(text.upper().split())


def compact(text: str) -> str:
    """A UN/LOCODE or GLN without the blanks with which it is printed.

    >>> compact("de ham")
    'DEHAM'
    """
    return "".join(text.upper().split())


@dataclass(frozen=True, slots=True)
class Known:
    """A location of the register.

    :param shared: of all companies; one of the speaker's own company comes before it
    """

    id: int
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Register:
    """What is known of the places that one batch names.

    :param aliases: location id by ``(system id, normalised code)``
    :param glns: the locations with a GLN
    :param unlocodes: the locations with a UN/LOCODE
    """

    aliases: Mapping[tuple[int, str], int] = field(default_factory=dict)
    glns: Mapping[str, Sequence[Known]] = field(default_factory=dict)
    unlocodes: Mapping[str, Sequence[Known]] = field(default_factory=dict)


def codes_of(place: Location) -> tuple[str, ...]:
    """The codes of a place as they are compared, most precise first; what is absent is left out."""
    return tuple(filter(None, _codes(place)))


def _codes(place: Location) -> tuple[str, str, str]:
    return normalise_code(place.code), compact(place.gln), compact(place.unlocode)


def find(place: Location, system_id: int, register: Register) -> int | None:
    """Id of the location that a system means, or ``None`` if nobody knows or several are meant.

    A system may mean something of its own by a public code, too: its alias comes before what
    everybody means by the code, and after every more precise code.
    """
    code, gln, unlocode = _codes(place)
    levels: tuple[tuple[str, Sequence[Known]], ...] = (
        (code, ()),
        (gln, register.glns.get(gln, ())),
        (unlocode, register.unlocodes.get(unlocode, ())),
    )
    for word, known in levels:
        alias = register.aliases.get((system_id, word))
        if alias is not None:
            return alias
        own = [location for location in known if not location.shared]
        candidates = {location.id for location in own or known}
        if candidates:
            return candidates.pop() if len(candidates) == 1 else None
    return None
