"""Code tables that several profiles share, put into the text of a profile.

A profile in use is one text that says everything. Files name tables instead of repeating them:
``tables: [words]`` is replaced by the rows of ``codes/words.yaml`` under ``shared_codes``. A code
of the profile itself goes before one of a table, and one of an earlier table before a later one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .errors import ConfigurationInvalid

_TABLES: Final = re.compile(r"^tables: \[([a-z0-9_, ]+)\]\n", re.MULTILINE)


def compose(text: str, tables: Mapping[str, str]) -> str:
    """The profile with the rows of the tables that it names.

    :param tables: name → rows, a list in YAML that is not indented
    :raises ConfigurationInvalid: if it names a table that does not exist

    >>> print(compose("profile: x\\ntables: [a]\\n", {"a": "- codes: [D]\\n"}))
    profile: x
    <BLANKLINE>
    shared_codes:
    # --- Table a ---
    - codes: [D]
    <BLANKLINE>
    """
    match = _TABLES.search(text)
    if match is None:
        return text
    names = [name.strip() for name in match[1].split(",")]
    unknown = [name for name in names if name not in tables]
    if unknown:
        raise ConfigurationInvalid(f"no code table is called {unknown[0]!r}")
    rows = "".join(f"# --- Table {name} ---\n{tables[name].rstrip()}\n" for name in names)
    rest = (text[: match.start()] + text[match.end() :]).rstrip()
    return f"{rest}\n\nshared_codes:\n{rows}"
