"""What can go wrong with a message, as types: the type decides what happens next.

Every error of the connector belongs to one class, and the class is the retry decision:

* ``transient``: the same message may succeed later, nothing about it has to change;
* ``permanent``: this message can never succeed; it is a dead letter;
* ``configuration``: the message is fine, our data (mapping, secret, contract) is not: it is held
  and tried again when the configuration changes;
* ``business``: understood, but what it speaks of is unknown to us; it is parked;
* ``poison``: it broke the code that handled it; it is isolated.

``public_message`` may be shown to the sender: it never quotes secrets or payload values beyond
short control numbers and codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final

TRANSIENT: Final = "transient"
PERMANENT: Final = "permanent"
CONFIGURATION: Final = "configuration"
BUSINESS: Final = "business"
POISON: Final = "poison"
ERROR_CLASSES: Final = (TRANSIENT, PERMANENT, CONFIGURATION, BUSINESS, POISON)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one place of a message.

    :param path: where, in the words of the message: ``events[3].occurred_at``
    :param reason: an English sentence without the offending value
    :param kind: of fault, where a standard has a code for it; see ``codecs/answer.py``
    """

    path: str
    reason: str
    kind: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


class IntegrationError(Exception):
    """Base of everything that the connector raises on purpose."""

    error_class: ClassVar[str] = PERMANENT

    def __init__(self, public_message: str) -> None:
        super().__init__(public_message)
        self.public_message = public_message


class PayloadRejected(IntegrationError):
    """The bytes are not a well-formed message of their format."""

    error_class = PERMANENT


class WebPage(PayloadRejected):
    """The answer is a web page: somebody between us and the carrier says something to people."""


class ContractViolation(IntegrationError):
    """The message is well formed, but not what was agreed.

    :ivar problems: what is wrong, place by place
    """

    error_class = PERMANENT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


# Why a proof was refused. People are told; the sender never is.
MISSING: Final = "missing"
MALFORMED: Final = "malformed"
WRONG: Final = "wrong"
STALE: Final = "stale"
NETWORK: Final = "network"
PROXY: Final = "proxy"
UNUSABLE: Final = "unusable"
UNKNOWN: Final = "unknown"
UNSUITABLE: Final = "unsuitable"
CAUSES: Final = (MISSING, MALFORMED, WRONG, STALE, NETWORK, PROXY, UNUSABLE, UNKNOWN, UNSUITABLE)


class NotVerified(IntegrationError):
    """The sender did not prove who it is.

    :ivar cause: one of ``CAUSES``
    """

    error_class = PERMANENT

    def __init__(self, public_message: str, *, cause: str = WRONG) -> None:
        super().__init__(public_message)
        self.cause = cause


class ConfigurationInvalid(IntegrationError):
    """A profile, a contract or a verifier cannot be used as it is written."""

    error_class = CONFIGURATION


class CarrierError(IntegrationError):
    """The carrier answered with an error of its own instead of events."""

    error_class = PERMANENT
