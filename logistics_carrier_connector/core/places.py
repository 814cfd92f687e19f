"""Where something happened: a ``Location`` from the words a carrier uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.fact import Location

from .expression import Expression

FIELDS: Final = ("name", "city", "state", "postal_code", "country", "unlocode", "code", "gln")

_GLN: Final = re.compile(r"[0-9]{13}")

# Some carriers write three letters (ISO 3166-1 alpha-3): those of countries with many parcels.
_ALPHA_3: Final = (
    "USA:US CAN:CA MEX:MX GBR:GB IRL:IE FRA:FR DEU:DE NLD:NL BEL:BE LUX:LU CHE:CH AUT:AT "
    "ITA:IT ESP:ES PRT:PT DNK:DK NOR:NO SWE:SE FIN:FI POL:PL CZE:CZ SVK:SK HUN:HU ROU:RO "
    "BGR:BG GRC:GR HRV:HR SVN:SI EST:EE LVA:LV LTU:LT ISL:IS TUR:TR UKR:UA ISR:IL ARE:AE "
    "SAU:SA QAT:QA KWT:KW IND:IN PAK:PK BGD:BD LKA:LK SGP:SG MYS:MY THA:TH VNM:VN IDN:ID "
    "PHL:PH HKG:HK TWN:TW CHN:CN JPN:JP KOR:KR AUS:AU NZL:NZ ZAF:ZA EGY:EG MAR:MA NGA:NG "
    "KEN:KE BRA:BR ARG:AR CHL:CL COL:CO PER:PE PRI:PR"
)
_COUNTRIES: Final = dict(pair.split(":") for pair in _ALPHA_3.split())


def country_code(text: str) -> str:
    """ISO 3166-1 alpha-2, or empty if the text is not a country code we know.

    >>> country_code("usa"), country_code("DE"), country_code("Germany")
    ('US', 'DE', '')
    """
    code = text.strip().upper()
    code = _COUNTRIES.get(code, code)
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def location(expressions: Mapping[str, Expression], scope: Any) -> Location | None:
    """The place that the expressions find, or ``None`` if they find nothing.

    :param expressions: by field of ``Location``
    """
    values = {name: expression.text(scope) for name, expression in expressions.items()}
    if "country" in values:
        values["country"] = country_code(values["country"])
    if "unlocode" in values and len(values["unlocode"]) != 5:
        values["unlocode"] = ""
    if "gln" in values and not _GLN.fullmatch(values["gln"]):
        values["gln"] = ""
    return Location(**values) if any(values.values()) else None
