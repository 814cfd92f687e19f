"""A profile: everything that is special about one carrier's messages, read from a YAML file.

The file is data that people edit, so it is read without surprises: every scalar is a text (YAML
would turn the code ``011`` into 9 and ``NO`` into false), no name occurs twice, and there are no
anchors. The shape is checked (``profile_schema.py``), then every word: milestones, reasons,
schemes, zones, formats, expressions. A profile that loads can be applied.

The words of the file are explained in ``profiles/README.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import yaml

from odoo.addons.logistics_milestone_sync.core.vocabulary import ACTUAL, CATALOGUE
from odoo.addons.logistics_milestone_sync.core.weight import UNITS

from .code_table import CodeRow, ReasonRow
from .codecs import FORMATS
from .contract import check
from .errors import ConfigurationInvalid
from .expression import Expression
from .profile_schema import PROFILE_SCHEMA
from .times import TimeRule
from .zones import zone

MAX_LENGTH: Final = 1_000_000
_EXPRESSIONS: Final = ("at", "date", "time", "code", "offset", "local_date", "local_time")


@dataclass(frozen=True, slots=True)
class Step:
    """One level of a message: the list of things to look at, and what each is called."""

    name: str
    items: Expression


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """Where names of a shipment stand.

    :param value: one text or a list of texts, all names of ``scheme``
    :param items: with a ``qualifier``: the list of names of several schemes; then ``qualifier`` and
        ``value`` are read from each of its elements, and ``schemes`` tells the qualifiers to use
    """

    value: Expression
    scheme: str = ""
    items: Expression | None = None
    qualifier: Expression | None = None
    schemes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlsoRule:
    """A second statement that follows from the same event.

    :param after: milestones of the events that state it; empty for all
    :param unless: milestones of the events that do not
    :param when: also holds for those events; sees ``mapped`` beside the event: the ``milestone``,
        ``reason``, ``party`` and ``code`` that the tables gave
    :param time: empty if it happened when the event did
    :param evidence: carries the event's evidence, and is stated only if there is any
    """

    milestone: str
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    when: Expression | None = None
    classifier: str = ACTUAL
    time: tuple[TimeRule, ...] = ()
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """One carrier's messages, ready to apply; made by :func:`load` only.

    :param keys: ways to write the status, most precise first; each a list of parts
    :param time: when the event occurred
    :param estimate: the moment that is planned or estimated, where ``time`` is only when that was
        said; used for rows that are not actual
    :param stated_at: when the source recorded the event, if it says
    :param zone: IANA name, for local times of unknown places
    :param units: the carrier's words for units → UN/ECE Rec 20
    """

    code: str
    version: int
    name: str
    format: str
    each: tuple[Step, ...]
    references: tuple[ReferenceRule, ...]
    keys: tuple[tuple[Expression, ...], ...]
    time: tuple[TimeRule, ...]
    codes: Mapping[str, CodeRow]
    description: str = ""
    text: Expression | None = None
    reason: Expression | None = None
    reasons: Mapping[str, ReasonRow] = field(default_factory=dict)
    event_id: Expression | None = None
    message_id: Expression | None = None
    stated_at: tuple[TimeRule, ...] = ()
    estimate: tuple[TimeRule, ...] = ()
    zone: str = ""
    location: Mapping[str, Expression] = field(default_factory=dict)
    weight_value: Expression | None = None
    weight_unit: Expression | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Expression] = field(default_factory=dict)
    also: tuple[AlsoRule, ...] = ()
    error_when: Expression | None = None
    error_text: Expression | None = None


@lru_cache(maxsize=128)
def load(text: str, milestones: frozenset[str] = frozenset(CATALOGUE)) -> Profile:
    """The profile that a YAML text describes; equal texts share one compiled profile.

    :param milestones: the codes that may be stated, when a company has added its own
    :raises ConfigurationInvalid: naming the place and the reason
    """
    if len(text) > MAX_LENGTH:
        raise ConfigurationInvalid(f"a profile has at most {MAX_LENGTH} characters")
    data = _read(text)
    problems = check(PROFILE_SCHEMA, data)
    if problems:
        raise ConfigurationInvalid("; ".join(str(problem) for problem in problems))
    return _build(data, milestones)


class _Loader(yaml.BaseLoader):
    """YAML without types, anchors and repeated names."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):  # type: ignore[no-untyped-call]
            raise yaml.YAMLError("anchors are not used in profiles")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=True)
        if len(mapping) != len(node.value):
            raise yaml.YAMLError(f"a name occurs twice in line {node.start_mark.line + 1}")
        return mapping


