"""From raw bytes to facts: codec, contract and profile put together. No database in here."""

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ..core import canonical, edi_faults, mapping, profile, profile_tables
from ..core.codecs import decode
from ..core.errors import (
    CarrierError,
    ConfigurationInvalid,
    ContractViolation,
    IntegrationError,
)
from ..core.hello import is_hello
from ..core.overrides import overridden
from ..core.partner_answer import answers_in, only_answers

FOLDER = "logistics_carrier_connector/profiles"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says.

    :param facts: of ``(index of the item, Fact)``
    :param problems: of ``(index of the item, Problem)``; the other items are fine
    :param unmapped: codes that the profile does not explain, with how often they occur
    :param error: an ``IntegrationError`` if nothing could be read at all
    :param note: for people, when there is nothing to record
    :param overrides: ``{index of the item: whose exception explained its code}``
    :param faults: of ``core.codecs.answer.Fault``: where in an EDI interchange the problems are
    :param answers: of ``core.partner_answer.PartnerAnswer``: to what we sent
    """

    facts: tuple = ()
    problems: tuple = ()
    unmapped: dict = field(default_factory=dict)
    format_id: str = ""
    error: IntegrationError | None = None
    note: str = ""
    overrides: dict = field(default_factory=dict)
    faults: tuple = ()
    answers: tuple = ()


class Reader:
    """Reads the messages of one connection.

    :param str format_name: ``canonical``, or anything else with the profile deciding
    :param str profile_text: the YAML of the profile; empty for the canonical format
    :param agreement: ``core.agreement.Agreement`` of the data contract, ``None`` if there is none
    :param frozenset milestones: the codes that exist in the catalogue
    :param overrides: of ``core.overrides.Override``: exceptions from the profile's table
    """

    def __init__(self, format_name, profile_text, agreement, milestones, overrides=()):
        self._format = format_name
        self._profile_text = profile_text
        self._agreement = agreement
        self._milestones = milestones
        self._overrides = overrides

    def understand(self, raw, received_at, asked=None):
        """The ``Reading`` of one message; what is wrong with it is in there, never raised.

        :param bytes raw: as received
        :param received_at: aware
        :param dict asked: what the message answers, see ``mapping.apply``
        """
        if is_hello(self._format, raw):
            return Reading(note="Somebody tried the connection; there is nothing to record.")
        try:
            return self._read(raw, received_at, asked)
        except IntegrationError as error:
            problems = getattr(error, "problems", ())
            return Reading(error=error, faults=tuple(edi_faults.of_agreement(problems)))

    def tree(self, raw):
        """The decoded message.

        :raises IntegrationError: if it cannot be decoded
        """
        if self._format == "canonical":
            return decode("json", raw)
        return decode(profile.load(self._profile_text, self._milestones).format, raw)

    def _read(self, raw, received_at, asked):
        if self._format == "canonical":
            return _reading(canonical.read(decode("json", raw), self._milestones))
        if not self._profile_text:
            raise ConfigurationInvalid("the profile has no version in use")
        rules = profile.load(self._profile_text, self._milestones)
        tree = decode(rules.format, raw)
        edi = rules.format in edi_faults.FORMATS
        answers = tuple(answers_in(tree)) if edi else ()
        if edi and only_answers(tree):
            # Of no profile and no contract: it is about what we sent.
            return Reading(answers=answers, note="It answers what we sent.")
        if self._agreement and (problems := self._agreement.check(raw, tree)):
            raise ContractViolation(problems)
        result = mapping.apply(overridden(rules, self._overrides), tree, received_at, asked)
        reading = replace(_reading(result), answers=answers)
        if not (edi and reading.problems):
            return reading
        faults = edi_faults.of_items(rules, tree, result.items)
        faults += edi_faults.of_agreement(each for index, each in reading.problems if index < 0)
        return replace(reading, faults=tuple(faults))


def _reading(result):
    if result.carrier_error is not None:
        raise CarrierError(f"the carrier reports: {result.carrier_error}")
    place = {id(item.problem): index for index, item in enumerate(result.items)}
    facts = tuple((i, each) for i, item in enumerate(result.items) for each in item.facts)
    return Reading(
        facts=facts,
        # -1: a problem of the message as a whole
        problems=tuple((place.get(id(problem), -1), problem) for problem in result.problems),
        unmapped=result.unmapped,
        format_id=result.message_id or "",
        note="" if facts else "It was understood, and it states no milestone.",
        overrides={i: item.override for i, item in enumerate(result.items) if item.override},
    )


def delivered(folder):
    """``(code, text)`` of every profile file in a folder, by code; with the tables they name."""
    tables = {path.stem: path.read_text("utf-8") for path in Path(folder).glob("codes/*.yaml")}
    return [
        (path.stem, profile_tables.compose(path.read_text("utf-8"), tables))
        for path in sorted(Path(folder).glob("*.yaml"))
    ]


def delivered_samples(folder):
    """``(code of the profile, bytes, number asked for, facts as JSON values)`` of every sample file
    in a folder, by code."""
    for path in sorted(Path(folder).glob("*.expected.json")):
        code = path.name.removesuffix(".expected.json")
        (message,) = (each for each in Path(folder).glob(f"{code}.*") if each != path)
        told = json.loads(path.read_text("utf-8"))
        yield code, message.read_bytes(), told["asked"], told["facts"]


def proof_of(text):
    """How senders prove themselves as a rule: ``kind`` and settings, empty if the profile does not
    say, or cannot be used."""
    try:
        return dict(profile.load(text).proof) if text else {}
    except ConfigurationInvalid:
        return {}


@lru_cache(maxsize=128)
def describe(text):
    """Name and format of a profile, as values of ``logistics.mapping``.

    :raises ConfigurationInvalid: if it cannot be used
    """
    rules = profile.load(text)
    return {"name": rules.name, "format": rules.format}
