{
    "name": "Logistics Bench Reference",
    "summary": "The least that Odoo does to store a request body; never installed in production",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Logistics Milestone Suite contributors",
    "license": "LGPL-3",
    "depends": ["base"],
}
