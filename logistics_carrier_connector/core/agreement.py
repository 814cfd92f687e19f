"""A data contract in one of its three forms, and whether a message is what was agreed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from .contract import check, check_schema
from .edi_rules import check_envelopes, load_rules
from .errors import ConfigurationInvalid, Problem
from .xsd import check_xml, check_xsd

JSON_SCHEMA: Final = "json_schema"
XSD: Final = "xsd"
EDI: Final = "edi"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of a contract.

    :param kind: ``json_schema``, ``xsd`` or ``edi``
    :param content: the schema, or the rules of the envelope
    """

    kind: str
    content: str

    def check(self, raw: bytes, tree: Any) -> list[Problem]:
        """What about a message was not agreed; empty if nothing is.

        :param raw: as received; only an XML Schema needs it
        :param tree: what the codec returned
        :raises ConfigurationInvalid: if the contract cannot be used
        """
        if self.kind == XSD:
            return check_xml(self.content, raw)
        if self.kind == EDI:
            return check_envelopes(load_rules(self.content), tree)
        return check(self.schema, tree)

    @property
    def schema(self) -> Any:
        """The JSON Schema as a value.

        :raises ConfigurationInvalid: if it is not JSON
        """
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise ConfigurationInvalid(f"the schema is not JSON: {error}") from None

    def complain(self) -> None:
        """Refuse what could not be used later.

        :raises ConfigurationInvalid: with the reason
        """
        if self.kind == XSD:
            check_xsd(self.content)
        elif self.kind == EDI:
            load_rules(self.content)
        else:
            check_schema(self.schema)
