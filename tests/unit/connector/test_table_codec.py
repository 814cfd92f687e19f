import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.codecs import decode, table_codec
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

from .fuzz import answers, damaged

PLAIN = 'Tracking No.;Status;Gewicht (kg)\r\n123;Zugestellt;1.234,5\r\n\r\n124;"a;b"\r\n'


def _book(rows, title="Status"):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_rows_are_objects_by_the_names_of_the_header():
    tree = decode("csv", PLAIN.encode())
    assert tree["header"] == ["tracking_no", "status", "gewicht_kg"]
    assert tree["rows"] == [
        {"tracking_no": "123", "status": "Zugestellt", "gewicht_kg": "1.234,5", "row": 2},
        {"tracking_no": "124", "status": "a;b", "row": 4},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encodings_that_spreadsheets_write(encoding):
    text = "Ort,Straße\r\nKöln,Große Straße\r\n"
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    assert decode("csv", mark + text.encode(encoding))["rows"][0]["ort"] == "Köln"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found(mark):
    raw = f"a{mark}b{mark}c\n1{mark}2{mark}3\n".encode()
    tree = decode("csv", raw)
    assert (tree["separator"], tree["rows"][0]["c"]) == (mark, "3")


def test_a_title_above_the_header_is_passed_over_and_repeated_names_are_numbered():
    tree = decode("csv", b"Report of June\n\nCode,Code,,row\nA,B,C,D\n")
    assert tree["header"] == ["code", "code_2", "column_3", "row_2"]
    assert tree["rows"] == [{"code": "A", "code_2": "B", "column_3": "C", "row_2": "D", "row": 4}]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"only one column\nx\n", "no header"),
        (b"a,b\n1,2,3\n", "line 2 has 3 cells, the header has 2"),
        (b'a,b\n"1,2\n', "not CSV"),
        (b'a,b\n"1"x,2\n', "not CSV"),
        (b"a,b\n1,\x00\n", "NUL"),
        (b"\xff\xfea\x00,\x00b", "not UTF-16"),
        (b"a" + b",b" * 600 + b"\n", "more than 512 columns"),
    ],
)
def test_a_table_that_can_be_misread_is_refused(raw, reason):
    with pytest.raises(PayloadRejected, match=reason):
        decode("csv", raw)


def test_the_number_of_rows_is_limited(monkeypatch):
    monkeypatch.setattr(table_codec, "MAX_ROWS", 3)
    with pytest.raises(PayloadRejected, match="more than 3 rows"):
        decode("csv", b"a,b\n" + b"1,2\n" * 4)


def test_a_workbook_gives_texts_dates_and_stored_results_of_formulas():
    from datetime import datetime

    when = datetime(2025, 6, 3, 14, 30)
    raw = _book([["Tracking", "When", "Kg", "Sum"], ["1Z", when, 2.5, "=1+1"], ["2Z", None, 3]])
    tree = decode("xlsx", raw)
    assert tree["sheet"] == "Status"
    assert tree["rows"] == [
        {"tracking": "1Z", "when": "2025-06-03T14:30:00", "kg": "2.5", "row": 2},
        {"tracking": "2Z", "kg": "3", "row": 3},
    ]


def test_a_workbook_that_unpacks_too_big_is_refused_before_it_is_read(monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    monkeypatch.setattr(table_codec, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(PayloadRejected, match="unpacks to more"):
        decode("xlsx", file.getvalue())


def test_a_workbook_with_a_document_type_is_refused():
    file = io.BytesIO(_book([["a", "b"]]))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/evil.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(PayloadRejected, match="document type"):
        decode("xlsx", file.getvalue())


@pytest.mark.parametrize("raw", [b"PK\x03\x04 no zip", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(raw):
    with pytest.raises(PayloadRejected, match="not a workbook"):
        decode("xlsx", raw)


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=10).map(
    lambda text: " ".join(text.split())
)


@given(
    st.lists(st.lists(_CELLS, min_size=3, max_size=3), max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read_again(rows, mark, encoding):
    file = io.StringIO()
    csv.writer(file, delimiter=mark).writerows([["One", "Two", "Three"], *rows])
    tree = decode("csv", file.getvalue().encode(encoding))
    expected = [
        {name: cell for name, cell in zip(("one", "two", "three"), row, strict=True) if cell}
        for row in rows
    ]
    found = [{key: cell for key, cell in row.items() if key != "row"} for row in tree["rows"]]
    assert found == [row for row in expected if row]


@given(damaged(PLAIN.encode()))
def test_a_damaged_table_is_read_or_refused(raw):
    answers("csv", raw)


BOOK = _book([["Tracking", "Status"], ["1Z", "D"]])


@settings(max_examples=60)
@given(damaged(BOOK))
def test_a_damaged_workbook_is_read_or_refused(raw):
    answers("xlsx", raw)


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_with_damaged_parts_is_read_or_refused(data):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as source, zipfile.ZipFile(file, "w") as target:
        victim = data.draw(st.sampled_from(source.namelist()))
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, data.draw(damaged(content)) if name == victim else content)
    answers("xlsx", file.getvalue())


def test_the_number_of_cells_is_limited(monkeypatch):
    monkeypatch.setattr(table_codec, "MAX_CELLS", 5)
    assert len(decode("csv", b"a,b\n1,2\n3,4\n")["rows"]) == 2
    with pytest.raises(PayloadRejected, match="more than 5 cells"):
        decode("csv", b"a,b\n1,2\n3,4\n5,6\n")


@settings(max_examples=40)
@given(st.lists(st.lists(_CELLS, min_size=3, max_size=3), max_size=6))
def test_a_workbook_and_a_file_of_the_same_cells_are_the_same_table(rows):
    # What spreadsheets cannot hold, and what they would calculate, is not written to them.
    rows = [
        ["".join(char for char in cell if char.isprintable()).lstrip("=").strip() for cell in row]
        for row in rows
    ]
    table = [["One", "Two", "Three"], *rows]
    book, workbook, file = openpyxl.Workbook(), io.BytesIO(), io.StringIO()
    for row in table:
        book.active.append([cell or None for cell in row])
    book.save(workbook)
    csv.writer(file).writerows(table)
    read, other = decode("xlsx", workbook.getvalue()), decode("csv", file.getvalue().encode())
    assert (read["header"], read["rows"]) == (other["header"], other["rows"])
