"""Makes the senders' connections and the shipments, inside an Odoo process of its own.

``python bench/flood/stage.py CONF DATABASE SHIPMENTS PER_MINUTE``; the last is how many messages
each sender may send.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.flood import plan

_BATCH = 500


def main() -> None:
    conf, database, count, per_minute = sys.argv[1:]
    import odoo
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", conf])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        _connections(env, int(per_minute))
        for begin in range(0, int(count), _BATCH):
            _shipments(env, range(begin, min(begin + _BATCH, int(count))))
        env.flush_all()
        cr.execute(
            "ALTER TABLE logistics_milestone_event ADD CONSTRAINT flood_trap"
            " CHECK (raw_text IS NULL OR raw_text <> %s) NOT VALID",
            [plan.TRAP],
        )


def _connections(env: Any, per_minute: int) -> None:
    profile = env["logistics.mapping"].search([("code", "=", "generic_json")])
    for sender in plan.SENDERS:
        system = env["logistics.system"].create(
            {"name": f"Flood {sender}", "code": f"flood-{sender}", "kind": "carrier"}
        )
        env["logistics.connection"].create(
            {
                "name": f"Flood {sender}",
                "system_id": system.id,
                "mapping_id": profile.id,
                "token": f"flood-{sender}",
                "verifier_kind": "bearer",
                "secret": plan.SECRET,
                "rate_per_minute": per_minute,
            }
        ).action_activate()


def _shipments(env: Any, numbers: range) -> None:
    made = env["logistics.shipment"].create([{"weight": 1} for _number in numbers])
    env["logistics.reference"].create(
        [
            {"shipment_id": shipment.id, "scheme": "tracking", "value": plan.tracking(number)}
            for shipment, number in zip(made, numbers, strict=True)
        ]
    )
    env.flush_all()
    env.invalidate_all()


if __name__ == "__main__":
    main()
