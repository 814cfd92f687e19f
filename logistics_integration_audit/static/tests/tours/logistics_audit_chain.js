import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// An auditor goes from a shipment to its entries, reads one, and verifies the chain.
registry.category("web_tour.tours").add("logistics_audit_chain", {
    url: "/odoo",
    steps: () => patient([
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='logistics_milestone_sync.menu_root']",
            run: "click",
        },
        {
            content: "Open the audit menu",
            trigger: "[data-menu-xmlid='logistics_milestone_sync.menu_audit']",
            run: "click",
        },
        {
            content: "Open the entries",
            trigger: "[data-menu-xmlid='logistics_integration_audit.menu_logistics_audit_entry']",
            run: "click",
        },
        {
            content: "Verify the chain",
            trigger: ".o_list_view:has(.o_data_row) button[name=action_verify_chain]",
            run: "click",
        },
        {
            content: "It is sound",
            trigger: ".o_notification:contains('The audit chain is sound')",
        },
        {
            content: "Open the change of status",
            trigger: ".o_data_row:contains('created → picked') td[name=summary]",
            run: "click",
        },
        {
            content: "It shows the values before and after",
            trigger: ".o_form_view tr:contains('status'):contains('created'):contains('picked')",
        },
        {
            content: "It is sealed and cannot be edited",
            trigger: ".o_form_view:not(:has(.o_form_button_create)) [name=sealing]:contains('Sealed')",
        },
        {
            content: "Open the shipment",
            trigger: ".o_form_view [name=shipment_id] a",
            run: "click",
        },
        {
            content: "Its audit button opens its own entries",
            trigger: "button[name=action_open_audit_entries]",
            run: "click",
        },
        {
            content: "They are there",
            trigger: ".o_list_view .o_data_row:contains('created → picked')",
        },
    ]),
});
