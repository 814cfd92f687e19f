"""Places in the words of carriers: what is no code of its kind is left out, not passed on."""

import pytest

from odoo.addons.logistics_carrier_connector.core.expression import Expression
from odoo.addons.logistics_carrier_connector.core.places import FIELDS, location
from odoo.addons.logistics_milestone_sync.core.fact import Location

EXPRESSIONS = {name: Expression(name) for name in FIELDS}


def test_a_profile_can_fill_every_field_of_a_location():
    assert set(FIELDS) == set(Location.__dataclass_fields__)


@pytest.mark.parametrize(
    ("stated", "place"),
    [
        (
            {"code": "HAM-4", "unlocode": "DEHAM", "gln": "4012345000009"},
            Location(code="HAM-4", unlocode="DEHAM", gln="4012345000009"),
        ),
        ({"city": "Ulm", "country": "Germany"}, Location(city="Ulm")),
        ({"city": "Ulm", "gln": "40123", "unlocode": "Hamburg"}, Location(city="Ulm")),
        ({"city": "Ulm", "gln": "401234500000X"}, Location(city="Ulm")),
        ({"gln": "40123"}, None),
        ({}, None),
    ],
)
def test_what_is_no_code_of_its_kind_is_left_out(stated, place):
    assert location(EXPRESSIONS, stated) == place
