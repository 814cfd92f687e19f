"""Makes a profile from the data of its file and checks every word of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL, ESTIMATED
from odoo.addons.logistics_milestone_sync.core.weight import UNITS

from .clock import is_format
from .code_table import CodeRow, ReasonRow
from .codecs import FORMATS
from .errors import ConfigurationInvalid
from .expression import Expression
from .poll_profile import build_poll
from .profile_rules import AlsoRule, ChargeRule, Profile, ReferenceRule, Step
from .proof_keys import EXAMPLE
from .times import TimeRule
from .verifier import build as build_verifier
from .words import slug
from .zones import zone

_PLAIN: Final = ("recognize", "ignore_when", "event_id", "message_id", "retracts")
_RESERVED: Final = ("mapped", "asked", "charge", "number")
_EXPRESSIONS: Final = tuple("at date time code offset zone_name local_date local_time".split())

# When one of these has happened, or the event is an estimate itself, an estimate says nothing.
_AFTER_AN_ETA: Final = tuple(
    "delivered returned lost cancelled available_for_pickup pod_received eta_changed".split()
)


def build(data: Mapping[str, Any], milestones: Collection[str]) -> Profile:
    """The profile of what a file says.

    :param data: fits ``PROFILE_SCHEMA``
    :raises ConfigurationInvalid: on a word that means nothing, naming it
    """
    code, error, weight = (data.get(name, {}) for name in ("code", "carrier_error", "weight"))
    _check(data)
    parts: dict[str, Any] = {
        **{name: _expression(data.get(name)) for name in _PLAIN},
        **{name: _times(data.get(name, [])) for name in ("time", "stated_at", "estimate")},
        **{name: _expressions(data.get(name, {})) for name in ("location", "evidence")},
        "proof": _proof(data.get("proof", {})),
    }
    return Profile(
        code=data["profile"],
        version=int(data["version"]),
        name=data["name"],
        format=data["format"],
        description=data.get("description", ""),
        each=tuple(_step(step) for step in data["each"]),
        references=tuple(_reference(rule) for rule in data["references"]),
        keys=tuple(tuple(Expression(part) for part in key) for key in code.get("keys", [])),
        text=_expression(code.get("text")),
        reason=_expression(code.get("reason")),
        zone=data.get("zone", ""),
        weight_value=_expression(weight.get("value")),
        weight_unit=_expression(weight.get("unit")),
        units=_units(data.get("units", {})),
        also=tuple(_all_also(data, milestones)),
        charges=tuple(_charge(rule) for rule in data.get("charges", [])),
        codes=_codes(data.get("shared_codes", []), milestones, shared=True)
        | _codes(data.get("codes", []), milestones),
        phrases=_phrases(data.get("phrases", []), milestones),
        reasons=_reasons(data.get("reasons", [])),
        error_when=_expression(error.get("when")),
        error_text=_expression(error.get("text")),
        poll=build_poll(data.get("poll")),
        **parts,
    )


def _check(data: Mapping[str, Any]) -> None:
    """What the schema cannot say."""
    _require(data["format"] in FORMATS, f"no format is called {data['format']!r}")
    _require("code" in data or "charges" in data, "a profile states code and time, or charges")
    if "code" in data:
        _require("time" in data, "a profile with a code needs a time")
        known = any(name in data for name in ("codes", "shared_codes", "phrases"))
        _require(known, "a profile with a code needs codes")
    if data.get("zone"):
        zone(data["zone"])


def _proof(data: Mapping[str, str]) -> Mapping[str, str]:
    """The settings, once they make a verifier; its secret is each connection's own."""
    if data:
        config = {name: value for name, value in data.items() if name != "kind"}
        secret = "0123456789abcdef"  # a text, and base64, and hexadecimal
        if data["kind"] == "public_key":
            config.setdefault("keys", EXAMPLE)  # so are the keys of who sends to it
        build_verifier(data["kind"], config, [secret])
    return data


def _step(step: Mapping[str, str]) -> Step:
    ((name, items),) = step.items()
    _require(name.isidentifier() and name not in _RESERVED, f"{name!r} cannot name a level")
    return Step(name, Expression(items))


def _reference(rule: Mapping[str, Any]) -> ReferenceRule:
    return ReferenceRule(
        value=Expression(rule["value"]),
        scheme=rule.get("scheme", ""),
        items=_expression(rule.get("list")),
        qualifier=_expression(rule.get("qualifier")),
        schemes=dict(rule.get("schemes", {})),
    )


def _all_also(data: Mapping[str, Any], milestones: Collection[str]) -> Iterator[AlsoRule]:
    """The rules as written, and those that ``evidence`` and ``eta`` stand for."""
    rules = data.get("also", [])
    yield from (_also(rule, milestones) for rule in rules)
    if "evidence" in data and all(rule["milestone"] != "pod_received" for rule in rules):
        yield AlsoRule("pod_received", after=("delivered",), evidence=True)
    if "eta" in data:
        yield AlsoRule(
            "eta_changed",
            unless=_AFTER_AN_ETA,
            classifier=ESTIMATED,
            time=_times(data["eta"]),
            optional=True,
        )


