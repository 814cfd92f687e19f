"""How big files, functions and classes may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_METHODS = 25

_FOLDERS = ("logistics_*", "tools", "bench")


def size_problems(root: Path) -> Iterator[str]:
    """Source files, functions and classes that grew too big; tests are not counted."""
    for path in source_files(root):
        text = path.read_text()
        where = path.relative_to(root)
        lines = len(text.splitlines())
        if lines > LONGEST_FILE:
            yield f"{where} has {lines} lines, more than {LONGEST_FILE}"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    yield f"{where}:{node.lineno} {node.name} has {length} lines"
            elif isinstance(node, ast.ClassDef):
                methods = sum(isinstance(item, ast.FunctionDef) for item in node.body)
                if methods > MOST_METHODS:
                    yield f"{where}:{node.lineno} {node.name} has {methods} methods"


def source_files(root: Path) -> Iterator[Path]:
    for pattern in _FOLDERS:
        for folder in sorted(root.glob(pattern)):
            for path in sorted(folder.rglob("*.py")):
                if "tests" not in path.relative_to(root).parts:
                    yield path
