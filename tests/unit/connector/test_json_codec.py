from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.codecs import MAX_BYTES, decode
from odoo.addons.logistics_carrier_connector.core.codecs.json_codec import MAX_DEPTH
from odoo.addons.logistics_carrier_connector.core.errors import (
    ConfigurationInvalid,
    PayloadRejected,
)


def test_fractions_keep_every_digit():
    assert decode("json", b'{"amount": 0.10}') == {"amount": Decimal("0.10")}


def test_a_byte_order_mark_is_passed_over():
    assert decode("json", b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"{", "line 1, column 2"),
        (b'{"a": 1} x', "Extra data"),
        (b"3", "object or an array"),
        (b'"text"', "object or an array"),
        (b'{"a": NaN}', "NaN is not"),
        (b'{"a": -Infinity}', "-Infinity is not"),
        (b'{"a": 1e400}', "out of range"),
        (b'{"a": 1e-400}', "out of range"),
        (b'{"a": 9e-325}', "out of range"),
        (b'{"a": ' + b"9" * 400 + b"}", "out of range"),
        (b'{"a": 0.' + b"9" * 500 + b"}", "out of range"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b'{"a": "\x00"}', "Invalid control character"),
        (b'{"a": "\\ud83d"}', "surrogate"),
        (b'{"a": 1, "a": 2}', "same name twice"),
        (b'{"a": "\xff"}', "byte 7"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b"[" * 5000 + b"]" * 5000, f"deeper than {MAX_DEPTH}"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, f"deeper than {MAX_DEPTH}"),
        (b"[" * 100_000, "nested deeper|not JSON"),
    ],
    ids=lambda value: value[:20],
)
def test_what_two_readers_could_read_differently_is_refused(raw, reason):
    with pytest.raises(PayloadRejected, match=reason):
        decode("json", raw)


def test_the_depth_limit_is_exact():
    assert decode("json", b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert decode("json", b"[" * MAX_DEPTH + b'"a"' + b"]" * MAX_DEPTH)
    with pytest.raises(PayloadRejected, match="deeper"):
        decode("json", b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    with pytest.raises(PayloadRejected, match="NUL"):
        decode("json", b"[" * MAX_DEPTH + b'"\\u0000"' + b"]" * MAX_DEPTH)


def test_a_pair_of_surrogates_is_one_character():
    assert decode("json", b'["\\ud83d\\ude9a"]') == ["\N{DELIVERY TRUCK}"]


def test_a_message_that_is_too_big_is_not_parsed():
    with pytest.raises(PayloadRejected, match="bytes"):
        decode("json", b" " * (MAX_BYTES + 1))


def test_an_unknown_format_is_a_configuration_error():
    with pytest.raises(ConfigurationInvalid, match="papyrus"):
        decode("papyrus", b"{}")


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_rejected(raw):
    try:
        assert isinstance(decode("json", raw), dict | list)
    except PayloadRejected as error:
        assert error.public_message


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(_VALUES, max_size=4) | st.dictionaries(_TEXTS, _VALUES, max_size=4))
def test_every_clean_tree_survives_the_way_through_json(tree):
    import json

    assert decode("json", json.dumps(tree).encode()) == tree
    assert decode("json", json.dumps(tree, ensure_ascii=False).encode()) == tree


# What both readers take: YAML has fewer control characters, and numbers of its own.
_WORD = st.text('ab ,:{}[]"\\é日', max_size=8)
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | _WORD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORD, inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(_PLAIN, max_size=4))
def test_another_library_reads_the_same_tree(tree):
    import json

    import yaml

    raw = json.dumps(tree, ensure_ascii=False).encode()
    assert decode("json", raw) == yaml.safe_load(raw)
