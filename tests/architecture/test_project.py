"""The project keeps its own rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from .diamond import BELOW, import_problems, manifest_problems, name_problems
from .sizes import size_problems, source_files

PROJECT = Path(__file__).resolve().parents[2]


def test_all_four_modules_are_looked_at() -> None:
    assert [name for name in BELOW if not (PROJECT / name / "__manifest__.py").is_file()] == []
    assert len(list(source_files(PROJECT))) > 50


@pytest.mark.parametrize("rule", [manifest_problems, import_problems, name_problems, size_problems])
def test_the_project_breaks_no_rule(rule) -> None:
    assert list(rule(PROJECT)) == []
