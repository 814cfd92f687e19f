import pytest
import yaml

from odoo.addons.logistics_carrier_connector.core.errors import ConfigurationInvalid
from odoo.addons.logistics_carrier_connector.core.profile import load
from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

from .builders import PROFILES, profile

SMALL = """
profile: small
version: 3
name: Small
format: json
each: [{event: events}]
references: [{scheme: tracking, value: event.number}]
code: {keys: [[event.status]]}
time: [{at: event.at}]
codes:
  - {codes: [011, NO, 1e3, "yes"], milestone: delivered, note: there}
"""


def _with(**changes) -> str:
    data = yaml.load(SMALL, Loader=yaml.BaseLoader)
    data.update(changes)
    return yaml.safe_dump({name: value for name, value in data.items() if value is not None})


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_profile_that_we_ship_loads_and_says_where_its_codes_come_from(path):
    rules = profile(path.stem)
    assert rules.code == path.stem
    assert rules.description
    assert "\nsources:" in path.read_text("utf-8")
    assert all(row.note for row in rules.codes.values())
    assert all(row.note for row in rules.reasons.values())


def test_codes_stay_the_texts_that_were_written():
    rules = load(SMALL)
    assert set(rules.codes) == {"011", "NO", "1e3", "yes"}
    assert (rules.version, rules.name) == (3, "Small")


def test_equal_texts_share_one_compiled_profile():
    assert load(SMALL) is load(SMALL)
    assert load(SMALL) is not load(SMALL + "\n")


def test_a_milestone_of_the_companys_own_is_allowed_when_it_is_named():
    text = _with(codes=[{"codes": ["A"], "milestone": "weighed_twice"}])
    with pytest.raises(ConfigurationInvalid, match="no milestone is called 'weighed_twice'"):
        load(text)
    assert load(text, frozenset(CATALOGUE) | {"weighed_twice"}).codes["A"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "type object"),
        ("just words", "type object"),
        ("a: [1", "not YAML"),
        ("a: &x 1\nb: *x", "anchors are not used"),
        ("a: 1\na: 2", "occurs twice in line 2"),
        ("a: !!python/object/apply:os.system [ls]", "profile"),
        ("[" * 3000, "not YAML"),
        ("a: '\x00'", "not YAML"),
        ("x" * 1_000_001, "at most"),
        (_with(surprise="x"), "surprise"),
        (_with(time=None), "time"),
        (_with(profile="No Good"), "profile: breaks the rule pattern"),
        (_with(version="one"), "version: breaks the rule pattern"),
        (_with(format="papyrus"), "no format is called 'papyrus'"),
        (_with(zone="Mars/Olympus"), "no time zone is called"),
        (_with(time=[{"at": "a", "zone": "Nowhere"}]), "no time zone is called"),
        (_with(time=[{"at": "a", "date": "b"}]), "either at or date"),
        (_with(time=[{"time": "b"}]), "either at or date"),
        (_with(each=[{"mapped": "@"}]), "cannot name a level"),
        (_with(each=[{"two words": "@"}]), "cannot name a level"),
        (_with(each=[{"a": "@", "b": "@"}]), "each"),
        (_with(event_id="a["), "not a JMESPath expression"),
        (_with(references=[{"scheme": "nickname", "value": "a"}]), "references"),
        (_with(references=[{"value": "a"}]), "references"),
        (_with(references=[{"list": "a", "value": "b"}]), "references"),
        (_with(codes=[{"codes": ["A"]}]), "A: either a milestone or ignore"),
        (
            _with(codes=[{"codes": ["A"], "milestone": "delivered", "ignore": "true"}]),
            "A: either a milestone or ignore",
        ),
        (_with(codes=[{"codes": ["A", "A"], "milestone": "delivered"}]), "A has two rows"),
        (_with(codes=[{"codes": [" "], "milestone": "delivered"}]), "a code is blank"),
        (_with(codes=[{"codes": ["A"], "milestone": "delivered", "reason": "bad luck"}]), "reason"),
        (_with(codes=[{"codes": ["A"], "milestone": "delivered", "party": "me"}]), "party"),
        (
            _with(codes=[{"codes": ["A"], "milestone": "delivered", "inferred": "maybe"}]),
            "inferred",
        ),
        (_with(also=[{"milestone": "arrived"}]), "no milestone is called 'arrived'"),
        (_with(also=[{"milestone": "delivered", "after": ["x"]}]), "no milestone is called 'x'"),
        (_with(units={"L": "LB"}), "'LB' is not a unit of weight"),
    ],
    ids=lambda value: value if len(value) < 60 else "",
)
def test_a_profile_that_cannot_be_applied_is_refused_when_it_is_written(text, reason):
    with pytest.raises(ConfigurationInvalid, match=reason):
        load(text)
