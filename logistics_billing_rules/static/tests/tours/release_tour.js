import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// A finance approver sees what is held and why, approves it, and opens the invoice that follows.
registry.category("web_tour.tours").add("logistics_release_approval", {
    url: "/odoo",
    steps: () => patient([
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='logistics_milestone_sync.menu_root']",
            run: "click",
        },
        {
            content: "Open the billing menu",
            trigger: "[data-menu-xmlid='logistics_milestone_sync.menu_finance']",
            run: "click",
        },
        {
            content: "Open the work queue",
            trigger: "[data-menu-xmlid='logistics_billing_rules.menu_logistics_release']",
            run: "click",
        },
        {
            content: "The held invoice is there with its money and who owes what; open it",
            trigger:
                ".o_data_row:contains('Finance approver'):contains('1,029.90') td[name=reason]:contains('“Damaged”')",
            run: "click",
        },
        {
            content: "The explanation names what is satisfied and what is missing",
            trigger:
                ".o_logistics_explanation tr.table-warning:contains('Waits for a finance approver')",
        },
        {
            content: "Approve",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "It is released",
            trigger: ".o_statusbar_status button[data-value=released].o_arrow_button_current",
        },
        {
            content: "Open the invoice",
            trigger: "button[name=action_open_invoices]",
            run: "click",
        },
        {
            content: "Goods and freight are on it",
            trigger: ".o_form_view div[name=invoice_line_ids] tr:contains('34 kg × 0.85')",
        },
    ]),
});
