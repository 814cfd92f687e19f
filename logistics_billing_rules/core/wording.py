"""The words of an explanation."""

from __future__ import annotations

from typing import Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

# Who owes a milestone that is missing, by the kind of system that owns it.
_OWES: Final = {
    "wms": "warehouse",
    "tms": "carrier",
    "carrier": "carrier",
    "odoo": "finance",
}
OWNER_OF: Final = {
    code: _OWES.get(milestone.owners[0], "carrier") for code, milestone in CATALOGUE.items()
}


def milestone_name(code: str) -> str:
    """Name of a milestone for people; a code of the user's own stays as it is."""
    return CATALOGUE[code].name if code in CATALOGUE else code
