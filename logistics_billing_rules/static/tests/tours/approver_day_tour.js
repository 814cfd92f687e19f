import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// A finance approver's day: what is held and why, an exception that is approved, everything that is
// ready released at once, and one of the invoices with its annex.
registry.category("web_tour.tours").add("logistics_finance_approver_day", {
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
            content: "The most money stands first: an exception waits for a decision; open it",
            trigger:
                ".o_data_row:first:contains('1,029.90'):contains('Finance approver') td[name=reason]:contains('“Damaged”')",
            run: "click",
        },
        {
            content: "The explanation says what is missing, and that it waits for us",
            trigger:
                ".o_logistics_explanation tr.table-warning:contains('Waits for a finance approver')",
        },
        {
            content: "It names who said what the shipment weighs",
            trigger: ".o_logistics_explanation p:contains('Declared weight: 34 kg')",
        },
        {
            content: "Approve",
            trigger: "button[name=action_approve]",
            run: "click",
        },
        {
            content: "Nothing holds it any more: it is ready",
            trigger: ".o_statusbar_status button[data-value=ready].o_arrow_button_current",
        },
        {
            content: "Back to the queue",
            trigger: ".breadcrumb-item a:contains('Releases')",
            run: "click",
        },
        {
            content: "All three that are ready are there, and one that is not",
            trigger: ".o_list_view .o_data_row:nth-child(4)",
        },
        {
            content: "Select everything",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Release it",
            trigger: ".o_control_panel button[name=action_release]",
            run: "click",
        },
        {
            content: "What could be released is, and the rest is named with the reason",
            trigger:
                ".o_notification:contains('3 released.'):contains('1 left as they are'):contains('Delivered')",
        },
        {
            content: "Close the summary",
            trigger: ".o_notification .o_notification_close",
            run: "click",
        },
        {
            content: "Only what waits is left in the queue",
            trigger: ".o_list_view:not(:has(.o_data_row:nth-child(2))) .o_data_row:contains('Delivered')",
        },
        {
            content: "Look at everything",
            trigger: ".o_searchview_facet:contains('Not Invoiced Yet') .o_facet_remove",
            run: "click",
        },
        {
            content: "Open what was held in the morning",
            trigger: ".o_data_row:contains('MORNING'):contains('Released') td[name=name]",
            run: "click",
        },
        {
            content: "Open its invoice",
            trigger: "button[name=action_open_invoices]",
            run: "click",
        },
        {
            content: "Goods and freight are on it",
            trigger: ".o_form_view div[name=invoice_line_ids] tr:contains('34 kg × 0.85')",
        },
        {
            content: "Print the annex",
            trigger: "button[name=action_print_logistics_annex]",
            run: "click",
        },
        {
            content: "It is on its way",
            trigger: "body:not(:has(.o_blockUI))",
        },
    ]),
});
