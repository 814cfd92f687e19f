"""Encrypts every secret anew under the newest key of the server."""

from __future__ import annotations

from .messages import Trouble, say
from .program import require_suite, run_inside
from .ready import Suite

_PROGRAM = """
from odoo.addons.logistics_carrier_connector.models.secret_box import SecretKeyMissing

def progress(done, unreadable):
    print(f"  {done} encrypted anew, {unreadable} that no key opens", flush=True)

try:
    done, unreadable = env["logistics.connection.secret"]._reseal_all(progress=progress)
except SecretKeyMissing as missing:
    raise SystemExit(str(missing))
for place in unreadable:
    print(f"  no key opens {place}")
print(f"{done} secrets encrypted anew, {len(unreadable)} left.", flush=True)
raise SystemExit(3 if unreadable else 0)
"""


def run(suite: Suite, arguments: list[str]) -> int:
    """Encrypt anew what an older key encrypted; may be stopped and begun again.

    The keys are those of the server: ``logistics_secret_key``, the newest first.

    :param arguments: optionally the name of a database (the demo's by default)
    :return: 0 when the newest key opens everything, 3 when no key opens some of it
    """
    if len(arguments) > 1:
        raise Trouble("Say `rotate [DATABASE]`.")
    [database] = arguments or [suite.demo_database]
    require_suite(suite, database, "logistics_carrier_connector")
    say(f"Encrypting the secrets of {database} anew")
    return run_inside(suite, database, "rotate", _PROGRAM)
