"""Sells, delivers and releases in a process of its own, as a cron worker does.

``python releaser.py CONF DATABASE`` reads one command per line and answers each with one line. A
command is JSON: ``{"found": company}`` makes a company that bills by an agreement, ``{"sell":
number}`` delivers orders of it, and ``{"release": batch}`` runs the billing lane for all companies,
with so many releases per transaction.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.selling import Seller


def main() -> None:
    """Serve commands until there are no more."""
    conf, database = sys.argv[1:]
    import odoo
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", conf])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        print("ready", flush=True)
        worker = Worker(env)
        for line in sys.stdin:
            ((name, argument),) = json.loads(line).items()
            cr.rollback()  # what others did since
            done = getattr(worker, name)(argument)
            cr.commit()
            print(json.dumps({"done": done}), flush=True)


class Worker:
    """What one process has to do."""

    def __init__(self, env: Any) -> None:
        self.env = env

    def found(self, name: str) -> str:
        """Make the company that this process sells for."""
        self.seller = Seller(self.env, name, governed=True)
        return name

    def sell(self, count: int) -> int:
        """Deliver so many orders."""
        return len(self.seller.deliver(count))

    def release(self, batch: int) -> int:
        """Run the billing lane."""
        self.env["logistics.release"]._cron_release(batch=batch, posting=batch)
        return batch


if __name__ == "__main__":
    main()
