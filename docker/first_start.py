"""Makes the database with an administrator's password of its own, or upgrades its modules.

The database is never there with Odoo's default password: it is made with the given one.
"""

from __future__ import annotations

import os
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.db import exp_create_database, exp_db_exist
from odoo.tools import config

MODULES = [
    "l10n_us",
    "logistics_milestone_sync",
    "logistics_carrier_connector",
    "logistics_billing_rules",
    "logistics_integration_audit",
]


def main(config_file: str, database: str) -> None:
    config.parse_config(["-c", config_file, "--no-http"], setup_logging=True)
    if not exp_db_exist(database):
        config["list_db"] = True  # for this process only: it may make a database
        country = os.environ.get("COUNTRY") or None
        password = os.environ["admin_password"]
        exp_create_database(database, False, "en_US", password, "admin", country)
    with Registry(database).cursor() as cr:
        modules = api.Environment(cr, SUPERUSER_ID, {})["ir.module.module"]
        modules.update_list()
        wanted = modules.search([("name", "in", MODULES)])
        missing = wanted.filtered(lambda module: module.state != "installed")
        outdated = (wanted - missing).filtered(
            lambda module: module.installed_version != module.latest_version
        )
        if outdated:
            outdated.button_immediate_upgrade()
        if missing:
            missing.button_immediate_install()


if __name__ == "__main__":
    main(*sys.argv[1:])
