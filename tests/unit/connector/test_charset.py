"""Text in an encoding that its sender named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.charset import as_utf8

TEXT = "Łódź;Gdańsk"


@pytest.mark.parametrize("charset", ["cp1250", "iso-8859-2", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("format_name", ["csv", "json", "canonical", "x12"])
def test_text_in_the_encoding_that_was_named_becomes_utf8(charset, format_name):
    content_type = f"text/plain; charset={charset}"
    assert as_utf8(TEXT.encode(charset), format_name, content_type) == TEXT.encode()


@pytest.mark.parametrize(
    ("raw", "format_name", "content_type"),
    [
        (TEXT.encode("cp1250"), "xml", "text/xml; charset=cp1250"),
        (TEXT.encode("cp1250"), "edifact", "text/plain; charset=cp1250"),
        (TEXT.encode("cp1250"), "xlsx", "text/plain; charset=cp1250"),
        (TEXT.encode("cp1250"), "csv", ""),
        (TEXT.encode("cp1250"), "csv", "text/csv"),
        (TEXT.encode("cp1250"), "csv", "text/csv; charset=utf-8"),
        (TEXT.encode("cp1250"), "csv", "text/csv; charset=nonsense"),
        (TEXT.encode("cp1250"), "csv", "text/csv; charset=rot13"),
        (b"\x80", "csv", "text/csv; charset=ascii"),
        (TEXT.encode(), "json", "application/json; charset=cp1250"),
        (TEXT.encode("utf-8-sig"), "csv", "text/csv; charset=cp1250"),
        (TEXT.encode("utf-16"), "csv", "text/csv; charset=cp1250"),
        (b"", "csv", "text/csv; charset=cp1250"),
    ],
)
def test_what_says_its_encoding_itself_or_cannot_be_in_it_stays_as_it_is(
    raw, format_name, content_type
):
    assert as_utf8(raw, format_name, content_type) == raw


@given(st.binary(), st.text(max_size=20))
def test_no_content_and_no_content_type_breaks_it(raw, content_type):
    assert isinstance(as_utf8(raw, "csv", f"text/csv; charset={content_type}"), bytes)


@given(st.text(alphabet="aäöüß€;,\n", min_size=1))
def test_a_table_in_windows_1252_reads_as_it_was_written(text):
    assert as_utf8(text.encode("cp1252"), "csv", "text/csv; charset=cp1252").decode() == text
