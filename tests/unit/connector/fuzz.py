"""Damage for codecs: whatever the bytes, a codec answers with a tree or with its own error."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core.codecs import decode
from odoo.addons.logistics_carrier_connector.core.errors import PayloadRejected

MAX_DEPTH = 64


def damaged(raw: bytes) -> st.SearchStrategy[bytes]:
    """``raw`` with a few places overwritten, cut out, doubled or swapped."""
    place = st.integers(0, max(len(raw) - 1, 0))
    edit = st.tuples(place, st.integers(0, 12), st.binary(max_size=6))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        result = bytearray(raw)
        for begin, length, filling in edits:
            result[begin : begin + length] = filling
        return bytes(result)

    return st.lists(edit, min_size=1, max_size=6).map(apply)


def answers(format_name: str, raw: bytes) -> Any:
    """The tree, or ``None`` if the codec refused; everything else escapes to the test."""
    try:
        tree = decode(format_name, raw)
    except PayloadRejected as error:
        assert error.public_message
        return None
    check_plain(tree)
    return tree


def check_plain(tree: Any) -> None:
    """A tree is what ``codecs/__init__.py`` promises: plain, shallow, without NUL characters."""
    level = [tree]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            assert not isinstance(value, float | bytes | set | tuple)
            if isinstance(value, dict):
                below.extend(value)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
            elif isinstance(value, str):
                assert "\x00" not in value
        if not below:
            return
        level = below
    raise AssertionError("the tree is too deep")
