import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// Customer service's morning: what is late, why, and what does the warehouse's document say? Then
// somebody calls and reads out a number.
registry.category("web_tour.tours").add("logistics_customer_service_morning", {
    url: "/odoo",
    steps: () => patient([
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='logistics_milestone_sync.menu_root']",
            run: "click",
        },
        {
            content: "What is on its way is shown first",
            trigger: ".o_searchview_facet:contains('On the Way')",
        },
        {
            content: "Open the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Only what is late",
            trigger: ".o_filter_menu .o_menu_item:contains(/^Late$/)",
            run: "click",
        },
        {
            content: "Close the filters",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "The list says why to look at it; open it",
            trigger: ".o_data_row:contains('Late') td[name=sale_order_ids]:contains('S-MORNING')",
            run: "click",
        },
        {
            content: "The timeline tells how far it came",
            trigger: ".o_logistics_timeline:contains('moved to “Dispatched”')",
        },
        {
            content: "Look at the transfer",
            trigger: "button[name=action_open_pickings]",
            run: "click",
        },
        {
            content: "The transfer shows the same status, and the number that the warehouse gave",
            trigger: ".o_form_view div[name=logistics_status]:contains('Dispatched')",
        },
        {
            content: "A customer calls: open the command palette",
            trigger: "body",
            run: "press control+k",
        },
        {
            content: "Type the number as the customer reads it",
            trigger: ".o_command_palette_search input",
            run: "edit #1z-morning.2",
        },
        {
            content: "It is found, with its status and its consignee",
            trigger: ".o_command.focused:contains('1Z MORNING 2'):contains('Shipment created')",
            run: "click",
        },
        {
            content: "And opened",
            trigger: ".o_form_view div[name=status_id]:contains('Shipment created')",
        },
    ]),
});
