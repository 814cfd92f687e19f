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
    """Take back the accounting rights that this module added to groups of the core."""
    for group, right in _FINANCE_RIGHTS.items():
        env.ref(group).implied_ids -= env.ref(right)
