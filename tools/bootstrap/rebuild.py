"""Proves that the stored state of every shipment follows from its ledger, or makes it so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .config import free_port
from .messages import Trouble, say
from .ready import Suite

# Runs inside Odoo's own shell; `env` is the superuser's environment there.
_PROGRAM = """
def progress(checked, differing):
    print(f"  {{checked}} shipments, {{differing}} differences", flush=True)

checked, differing, found = env["logistics.shipment"]._rebuild_all(
    repair={repair}, progress=progress)
for what in found:
    print(f"  {{what.model}} {{what.record_id}} of shipment {{what.shipment_id}}: {{what.column}}"
          f" is {{what.stored or 'empty'}}, the ledger says {{what.folded or 'empty'}}")
done = "repaired" if {repair} else "found"
print(f"{{checked}} shipments checked, {{differing}} differences {{done}}.", flush=True)
raise SystemExit(3 if differing and not {repair} else 0)
"""
_WRITE = "write"


def run(suite: Suite, arguments: list[str]) -> int:
    """Fold every ledger of a database anew and compare; the word `write` also puts it right.

    :param arguments: optionally the name of a database (the demo's by default), and `write`
    :return: 0 when nothing differs any more, 3 when differences were only listed
    """
    names = [word for word in arguments if word != _WRITE]
    if len(names) > 1:
        raise Trouble("Say `rebuild [DATABASE] [write]`.")
    database = names[0] if names else suite.demo_database
    if not suite.databases.has_modules(database, ["logistics_milestone_sync"]):
        raise Trouble(
            f"There is no database {database} with the suite in it; `make demo` makes the demo's."
        )
    say(f"Folding every ledger of {database} anew")
    conf = suite.config(
        f"rebuild-{database}-{os.getpid()}", db_name=database, http_port=free_port()
    )
    command: list[str | Path] = [suite.python, suite.places.venv / "bin" / "odoo", "shell"]
    try:
        return subprocess.run(
            [*command, "-c", conf, "--no-http", "--log-level=error"],
            input=_PROGRAM.format(repair=_WRITE in arguments).encode(),
            cwd=suite.places.project,
            env={**os.environ, **suite.postgres.env},
            check=False,
        ).returncode
    finally:
        conf.unlink(missing_ok=True)
