"""Crosswalks: what goes out as CSV comes back equal, and the shipped one contradicts nothing."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_milestone_sync.core.crosswalk import (
    COLUMNS,
    DIRECTIONS,
    IN,
    STANDARDS,
    Row,
    contradictions,
    read,
    render,
)
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

PROJECT = Path(__file__).resolve().parents[3]
SHIPPED = PROJECT / "logistics_milestone_sync" / "crosswalks" / "standards.csv"

FORMULA = ("=", "+", "-", "@", "\t", "\r")

cells = st.text(
    st.one_of(
        st.sampled_from(list("ABC=+-@'\",;\t\r\n 12")),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    max_size=12,
)
rows = st.builds(
    Row,
    st.sampled_from(sorted(CATALOGUE)),
    st.sampled_from(sorted(STANDARDS)),
    cells.filter(bool),
    cells,
    st.sampled_from(DIRECTIONS),
    st.just(False),
    cells,
    cells,
) | st.builds(
    Row,
    st.just("delivered"),
    st.just("x12"),
    st.just("D1"),
    direction=st.sampled_from(["both", "out"]),
    primary=st.just(True),
)


@given(st.lists(rows, max_size=6))
def test_what_is_written_is_read_again(some):
    assert read(render(some)) == some


@given(st.lists(rows, max_size=6))
def test_no_cell_is_a_formula_for_a_spreadsheet(some):
    lines = csv.reader(io.StringIO(render(some), newline=""))
    assert [cell for cells in lines for cell in cells if cell.startswith(FORMULA)] == []


@pytest.fixture(scope="module")
def shipped():
    return read(SHIPPED.read_text())


def test_the_shipped_crosswalk_contradicts_nothing(shipped):
    assert list(contradictions(shipped)) == []
    assert {row.standard for row in shipped} == set(STANDARDS)
    assert len({(r.standard, r.code, r.qualifier) for r in shipped}) == len(shipped)


def test_the_shipped_crosswalk_speaks_of_the_catalogue_and_names_its_sources(shipped):
    assert {row.milestone for row in shipped} <= set(CATALOGUE)
    assert [row for row in shipped if not row.source.startswith("https://")] == []


def test_the_shipped_file_is_what_would_be_exported(shipped):
    assert render(shipped).replace("\r\n", "\n") == SHIPPED.read_text()


@pytest.mark.parametrize(
    "milestone", ["accepted", "dispatched", "arrived_at_hub", "departed_hub", "delivered"]
)
def test_the_core_of_a_transport_has_a_code_to_send_in_every_standard(shipped, milestone):
    sent = {row.standard for row in shipped if row.milestone == milestone and row.primary}
    # EPCIS knows no bookings.
    assert sent == set(STANDARDS) - ({"epcis"} if milestone == "accepted" else set())


def test_a_person_may_leave_columns_out_and_swap_them():
    text = "\ufeffcode,standard,milestone\r\nD1,x12,delivered\r\n\r\n"
    assert read(text) == [Row("delivered", "x12", "D1")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the columns must be among"),
        ("milestone,standard\n", "line 1: the columns must be among"),
        ("milestone,standard,code,shoe\n", "line 1: the columns must be among"),
        ("milestone,standard,code,code\n", "line 1: the columns must be among"),
        ("milestone,standard,code\ndelivered,morse,D1\n", "line 2: unknown standard: 'morse'"),
        ("milestone,standard,code\ndelivered,x12,\n", "line 2: a row needs a milestone"),
        ("milestone,standard,code\ndelivered,x12\n", "line 2:"),
        ('milestone,standard,code\ndelivered,x12,"D1', "line 2:"),
        (
            "milestone,standard,code,direction\ndelivered,x12,D1,up\n",
            "line 2: unknown direction: 'up'",
        ),
        ("milestone,standard,code,primary\ndelivered,x12,D1,true\n", "line 2: primary is yes"),
        (
            "milestone,standard,code,direction,primary\ndelivered,x12,D1,in,yes\n",
            "line 2: D1 is never sent",
        ),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_line(text, complaint):
    with pytest.raises(ValueError) as refused:
        read(text)
    assert str(refused.value).startswith(complaint)


def test_two_meanings_and_two_codes_to_send_are_contradictions():
    row = Row("delivered", "x12", "D1", primary=True)
    assert list(contradictions([row, replace(row, milestone="returned")])) == [
        "x12 D1  is understood as 2 milestones"
    ]
    assert list(contradictions([row, replace(row, code="X1")])) == [
        "delivered is sent as 2 codes of x12"
    ]
    sent = replace(row, milestone="returned", direction="out", primary=False)
    assert list(contradictions([row, sent])) == [], "a code may be sent for several milestones"
    assert list(contradictions([replace(row, direction=IN, primary=False)])) == []


def test_the_columns_are_the_fields():
    assert COLUMNS[:3] == ("milestone", "standard", "code")
    assert render([]).strip() == ",".join(COLUMNS)
