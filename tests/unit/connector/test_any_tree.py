"""Whatever a message contains, a profile answers with a result and never with an exception."""

import copy
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.logistics_carrier_connector.core import mapping
from odoo.addons.logistics_carrier_connector.core.codecs import decode

from .builders import profile
from .test_samples import NAMES, WITHOUT, _sample

NOW = datetime(2025, 6, 30, 12, tzinfo=UTC)
STRANGE = (None, "", "x", "9" * 40, -1, 10**30, True, [], {}, [[]], [None], {"_text": None}, "é€")


def _spoiled(tree, chance):
    """The tree with a few values exchanged for strange ones, doubled or left out."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 4)):
        place = _places(tree)
        if not place:
            break
        holder, name = chance.choice(place)
        if chance.random() < 0.2:
            del holder[name]
        elif chance.random() < 0.2:
            holder[name] = [holder[name], holder[name]]
        else:
            holder[name] = copy.deepcopy(chance.choice(STRANGE))
    return tree


def _places(node):
    if isinstance(node, dict):
        pairs = list(node.items())
    elif isinstance(node, list):
        pairs = list(enumerate(node))
    else:
        return []
    return [(node, name) for name, _ in pairs] + [
        place for _, value in pairs for place in _places(value)
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT])
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_a_spoiled_sample_has_a_fate(name, seed):
    rules = profile(name)
    raw, asked, _expected = _sample(name)
    tree = _spoiled(decode(rules.format, raw), random.Random(seed))
    result = mapping.apply(rules, tree, NOW, asked)
    fates = [result.facts, result.problems, result.unmapped, result.carrier_error, result.ignored]
    assert any(fates)


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3)
    | st.dictionaries(st.sampled_from(["events", "status", "a", "code", "data"]), below),
    max_leaves=8,
)


@given(_TREES, st.sampled_from(NAMES))
def test_any_tree_has_a_fate(tree, name):
    result = mapping.apply(profile(name), tree, NOW)
    assert any(
        [result.facts, result.problems, result.unmapped, result.carrier_error, result.ignored]
    )
