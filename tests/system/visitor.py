"""Visits file exchanges in processes that may be killed at any step.

``python visitor.py CONF DATABASE ROOT`` makes a file exchange for ``ROOT``, which takes files at
its second look, says ``ready``, and reads one number per line: in front of its step of that number,
a child that visits the exchange twice is killed. A step is whatever changes something outside of
the process: a file, a row, a transaction. 0 lets it live. The answer is ``killed`` or ``done``. It
ends with its input.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from typing import Any

_LOOKS = 2
_FILE_STEPS = ("open", "rename", "mkdir", "unlink")


def main() -> None:
    """Serve numbers until there are no more."""
    conf, database, root = sys.argv[1:]
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-c", conf])
    odoo.tools.config["logistics_file_root"] = root
    registry = Registry(database)
    _make_exchange(registry, root)
    print("ready", flush=True)
    for line in sys.stdin:
        odoo.sql_db.close_all()  # parent and child share no connection
        child = os.fork()
        if not child:
            _visit(registry, int(line))
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "done", flush=True)


def _make_exchange(registry: Any, root: str) -> None:
    from odoo import SUPERUSER_ID, api

    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        system = env["logistics.system"].create(
            {"name": "Files", "code": "files-killed", "kind": "carrier"}
        )
        mapping = env["logistics.mapping"].search([("code", "=", "easypost")])
        connection = env["logistics.connection"].create(
            {"name": "Files", "system_id": system.id, "mapping_id": mapping.id}
        )
        folder = env["logistics.folder"].create(
            {"connection_id": connection.id, "url": f"file://{root}", "settle_seconds": 0}
        )
        folder.action_start()
        connection.action_activate()
        # Nobody else looks.
        env.ref("logistics_carrier_connector.ir_cron_files").active = False


def _visit(registry: Any, kill_at: int) -> None:
    from odoo import SUPERUSER_ID, api

    if kill_at:
        _kill_before(kill_at)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for _look in range(_LOOKS):
            cr.execute("UPDATE logistics_folder SET next_look_at = NULL")
            cr.commit()
            env["logistics.folder"]._cron_files()


def _kill_before(number: int) -> None:
    """Have this process die in front of its ``number``-th step."""
    from odoo.sql_db import Cursor

    left = number

    def step() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            step()
            return function(*args, **kwargs)

        return call

    for name in _FILE_STEPS:
        setattr(os, name, counted(getattr(os, name)))
    Cursor.commit = counted(Cursor.commit)
    execute = Cursor.execute

    def executed(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        text = getattr(query, "code", query)
        if any(word in text for word in ("INSERT", "UPDATE", "DELETE")):
            step()
        return execute(self, query, *args, **kwargs)

    Cursor.execute = executed


if __name__ == "__main__":
    main()