def _also(rule: Mapping[str, Any], milestones: Collection[str]) -> AlsoRule:
    named = [rule["milestone"], *rule.get("after", []), *rule.get("unless", [])]
    for milestone in named:
        _require_milestone(milestone, milestones)
    return AlsoRule(
        milestone=rule["milestone"],
        after=tuple(rule.get("after", ())),
        unless=tuple(rule.get("unless", ())),
        when=_expression(rule.get("when")),
        classifier=rule.get("classifier", ACTUAL),
        time=_times(rule.get("time", [])),
        evidence=rule.get("evidence") == "true",
    )


def _times(rules: list[Mapping[str, Any]]) -> tuple[TimeRule, ...]:
    return tuple(_time(rule) for rule in rules)


def _time(rule: Mapping[str, Any]) -> TimeRule:
    received = rule.get("received") == "true"
    _require(
        [received, "at" in rule, "date" in rule].count(True) == 1,
        "a time rule has either at or date",
    )
    if "zone" in rule:
        zone(rule["zone"])
    parts: dict[str, Any] = {name: _expression(rule.get(name)) for name in _EXPRESSIONS}
    formats = tuple(rule.get("formats", ()))
    for pattern in formats:
        _require(is_format(pattern), f"{pattern!r} is no format of a date or time")
    end_of_day = rule.get("end_of_day") == "true"
    options: dict[str, Any] = {"formats": formats, "end_of_day": end_of_day, "received": received}
    return TimeRule(zone=rule.get("zone", ""), **options, **parts)


def _charge(rule: Mapping[str, Any]) -> ChargeRule:
    return ChargeRule(
        items=Expression(rule["list"]),
        amount=Expression(rule["amount"]),
        currency=Expression(rule["currency"]),
        key=Expression(rule["key"]),
        side=rule.get("side", "buy"),
        kind=_expression(rule.get("kind")),
        types={word: kind for kind, words in rule.get("types", {}).items() for word in words},
        description=_expression(rule.get("description")),
    )


def _codes(
    rows: list[Mapping[str, Any]], milestones: Collection[str], shared: bool = False
) -> dict[str, CodeRow]:
    """The table of some rows; of shared tables, the first that knows a code counts."""
    table: dict[str, CodeRow] = {}
    for row in rows:
        value = _row(row, row["codes"], milestones)
        if shared:
            table.update({code: value for code in row["codes"] if code not in table})
        else:
            _add(table, row["codes"], value)
    return table


def _phrases(rows: list[Mapping[str, Any]], milestones: Collection[str]) -> dict[str, CodeRow]:
    table: dict[str, CodeRow] = {}
    for row in rows:
        phrases = [slug(phrase) for phrase in row["phrases"]]
        _add(table, phrases, replace(_row(row, phrases, milestones), inferred=True))
    return table


def _row(row: Mapping[str, Any], names: list[str], milestones: Collection[str]) -> CodeRow:
    ignore = row.get("ignore") == "true"
    listed = ", ".join(names)
    _require(ignore != ("milestone" in row), f"{listed}: either a milestone or ignore")
    if not ignore:
        _require_milestone(row["milestone"], milestones)
    return CodeRow(
        milestone=row.get("milestone", ""),
        classifier=row.get("classifier", ACTUAL),
        reason=row.get("reason", ""),
        party=row.get("party", ""),
        inferred=row.get("inferred") == "true",
        ignore=ignore,
        note=row.get("note", ""),
    )


def _reasons(rows: list[Mapping[str, Any]]) -> dict[str, ReasonRow]:
    table: dict[str, ReasonRow] = {}
    for row in rows:
        value = ReasonRow(row.get("reason", ""), row.get("party", ""), row.get("note", ""))
        _add(table, row["codes"], value)
    return table


def _add(table: dict[str, Any], codes: list[str], value: CodeRow | ReasonRow) -> None:
    for code in codes:
        _require(bool(code.strip()), "a code is blank")
        _require(code not in table, f"the code {code} has two rows")
        table[code] = value


def _units(units: Mapping[str, str]) -> dict[str, str]:
    for unit in units.values():
        _require(unit in UNITS, f"{unit!r} is not a unit of weight of UN/ECE Rec 20 that we know")
    return dict(units)


def _expression(source: str | None) -> Expression | None:
    return Expression(source) if source else None


def _expressions(sources: Mapping[str, str]) -> dict[str, Expression]:
    return {name: Expression(source) for name, source in sources.items()}


def _require_milestone(code: str, milestones: Collection[str]) -> None:
    _require(code in milestones, f"no milestone is called {code!r}")


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise ConfigurationInvalid(reason)
