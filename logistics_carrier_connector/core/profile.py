"""A profile: everything that is special about one carrier's messages, read from a YAML file.

The file is data that people edit, so it is read without surprises: every scalar is a text (YAML
would turn the code ``011`` into 9 and ``NO`` into false), no name occurs twice, and there are no
anchors. The shape is checked (``profile_schema.py``), then every word: milestones, reasons,
schemes, zones, formats, expressions. A profile that loads can be applied.

The words of the file are explained in ``profiles/README.md``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import yaml

from odoo.addons.logistics_milestone_sync.core.vocabulary import CATALOGUE

from .contract import check
from .errors import ConfigurationInvalid
from .profile_builder import build
from .profile_rules import AlsoRule, ChargeRule, Profile, ReferenceRule, Step
from .profile_schema import PROFILE_SCHEMA

__all__ = ["AlsoRule", "ChargeRule", "Profile", "ReferenceRule", "Step", "load", "read"]

MAX_LENGTH: Final = 1_000_000


@lru_cache(maxsize=128)
def load(text: str, milestones: frozenset[str] = frozenset(CATALOGUE)) -> Profile:
    """The profile that a YAML text describes; equal texts share one compiled profile.

    :param milestones: the codes that may be stated, when a company has added its own
    :raises ConfigurationInvalid: naming the place and the reason
    """
    if len(text) > MAX_LENGTH:
        raise ConfigurationInvalid(f"a profile has at most {MAX_LENGTH} characters")
    data = read(text)
    problems = check(PROFILE_SCHEMA, data)
    if problems:
        raise ConfigurationInvalid("; ".join(str(problem) for problem in problems))
    return build(data, milestones)


class Loader(yaml.BaseLoader):
    """YAML without types, anchors and repeated names."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):  # type: ignore[no-untyped-call]
            raise yaml.YAMLError("anchors are not used in profiles")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _value in node.value]
        for index, (key, _value) in enumerate(node.value):
            if key.value in names[:index]:
                raise yaml.YAMLError(f"a name occurs twice in line {key.start_mark.line + 1}")
        return super().construct_mapping(node, deep=True)


def read(text: str) -> Any:
    """The data of a profile's text, unchecked.

    :raises ConfigurationInvalid: if it is not YAML as profiles use it
    """
    try:
        return yaml.load(text, Loader=Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ConfigurationInvalid(f"the profile is not YAML: {reason}") from None
