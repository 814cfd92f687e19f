{
    "name": "Logistics Integration Audit",
    "summary": "Sealed audit trail of every governed step, and the register of integrations",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Milestone Suite contributors",
    "license": "LGPL-3",
    "depends": ["logistics_carrier_connector", "logistics_billing_rules"],
    "data": [
        "security/ir.model.access.csv",
        "security/logistics_audit_security.xml",
        "data/ir_cron_data.xml",
        "views/logistics_audit_entry_views.xml",
        "views/logistics_integration_views.xml",
        "views/logistics_shipment_views.xml",
        "views/logistics_release_views.xml",
        "views/logistics_integration_audit_menus.xml",
    ],
    "demo": ["demo/logistics_integration_demo.xml"],
    "assets": {
        "web.assets_tests": ["logistics_integration_audit/static/tests/tours/*.js"],
    },
    "uninstall_hook": "uninstall_hook",
}
