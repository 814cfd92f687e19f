"""Records facts in a process of its own, as a lane worker does: one transaction, again if it loses.

``python recorder.py CONF DATABASE`` reads one command per line and answers each with one line. A
command is JSON: ``{"system": code, "facts": [core.fact.to_json, …]}``; the answer is
``{"statuses": {status: number}, "clashes": number}``. A command with ``"fork": true`` is carried
out by a child, which may be killed: the answer is ``{"pid": number}``, at once. And
``{"make": [name, …]}`` makes shipments to speak about. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

_MOST_CLASHES = 50


def main() -> None:
    """Serve commands until there are no more."""
    conf, database = sys.argv[1:]
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", conf])
    registry = Registry(database)
    print("ready", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if "make" in command:
            _make(registry, command["make"])
            print(json.dumps({"made": len(command["make"])}), flush=True)
            continue
        answer = _fork(registry, command) if command.get("fork") else _serve(registry, command)
        print(json.dumps(answer), flush=True)


def _make(registry: Any, names: list[str]) -> None:
    """Shipments that are called like this, and two systems that speak of them.

    What customs clears is recorded in batches.
    """
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        for kind in ("carrier", "wms"):
            values = {"name": f"Race {kind}", "code": f"race-{kind}", "kind": kind}
            env["logistics.system"].create(values)
        cleared = env["logistics.milestone"].search([("code", "=", "customs_cleared")])
        policy = {"name": "Race", "category": "operational", "milestone_ids": cleared.ids}
        env["logistics.flow.policy"].create({**policy, "processing": "batch"})
        shipments = env["logistics.shipment"].create([{"name": name} for name in names])
        env["logistics.reference"].create(
            [
                {"shipment_id": shipment.id, "scheme": "client_ref", "value": shipment.name}
                for shipment in shipments
            ]
        )


def _fork(registry: Any, command: dict[str, Any]) -> dict[str, Any]:
    import odoo

    odoo.sql_db.close_all()  # parent and child share no connection
    child = os.fork()
    if not child:
        _serve(registry, command)
        os._exit(0)
    return {"pid": child}


def _serve(registry: Any, command: dict[str, Any]) -> dict[str, Any]:
    from odoo.addons.logistics_milestone_sync.models.clashes import CLASHES

    for clashes in range(_MOST_CLASHES):
        try:
            with registry.cursor() as cr:
                return {"statuses": _record(cr, command), "clashes": clashes}
        except CLASHES:
            continue
    return {"statuses": {}, "clashes": _MOST_CLASHES}


def _record(cr: Any, command: dict[str, Any]) -> dict[str, int]:
    from odoo import SUPERUSER_ID, api

    from odoo.addons.logistics_milestone_sync.core.fact import Statement, fact_from_json

    env = api.Environment(cr, SUPERUSER_ID, {})
    system = env["logistics.system"].search([("code", "=", command["system"])])
    now = datetime.now(UTC)
    statements = [Statement(fact_from_json(fact), now) for fact in command["facts"]]
    outcomes = env["logistics.shipment"]._record_facts(system, statements)
    env.flush_all()
    return dict(Counter(outcome.status for outcome in outcomes))


if __name__ == "__main__":
    main()
