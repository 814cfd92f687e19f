"""What the address of a place and the names of files mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.exchange_place import (
    REASON_SUFFIX,
    Place,
    can_be_kept,
    folder_name,
    is_wanted,
    kept_name,
    parse_place,
)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:///srv/exchange/acme", Place("file", "/srv/exchange/acme")),
        ("FILE://localhost/srv//exchange/./acme/", Place("file", "/srv/exchange/acme")),
        ("file:///", Place("file", "/")),
        ("sftp://acme@edi.example.com", Place("sftp", "/", "edi.example.com", 22, "acme")),
        (
            " sftp://a%40b@EDI.example.com:2222/out%20box ",
            Place("sftp", "/out box", "edi.example.com", 2222, "a@b"),
        ),
        ("sftp://acme@[2001:db8::1]:22/x", Place("sftp", "/x", "2001:db8::1", 22, "acme")),
        ("s3://bucket/in/acme", Place("s3", "/bucket/in/acme")),
        ("s3://KEY@bucket", Place("s3", "/bucket", username="KEY")),
        ("memory://store/kill", Place("memory", "/store/kill")),
    ],
)
def test_an_address_is_taken_apart(url, place):
    assert parse_place(url) == place


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "begins with"),
        ("/srv/exchange", "begins with"),
        ("ftp://acme@example.com/x", "begins with"),
        ("https://example.com/x", "begins with"),
        ("sftp://acme:secret@example.com/x", "password"),
        ("sftp://:@example.com/x", "password"),
        ("sftp://example.com/x", "names no user"),
        ("sftp:///x", "names no server"),
        ("sftp://acme@/x", "names no server"),
        ("s3:///x", "no bucket"),
        ("file://server/share", "three slashes"),
        ("file:///a/../../etc", "lead up"),
        ("file:///a/%2e%2e/etc", "lead up"),
        ("s3://bucket/../other", "lead up"),
        ("file:///a\\b", "not used in names"),
        ("file:///a%00b", "not used in names"),
        ("file:///a%0ab", "not used in names"),
        ("file:///a\x00b", "cannot be seen"),
        ("sftp://acme@example.com:x/y", "not a URL"),
        ("sftp://acme@example.com:99999/y", "not a URL"),
        ("sftp://acme@[::1/y", "not a URL"),
        ("s3://bucket/x?versionId=1", "behind a ?"),
        ("file:///x#y", "behind a ?"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_with_the_reason(url, why):
    with pytest.raises(ConfigurationInvalid, match=why):
        parse_place(url)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("sftp://acme@edi.example.com/out", "sftp://edi.example.com/out"),
        ("sftp://acme@edi.example.com:2222/out", "sftp://edi.example.com:2222/out"),
        ("s3://KEY@bucket/in", "s3://bucket/in"),
        ("file:///srv/in", "file:///srv/in"),
    ],
)
def test_the_evidence_names_the_place_and_not_who_logs_in(url, address):
    assert parse_place(url).address == address


@given(st.text())
def test_whatever_is_typed_is_a_place_that_stays_below_itself_or_is_refused(text):
    for prefix in ("file:///", "sftp://acme@host/", "s3://bucket/", ""):
        try:
            place = parse_place(prefix + text)
        except ConfigurationInvalid as error:
            assert error.public_message
        else:
            assert place.path.startswith("/")
            assert ".." not in place.path.split("/")


@given(st.text(alphabet="./ab\\ \n", max_size=12))
def test_a_folder_stays_in_its_place_or_is_refused(text):
    try:
        name = folder_name(text)
    except ConfigurationInvalid:
        return
    assert not name.startswith("/") and ".." not in name.split("/")
    assert not name or all(part.strip() for part in name.split("/"))


def test_no_folder_is_the_place_itself():
    assert [folder_name(text) for text in (None, "", "/", " ./ ")] == [""] * 4


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("status.edi", True),
        ("STATUS.EDI", True),
        ("status.xml", True),
        ("status.csv", False),
        ("status.edi.part", False),
        ("status.edi.PART", False),
        ("status.edi.tmp", False),
        ("status.edi.filepart", False),
        (".status.edi", False),
        ("~status.edi", False),
        ("status.edi.reason.txt", False),
        ("status.edi.ok", False),
    ],
)
def test_files_are_wanted_by_their_names(name, wanted):
    assert is_wanted(name, "*.edi, *.xml *.ok", ".OK") is wanted


def test_without_a_pattern_every_finished_file_is_wanted():
    assert is_wanted("anything", " , ")
    assert not is_wanted("anything.uploading", "*")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("status.edi", True),
        ("Łódź 1.csv", True),
        ("x" * 255, True),
        ("x" * 256, False),
        ("é" * 128, False),
        ("", False),
        ("../up", False),
        ("a\\b", False),
        ("a\nb", False),
        ("a\x00b", False),
        ("a\udcffb", False),
    ],
)
def test_names_that_cannot_be_written_down_are_known(name, kept):
    assert can_be_kept(name) is kept


_NAMES = st.text(min_size=1).filter(can_be_kept)


@given(_NAMES, _NAMES, st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_name_of_a_file_that_is_put_away_is_its_own_and_can_be_kept(one, other, first, second):
    name = kept_name(one, first)
    assert can_be_kept(name) and can_be_kept(name + REASON_SUFFIX)
    assert (first == second) or name != kept_name(one, second)
    if first != second and "." not in one + other:
        assert name != kept_name(other, second)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("status.edi", "status.42.edi"),
        ("archive.tar.gz", "archive.tar.42.gz"),
        ("noending", "noending.42"),
        (".hidden", ".hidden.42"),
        ("trailing.", "trailing.42"),
    ],
)
def test_the_number_stands_before_the_ending(name, kept):
    assert kept_name(name, 42) == kept
