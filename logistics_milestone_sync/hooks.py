def post_init_hook(env):
    """Give every company its own voice in the ledger before anything needs it."""
    for company in env["res.company"].search([]):
        env["logistics.system"]._odoo_system(company)


def uninstall_hook(env):
    """Leave the demo's goods where they are: what has moved in a warehouse cannot be deleted."""
    env["ir.model.data"].search(
        [
            ("module", "=", "logistics_milestone_sync"),
            ("model", "in", ("product.product", "product.template")),
        ]
    ).unlink()
