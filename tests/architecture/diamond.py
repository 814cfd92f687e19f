"""The rules of the diamond, checked on source text: nothing is imported, nothing is run.

Each function takes the root of a source tree and yields one sentence per violation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SYNC = "logistics_milestone_sync"
CONNECTOR = "logistics_carrier_connector"
BILLING = "logistics_billing_rules"
AUDIT = "logistics_integration_audit"

#: What each module may know of: the modules below it.
BELOW = {
    SYNC: frozenset[str](),
    CONNECTOR: frozenset({SYNC}),
    BILLING: frozenset({SYNC}),
    AUDIT: frozenset({SYNC, CONNECTOR, BILLING}),
}
#: Modules of Odoo that only some of ours may depend on themselves.
ONLY_FROM = {"account": frozenset({BILLING})}

_LAYERS = {"core": ("models", "controllers", "wizards"), "models": ("controllers",)}


def manifest_problems(root: Path) -> Iterator[str]:
    """Dependencies that a manifest declares upwards or sideways."""
    for module, below in BELOW.items():
        manifest = root / module / "__manifest__.py"
        if not manifest.is_file():
            continue
        for name in ast.literal_eval(manifest.read_text()).get("depends", []):
            if name in BELOW and name not in below:
                yield f"{module}/__manifest__.py depends on {name}, which is not below it"
            if module not in ONLY_FROM.get(name, {module}):
                yield f"{module}/__manifest__.py depends on {name}, which is not its business"


def import_problems(root: Path) -> Iterator[str]:
    """Imports that point upwards: to another module, out of `core`, or to an outer layer."""
    for module, path in _sources(root):
        inside = path.relative_to(root / module).parts
        for line, target in _imports(path, root):
            where = f"{path.relative_to(root)}:{line}"
            other = _module_in(target)
            if other and other != module and other not in BELOW[module]:
                yield f"{where} imports {other}, which is not below {module}"
            if inside[0] == "core" and _leaves_core(target):
                yield f"{where} imports {target} inside a core"
            elif other == module and _layer_in(target) in _LAYERS.get(inside[0], ()):
                yield f"{where} imports {target}, an outer layer"


def name_problems(root: Path) -> Iterator[str]:
    """Models and XML ids of another module that is not below, named in code or data."""
    owner: dict[str, str] = {}
    for model, module in _models(root):
        # Modules above may repeat the name of a model that they extend: the lowest one makes it.
        owner.setdefault(model, module)
    for module, path in _sources(root):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                other = owner.get(node.value) or _module_of_id(node.value)
                if other and other != module and other not in BELOW[module]:
                    yield f"{path.relative_to(root)}:{node.lineno} names {node.value} of {other}"
    for module in BELOW:
        for path in sorted((root / module).rglob("*.xml")):
            for other in set(re.findall(r"\b(logistics_\w+)\.\w", path.read_text())):
                if other in BELOW and other != module and other not in BELOW[module]:
                    yield f"{path.relative_to(root)} names an id of {other}"


def _sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Every source file of every module; tests may know more than what they test."""
    for module in BELOW:
        for path in sorted((root / module).rglob("*.py")):
            if "tests" not in path.parts and path.name != "__manifest__.py":
                yield module, path


def _imports(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a file imports."""
    package = ["odoo", "addons", *path.relative_to(root).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = [*base, *(node.module or "").split(".")]
            for name in node.names:
                yield node.lineno, ".".join([*filter(None, source), name.name])


def _module_in(target: str) -> str | None:
    """The module of ours that a dotted name belongs to."""
    parts = target.removeprefix("odoo.addons.").split(".")
    return parts[0] if parts[0] in BELOW else None


def _layer_in(target: str) -> str:
    """The folder of a module that a dotted name points into."""
    return [*target.removeprefix("odoo.addons.").split("."), ""][1]


def _leaves_core(target: str) -> bool:
    """Whether a name is Odoo's, or one of ours outside every core."""
    if _module_in(target):
        return _layer_in(target) != "core"
    return target.split(".")[0] == "odoo"


def _models(root: Path) -> Iterator[tuple[str, str]]:
    """Name of every model and the module that makes it."""
    for module, path in _sources(root):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                if (
                    isinstance(line, ast.Assign)
                    and getattr(line.targets[0], "id", "") == "_name"
                    and isinstance(line.value, ast.Constant)
                ):
                    yield str(line.value.value), module


def _module_of_id(text: str) -> str | None:
    """The module of an XML id such as `logistics_milestone_sync.menu_root`."""
    match = re.fullmatch(r"(logistics_\w+)\.\w+", text)
    return match[1] if match and match[1] in BELOW else None
