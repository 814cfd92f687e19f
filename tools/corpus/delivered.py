"""The profiles of the connector, and which of them a file is for."""

from __future__ import annotations

from datetime import datetime

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected
from odoo.addons.logistics_carrier_connector.core.expression import EvaluationFailed
from odoo.addons.logistics_carrier_connector.core.mapping import MappingResult
from odoo.addons.logistics_carrier_connector.core.profile import Profile, load
from odoo.addons.logistics_carrier_connector.core.profile_tables import compose

from .bare import PROJECT

FOLDER = PROJECT / "logistics_carrier_connector" / "profiles"


# Folders that are not named like the profile that reads them.
_ALSO_CALLED = {"17track": "track17", "dpdhl": "dhl_parcel_de", "dhl_universal": "dhl_unified"}

# For carriers that have none of their own, and for answers that theirs does not take.
_LAST = ("generic_tracking",)


class NoProfile(Exception):
    """No profile of the carrier takes the file."""


def profiles() -> dict[str, Profile]:
    """Every profile that the module delivers, by its code."""
    tables = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("codes/*.yaml")}
    return {
        path.stem: load(compose(path.read_text("utf-8"), tables))
        for path in sorted(FOLDER.glob("*.yaml"))
    }


def candidates(carrier: str, known: dict[str, Profile]) -> list[Profile]:
    """The profiles of a carrier's folder: of its name, or whose name begins with it.

    ``dpd`` means ``dpd`` and ``dpd_group``; what a message really is, the profile recognizes. A
    folder without one (``x12_110``) is tried on all profiles. The generic one comes last.
    """
    carrier = _ALSO_CALLED.get(carrier, carrier)
    own = [known[name] for name in known if name == carrier or name.startswith(f"{carrier}_")]
    parts = carrier.split("_")
    wider = [profile for name, profile in known.items() if name.split("_")[0] == parts[0]]
    own = own or wider or [profile for name, profile in known.items() if name not in _LAST]
    return [*own, *(known[name] for name in _LAST if known[name] not in own)]


def read(
    raw: bytes, choices: list[Profile], now: datetime, number: str = ""
) -> tuple[str, MappingResult]:
    """The code of the first profile that takes the message, and what it reads.

    :raises PayloadRejected: if no codec of the choices reads it
    :raises NoProfile: if the codecs do, and no profile says that it is its message
    """
    rejected: list[PayloadRejected] = []
    answered: tuple[str, MappingResult] | None = None
    for profile in choices:
        try:
            tree = decode(profile.format, raw)
        except PayloadRejected as error:
            rejected.append(error)
            continue
        try:
            passed = profile.ignore_when and profile.ignore_when.holds(tree)
            if passed or mapping.recognizes(profile, tree):
                asked = {"number": number} if number else None
                return profile.code, mapping.apply(profile, tree, now, asked)
        except EvaluationFailed:
            continue
        result = mapping.apply(profile, tree, now)
        if result.carrier_error is not None and answered is None:
            answered = profile.code, result
    if answered:
        return answered
    if rejected and len(rejected) == len(choices):
        raise rejected[0]
    raise NoProfile("no profile takes it")
