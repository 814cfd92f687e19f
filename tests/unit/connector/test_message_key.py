from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.message_key import message_key, sha256


def test_without_an_id_the_bytes_name_the_message():
    assert message_key(None, b"abc") == message_key("  ", b"abc") == "sha:" + sha256(b"abc")
    assert message_key(None, b"abc") != message_key(None, b"abc ")


def test_with_an_id_the_bytes_do_not_matter():
    assert message_key("77", b"abc") == message_key(" 77 ", b"other") == "id:77"


def test_an_id_that_looks_like_a_digest_is_not_taken_for_one():
    assert message_key("sha:" + sha256(b"abc"), b"") != message_key(None, b"abc")


@given(st.text(max_size=1000), st.binary(max_size=20))
def test_a_key_is_short_and_printable_whatever_the_sender_calls_its_message(name, raw):
    key = message_key(name, raw)
    assert len(key) <= 203
    assert key.isprintable()


@given(st.text(min_size=201, max_size=300), st.text(min_size=201, max_size=300))
def test_long_ids_stay_different(one, other):
    if one.strip() != other.strip():
        assert message_key(one, b"") != message_key(other, b"")
