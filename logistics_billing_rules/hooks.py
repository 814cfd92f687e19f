"""What happens once, when the module comes and goes."""

_FINANCE_RIGHTS = {
    "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer": (
        "account.group_account_invoice"
    ),
    "logistics_milestone_sync.logistics_milestone_sync_group_auditor": (
        "account.group_account_readonly"
    ),
}


def post_init_hook(env):
    """Give the shipments that exist already their releases; the billing lane evaluates them."""
    env["logistics.release"]._mark_stale(env["logistics.shipment"].search([]))


def uninstall_hook(env):
    """Take back rights given to groups of the core, and let go of what invoices still need."""
    for group, right in _FINANCE_RIGHTS.items():
        env.ref(group).implied_ids -= env.ref(right)
    product = env.ref("logistics_billing_rules.product_product_freight", raise_if_not_found=False)
    if product and env["account.move.line"].search_count(
        [("product_id", "=", product.id)], limit=1
    ):
        # Invoices keep their product: without its name in this module it stays.
        env["ir.model.data"].search(
            [
                ("module", "=", "logistics_billing_rules"),
                ("name", "like", "product_product_freight%"),
            ]
        ).unlink()
    # The guard holds as long as the module does; the tables go with it, in whatever order.
    env.cr.execute("DROP FUNCTION IF EXISTS logistics_decision_guard() CASCADE")
    env.cr.execute(
        "TRUNCATE logistics_decision, logistics_release_line, logistics_release,"
        " logistics_simulation_line, logistics_adjustment, logistics_adjustment_line,"
        " logistics_release_day"
    )
    env.cr.execute("UPDATE account_move SET logistics_run_id = NULL WHERE logistics_run_id > 0")
    env.cr.execute("DELETE FROM logistics_invoice_run")
    env.cr.execute("UPDATE logistics_charge SET rate_id = NULL WHERE rate_id IS NOT NULL")
    env.cr.execute("UPDATE logistics_rate SET origin_id = NULL WHERE origin_id IS NOT NULL")