def _read(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ConfigurationInvalid(f"the profile is not YAML: {reason}") from None


def _build(data: Mapping[str, Any], milestones: Collection[str]) -> Profile:
    code, error = data["code"], data.get("carrier_error", {})
    weight = data.get("weight", {})
    _require(data["format"] in FORMATS, f"no format is called {data['format']!r}")
    if data.get("zone"):
        zone(data["zone"])
    return Profile(
        code=data["profile"],
        version=int(data["version"]),
        name=data["name"],
        format=data["format"],
        description=data.get("description", ""),
        each=tuple(_step(step) for step in data["each"]),
        references=tuple(_reference(rule) for rule in data["references"]),
        keys=tuple(tuple(Expression(part) for part in key) for key in code["keys"]),
        text=_expression(code.get("text")),
        reason=_expression(code.get("reason")),
        event_id=_expression(data.get("event_id")),
        message_id=_expression(data.get("message_id")),
        time=_times(data["time"]),
        stated_at=_times(data.get("stated_at", [])),
        estimate=_times(data.get("estimate", [])),
        zone=data.get("zone", ""),
        location=_expressions(data.get("location", {})),
        weight_value=_expression(weight.get("value")),
        weight_unit=_expression(weight.get("unit")),
        units=_units(data.get("units", {})),
        evidence=_expressions(data.get("evidence", {})),
        also=tuple(_also(rule, milestones) for rule in data.get("also", [])),
        codes=_codes(data["codes"], milestones),
        reasons=_reasons(data.get("reasons", [])),
        error_when=_expression(error.get("when")),
        error_text=_expression(error.get("text")),
    )


def _step(step: Mapping[str, str]) -> Step:
    ((name, items),) = step.items()
    _require(name.isidentifier() and name != "mapped", f"{name!r} cannot name a level")
    return Step(name, Expression(items))


def _reference(rule: Mapping[str, Any]) -> ReferenceRule:
    return ReferenceRule(
        value=Expression(rule["value"]),
        scheme=rule.get("scheme", ""),
        items=_expression(rule.get("list")),
        qualifier=_expression(rule.get("qualifier")),
        schemes=dict(rule.get("schemes", {})),
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


def _times(rules: list[Mapping[str, str]]) -> tuple[TimeRule, ...]:
    return tuple(_time(rule) for rule in rules)


def _time(rule: Mapping[str, str]) -> TimeRule:
    _require(("at" in rule) != ("date" in rule), "a time rule has either at or date")
    if "zone" in rule:
        zone(rule["zone"])
    parts = {name: _expression(rule.get(name)) for name in _EXPRESSIONS}
    end_of_day = rule.get("end_of_day") == "true"
    return TimeRule(zone=rule.get("zone", ""), end_of_day=end_of_day, **parts)


def _codes(rows: list[Mapping[str, Any]], milestones: Collection[str]) -> dict[str, CodeRow]:
    table: dict[str, CodeRow] = {}
    for row in rows:
        ignore = row.get("ignore") == "true"
        listed = ", ".join(row["codes"])
        _require(ignore != ("milestone" in row), f"{listed}: either a milestone or ignore")
        if not ignore:
            _require_milestone(row["milestone"], milestones)
        value = CodeRow(
            milestone=row.get("milestone", ""),
            classifier=row.get("classifier", ACTUAL),
            reason=row.get("reason", ""),
            party=row.get("party", ""),
            inferred=row.get("inferred") == "true",
            ignore=ignore,
            note=row.get("note", ""),
        )
        _add(table, row["codes"], value)
    return table


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
