"""Free words made comparable: ``Out for Delivery``, ``OUT_FOR_DELIVERY`` and ``OutForDelivery``."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 500


def slug(text: str) -> str:
    """The words of a text in small ASCII letters, joined with ``_``; at most 500 characters.

    >>> slug("Out for Delivery"), slug("OUT_FOR_DELIVERY"), slug("OutForDelivery")
    ('out_for_delivery', 'out_for_delivery', 'out_for_delivery')
    >>> slug("Livré à l'accueil"), slug("  ")
    ('livre_a_l_accueil', '')
    """
    plain = unicodedata.normalize("NFKD", text[:_LONGEST])
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return _OTHER.sub("_", _HUMP.sub("_", plain).lower()).strip("_")
