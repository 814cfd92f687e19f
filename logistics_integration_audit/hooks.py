def uninstall_hook(env):
    """Remove what Odoo does not know of: the functions of the triggers, and these with them."""
    env.cr.execute(
        "DROP FUNCTION IF EXISTS logistics_audit_entry_guard, logistics_audit_chain_guard CASCADE"
    )
