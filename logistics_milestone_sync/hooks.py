def post_init_hook(env):
    """Give every company its own voice in the ledger before anything needs it."""
    for company in env["res.company"].search([]):
        env["logistics.system"]._odoo_system(company)
