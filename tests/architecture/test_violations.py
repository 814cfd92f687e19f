"""Every rule of the architecture finds its deliberate violation, and allows what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from .diamond import import_problems, manifest_problems, name_problems
from .sizes import size_problems

SYNC_MODEL = "class Shipment(models.Model):\n    _name = 'logistics.shipment'\n"
MESSAGE_MODEL = "class Message(models.Model):\n    _name = 'logistics.message'\n"


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("module", "depends", "named"),
    [
        ("logistics_milestone_sync", "logistics_billing_rules", "logistics_billing_rules"),
        ("logistics_carrier_connector", "logistics_billing_rules", "logistics_billing_rules"),
        ("logistics_billing_rules", "logistics_carrier_connector", "logistics_carrier_connector"),
        ("logistics_billing_rules", "logistics_integration_audit", "logistics_integration_audit"),
        ("logistics_milestone_sync", "account", "account"),
    ],
)
def test_a_manifest_that_depends_upwards_or_sideways_is_found(
    tmp_path, module, depends, named
) -> None:
    write(tmp_path, f"{module}/__manifest__.py", f"{{'name': 'x', 'depends': ['{depends}']}}")

    (problem,) = manifest_problems(tmp_path)

    assert problem.startswith(f"{module}/__manifest__.py depends on {named}")


def test_a_manifest_that_depends_downwards_is_fine(tmp_path) -> None:
    for module, depends in (
        ("logistics_milestone_sync", "['stock_delivery', 'sale_stock', 'portal']"),
        ("logistics_carrier_connector", "['logistics_milestone_sync']"),
        ("logistics_billing_rules", "['logistics_milestone_sync', 'account']"),
        ("logistics_integration_audit", "['logistics_carrier_connector']"),
    ):
        write(tmp_path, f"{module}/__manifest__.py", f"{{'depends': {depends}}}")

    assert list(manifest_problems(tmp_path)) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (
            "logistics_milestone_sync/models/shipment.py",
            "from odoo.addons.logistics_billing_rules.core import decision",
        ),
        (
            "logistics_carrier_connector/core/mapping.py",
            "import odoo.addons.logistics_billing_rules.core.decision",
        ),
        (
            "logistics_billing_rules/models/release.py",
            "from ...logistics_carrier_connector.core import mapping",
        ),
        (
            "logistics_billing_rules/models/release.py",
            "def late():\n    from odoo.addons.logistics_integration_audit import models",
        ),
        ("logistics_milestone_sync/core/fold.py", "from odoo import fields"),
        ("logistics_milestone_sync/core/fold.py", "import odoo.tools"),
        ("logistics_milestone_sync/core/fold.py", "from ..models import shipment"),
        (
            "logistics_billing_rules/core/decision.py",
            "from odoo.addons.logistics_milestone_sync.models import shipment",
        ),
        ("logistics_carrier_connector/models/message.py", "from ..controllers import intake"),
    ],
)
def test_an_upward_import_is_found(tmp_path, file, line) -> None:
    write(tmp_path, file, f"{line}\n")

    (problem,) = import_problems(tmp_path)

    assert problem.startswith(f"{file}:")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (
            "logistics_billing_rules/core/decision.py",
            "from odoo.addons.logistics_milestone_sync.core.fold import State",
        ),
        ("logistics_milestone_sync/core/fold.py", "from .fact import Fact"),
        ("logistics_milestone_sync/core/codecs/json.py", "from ..errors import Problem"),
        ("logistics_milestone_sync/models/shipment.py", "from ..core import fold"),
        ("logistics_milestone_sync/controllers/portal.py", "from odoo import http"),
        (
            "logistics_integration_audit/models/entry.py",
            "from odoo.addons.logistics_billing_rules.core import decision",
        ),
        (
            "logistics_milestone_sync/tests/test_story.py",
            "from odoo.addons.logistics_billing_rules.core import decision",
        ),
    ],
)
def test_a_downward_import_is_fine(tmp_path, file, line) -> None:
    write(tmp_path, file, f"{line}\n")

    assert list(import_problems(tmp_path)) == []


def test_a_model_of_a_module_above_cannot_be_named(tmp_path) -> None:
    write(tmp_path, "logistics_carrier_connector/models/message.py", MESSAGE_MODEL)
    write(tmp_path, "logistics_milestone_sync/models/a.py", "self.env['logistics.message']\n")

    assert list(name_problems(tmp_path)) == [
        "logistics_milestone_sync/models/a.py:1 names logistics.message"
        " of logistics_carrier_connector"
    ]


def test_a_model_of_a_module_below_can_be_named(tmp_path) -> None:
    write(tmp_path, "logistics_milestone_sync/models/shipment.py", SYNC_MODEL)
    write(tmp_path, "logistics_billing_rules/models/a.py", "_inherit = 'logistics.shipment'\n")

    assert list(name_problems(tmp_path)) == []


def test_an_xml_id_of_a_module_above_is_found_in_code_and_in_data(tmp_path) -> None:
    code = "env.ref('logistics_billing_rules.menu_finance')\n"
    data = '<odoo><menuitem id="x" parent="logistics_billing_rules.menu_finance"/></odoo>'
    write(tmp_path, "logistics_milestone_sync/models/a.py", code)
    write(tmp_path, "logistics_milestone_sync/views/a.xml", data)

    assert len(list(name_problems(tmp_path))) == 2


def test_a_file_and_a_function_that_grew_too_long_are_found(tmp_path) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(40))
    write(tmp_path, "tools/long.py", f"def long():\n{body}")
    write(tmp_path, "logistics_billing_rules/models/big.py", "x = 1\n" * 301)
    write(tmp_path, "logistics_billing_rules/tests/test_big.py", "x = 1\n" * 301)

    assert list(size_problems(tmp_path)) == [
        "logistics_billing_rules/models/big.py has 301 lines, more than 300",
        "tools/long.py:1 long has 41 lines",
    ]


def test_a_class_with_too_many_methods_is_found(tmp_path) -> None:
    methods = "".join(f"    def m{n}(self): ...\n" for n in range(26))
    write(tmp_path, "bench/big.py", f"class Big:\n{methods}")

    assert list(size_problems(tmp_path)) == ["bench/big.py:1 Big has 26 methods"]


def test_limits_themselves_are_allowed(tmp_path) -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(39))
    write(tmp_path, "tools/fits.py", f"def fits():\n{body}" + "x = 1\n" * 260)

    assert list(size_problems(tmp_path)) == []
