"""Where in the text of a profile something stands, for people who have to correct it."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from .errors import ConfigurationInvalid
from .profile import Loader, load

_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_PATH: Final = re.compile(r"[a-z_]+(?:\[\d+\]|\.[a-z_]+)*(?=: )")
_LINE: Final = re.compile(r"line (\d+)")
_WORD: Final = re.compile(r"'([^']+)'|the code (\S+) has")


def complaint(text: str, milestones: frozenset[str]) -> tuple[int, str] | None:
    """Why a profile cannot be used, and in which line; ``None`` if it can.

    :return: ``(line, reason)``, lines counted from 1; 0 if no single line is to blame
    """
    try:
        load(text, milestones)
    except ConfigurationInvalid as error:
        return line_of_reason(text, error.public_message), error.public_message
    return None


def line_of_reason(text: str, reason: str) -> int:
    """The line that a reason speaks of: it names a line, a path, or a word."""
    named = _LINE.findall(reason)
    if named:
        return int(named[-1])
    path = _PATH.match(reason)
    if path:
        return line_of(text, path[0])
    word = _WORD.search(reason)
    wanted = (word[1] or word[2]) if word else ""
    lines = enumerate(text.splitlines(), start=1)
    places = [number for number, line in lines if wanted and wanted in line]
    # A code that has two rows: the second one is the new one.
    return (places[-1] if word and word[2] else places[0]) if places else 0


def line_of(text: str, path: str) -> int:
    """The line of ``codes[3].milestone``; the deepest place on the way that exists, else 0."""
    try:
        node: Any = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return 0
    line = 0
    for index, name in _STEP.findall(path):
        node = _child(node, int(index) if index else name)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def _child(node: Any, step: int | str) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None
