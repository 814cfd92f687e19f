from odoo.tools import SQL


def post_init_hook(env):
    """Give every company its own voice in the ledger before anything needs it."""
    for company in env["res.company"].search([]):
        env["logistics.system"]._odoo_system(company)


def uninstall_hook(env):
    """Let go of what the tables of this module hold; they are dropped a moment later.

    Evidence is not deleted row by row, and until its table is gone it would hold the users, the
    partners and the rules that Odoo deletes before.
    """
    # What has moved in a warehouse cannot be deleted: the demo's goods stay where they are.
    env["ir.model.data"].search(
        [
            ("module", "=", "logistics_milestone_sync"),
            ("model", "in", ("product.product", "product.template")),
        ]
    ).unlink()
    tables = [
        model._table
        for model in env.registry.values()
        if model._original_module == "logistics_milestone_sync" and not model._abstract
    ]
    _drop_foreign_keys_of(env, tables)
    _drop_triggers_of(env, tables)


def _drop_foreign_keys_of(env, tables):
    """Only those that point out of these tables: whoever points at them still holds them."""
    rows = env.execute_query(
        SQL(
            "SELECT class.relname, con.conname FROM pg_constraint con"
            " JOIN pg_class class ON class.oid = con.conrelid"
            " WHERE con.contype = 'f' AND class.relname = ANY(%s)",
            tables,
        )
    )
    for table, name in rows:
        env.cr.execute(
            SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name))
        )


def _drop_triggers_of(env, tables):
    rows = env.execute_query(
        SQL(
            "SELECT class.relname, trigger.tgname FROM pg_trigger trigger"
            " JOIN pg_class class ON class.oid = trigger.tgrelid"
            " WHERE NOT trigger.tgisinternal AND class.relname = ANY(%s)",
            tables,
        )
    )
    for table, name in rows:
        env.cr.execute(SQL("DROP TRIGGER %s ON %s", SQL.identifier(name), SQL.identifier(table)))
