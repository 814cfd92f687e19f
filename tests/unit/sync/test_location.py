"""A place is found by codes in strict order, and a code that means several places means none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.fact import Location
from odoo.addons.logistics_milestone_sync.core.location import (
    Known,
    Register,
    codes_of,
    find,
    is_unlocode,
    normalise_code,
)

HAMBURG = "DEHAM"
GLN = "4012345000009"
REGISTER = Register(
    aliases={(7, "CTA"): 1, (7, "DEHAM"): 5},
    glns={GLN: [Known(2)]},
    unlocodes={HAMBURG: [Known(3)], "NLRTM": [Known(4), Known(6)]},
)


@pytest.mark.parametrize(
    ("code", "is_one"),
    [
        ("DEHAM", True),
        ("USLA3", True),
        ("deham", False),
        ("DEHA", False),
        ("DEHA1", False),  # 0 and 1 are not used: they look like letters
        ("DE HAM", False),
        ("1EHAM", False),
        ("ÄEHAM", False),
        ("", False),
    ],
)
def test_what_has_the_form_of_a_unlocode(code, is_one):
    assert is_unlocode(code) == is_one


@pytest.mark.parametrize(
    ("place", "location"),
    [
        (Location(code="cta ", gln=GLN, unlocode=HAMBURG), 1),
        (Location(code="unknown", gln=GLN, unlocode=HAMBURG), 2),
        (Location(gln="40123 45000009"), 2),
        (Location(unlocode="de ham", gln="1"), 5),  # this system means a depot by the town's code
        (Location(unlocode="NLRTM"), None),
        (Location(city="Hamburg", country="DE", name="CTA"), None),
        (Location(), None),
    ],
)
def test_the_most_precise_known_code_decides(place, location):
    assert find(place, 7, REGISTER) == location


def test_an_alias_is_of_one_system():
    assert find(Location(code="CTA"), 8, REGISTER) is None
    assert find(Location(unlocode=HAMBURG), 8, REGISTER) == 3


def test_a_place_of_the_own_company_comes_before_a_shared_one():
    register = Register(unlocodes={HAMBURG: [Known(3), Known(9, shared=False)]})
    assert find(Location(unlocode=HAMBURG), 8, register) == 9


def test_two_places_of_the_own_company_are_not_guessed_and_no_other_is_taken():
    known = [Known(3), Known(9, shared=False), Known(10, shared=False)]
    assert find(Location(unlocode=HAMBURG), 8, Register(unlocodes={HAMBURG: known})) is None


places = st.builds(
    Location,
    name=st.sampled_from(["", "Hub"]),
    city=st.sampled_from(["", "Hamburg"]),
    code=st.sampled_from(["", "CTA", "cta", "X"]),
    gln=st.sampled_from(["", GLN]),
    unlocode=st.sampled_from(["", HAMBURG, "NLRTM"]),
)


@given(places, st.lists(st.builds(Known, st.integers(1, 4), st.booleans()), max_size=5))
def test_the_order_of_the_register_does_not_matter(place, known):
    forwards = Register(unlocodes={HAMBURG: known}, glns={GLN: known})
    backwards = Register(unlocodes={HAMBURG: known[::-1]}, glns={GLN: known[::-1]})
    assert find(place, 1, forwards) == find(place, 1, backwards)


@given(places)
def test_names_and_cities_never_decide(place):
    bare = Location(code=place.code, gln=place.gln, unlocode=place.unlocode)
    assert find(place, 7, REGISTER) == find(bare, 7, REGISTER)
    if not codes_of(place):
        assert find(place, 7, REGISTER) is None


@given(st.text(max_size=20))
def test_a_normal_code_is_its_own_normal_form(text):
    assert normalise_code(normalise_code(text)) == normalise_code(text)


def test_a_place_with_a_gln_only_has_a_label():
    assert Location(gln=GLN).label == GLN
    assert Location(name="Hub", gln=GLN).label == "Hub"
