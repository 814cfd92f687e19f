"""Story A of the demo: a distributor's orders, deliveries and invoices over real HTTP."""
