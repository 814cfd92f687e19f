"""Proves that the stored state of every shipment follows from its ledger, or makes it so."""

from __future__ import annotations

from .messages import Trouble, say
from .program import require_suite, run_inside
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
    require_suite(suite, database, "logistics_milestone_sync")
    say(f"Folding every ledger of {database} anew")
    return run_inside(suite, database, "rebuild", _PROGRAM.format(repair=_WRITE in arguments))
