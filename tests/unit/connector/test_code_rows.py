import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.code_rows import (
    COLUMNS,
    Coded,
    from_csv,
    rows_of,
    to_csv,
    with_reason,
    with_row,
    with_rows,
)
from odoo.addons.logistics_carrier_connector.core.code_table import CodeRow
from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.profile import load

from .builders import PROFILES

TEXT = """\
profile: small
version: 3
name: Small
format: json
each: [{event: events}]
references: [{scheme: tracking, value: event.number}]
code: {keys: [[event.status]]}
time: [{at: event.at}]
codes:
  - {codes: [D, E], milestone: delivered, note: there}
  - codes: [I]
    ignore: true

# Reasons of the driver.
reasons:
  - {codes: [W], reason: weather}
"""
WORDS = (
    st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=("Cs", "Cc", "Zl", "Zp"),
            exclude_characters="\ufeff\x85",
        ),
        min_size=1,
        max_size=12,
    )
    .map(str.strip)
    .filter(bool)
)
MEANINGS = st.one_of(
    st.builds(
        CodeRow,
        milestone=st.sampled_from(["delivered", "picked", "returned"]),
        classifier=st.sampled_from(["actual", "planned", "estimated"]),
        reason=st.sampled_from(["", "damaged"]),
        party=st.sampled_from(["", "carrier"]),
        inferred=st.booleans(),
        note=WORDS | st.just(""),
    ),
    st.builds(CodeRow, ignore=st.just(True), note=WORDS | st.just("")),
)
TABLES = st.lists(st.builds(Coded, WORDS, MEANINGS), max_size=8, unique_by=lambda each: each.code)


@given(TABLES)
def test_rows_that_are_written_into_a_text_are_read_from_it(rows):
    text = with_rows(TEXT, rows)
    assert rows_of(text) == rows
    if rows:
        assert dict(load(text).codes) == {each.code: each.row for each in rows}


@given(TABLES)
def test_what_stands_around_the_table_stays_as_it_was(rows):
    text = with_rows(TEXT, rows)
    assert text.startswith(TEXT[: TEXT.index("codes:\n")])
    assert text.endswith(TEXT[TEXT.index("\n# Reasons") :])


@given(TABLES)
def test_a_table_survives_the_spreadsheet(rows):
    assert from_csv(to_csv(rows)) == rows


@given(TABLES, WORDS, MEANINGS)
def test_one_more_row_leaves_the_others_alone(rows, code, row):
    before = {each.code: each.row for each in rows}
    after = {each.code: each.row for each in rows_of(with_row(with_rows(TEXT, rows), code, row))}
    assert after == before | {code: row}


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_delivered_profile_keeps_its_meaning_when_its_table_is_written_anew(path):
    text = path.read_text("utf-8")
    again = with_rows(text, rows_of(text))
    assert rows_of(again) == rows_of(text)
    if "\ntables:" not in text:
        assert load(again).codes == load(text).codes


def test_a_text_without_a_table_gets_one_before_the_shared_tables():
    text = "profile: x\nshared_codes:\n- codes: [A]\n"
    written = with_row(text, "D", CodeRow("delivered"))
    assert written.index("codes:\n  - ") < written.index("shared_codes:")


def test_a_table_without_rows_is_no_table():
    assert "\ncodes:" not in with_rows(TEXT, [])


def test_codes_of_the_same_meaning_share_a_line():
    rows = [Coded("A", CodeRow("delivered")), Coded("B", CodeRow("delivered"))]
    assert '- {codes: ["A", "B"], milestone: "delivered"}' in with_rows(TEXT, rows)


@pytest.mark.parametrize("text", [TEXT, TEXT[: TEXT.index("# Reasons")]])
def test_a_reason_is_added_beside_the_others(text):
    rules = load(with_reason(text, "ZZ", "damaged", "carrier", "broken on the way"))
    assert (rules.reasons["ZZ"].reason, rules.reasons["ZZ"].party) == ("damaged", "carrier")
    assert len(rules.reasons) == 1 + ("weather" in text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "one of them is code"),
        ("milestone\ndelivered\n", "one of them is code"),
        ("code,colour\nD,red\n", "no column is called 'colour'"),
        ("code,milestone\n,delivered\n", "line 2 has no code"),
        ("code,milestone\nD,delivered,x\n", "line 2 has more values"),
    ],
)
def test_a_spreadsheet_that_is_no_code_table_is_refused_with_its_line(text, told):
    with pytest.raises(ConfigurationInvalid, match=told):
        from_csv(text)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheet_may_be_separated_as_the_country_does(separator):
    text = f"\ufeffMilestone{separator}Code\r\ndelivered{separator}D\r\n{separator}\r\n"
    assert from_csv(text) == [Coded("D", CodeRow("delivered"))]


def test_all_columns_are_offered():
    assert to_csv([]).strip() == ",".join(COLUMNS)
