import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

// Customer service answers "where is it, and who says so?" for a number that a customer reads out.
registry.category("web_tour.tours").add("logistics_shipment_timeline", {
    url: "/odoo",
    steps: () => patient([
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='logistics_milestone_sync.menu_root']",
            run: "click",
        },
        {
            content: "Look among those that arrived as well",
            trigger: ".o_searchview_facet:contains('On the Way') .o_facet_remove",
            run: "click",
        },
        {
            content: "Type the number as the customer reads it",
            trigger: ".o_searchview_input",
            run: "edit 1z tour.7",
        },
        {
            content: "Search among all numbers",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains('Any number')",
            run: "click",
        },
        {
            content: "One shipment has it; open it",
            trigger: ".o_data_row:only-child td[name=name]",
            run: "click",
        },
        {
            content: "The status is in the title",
            trigger: ".o_form_view div[name=status_id]:contains('Delivered')",
        },
        {
            content: "The timeline says who stated the delivery, and that it moved the shipment",
            trigger:
                ".o_logistics_timeline:contains('System carrier says it happened'):contains('moved to “Delivered”')",
        },
        {
            content: "Open the exceptions of the shipment",
            trigger: "button[name=action_open_exceptions].oe_stat_button",
            run: "click",
        },
        {
            content: "Open the case",
            trigger: ".o_data_row td[name=reason]:contains('Damaged')",
            run: "click",
        },
        {
            content: "Write what was done",
            trigger: ".o_field_widget[name=resolution] textarea",
            run: "edit Replacement is on its way",
        },
        {
            content: "Say why it can be closed",
            trigger: ".o_field_widget[name=closure_reason_id] input",
            run: "edit Goods replaced",
        },
        {
            content: "Choose the reason",
            trigger: ".o-autocomplete--dropdown-item:contains('Goods replaced')",
            run: "click",
        },
        {
            content: "Close it",
            trigger: "button[name=action_close]",
            run: "click",
        },
        {
            content: "It is closed",
            trigger: ".o_statusbar_status button[data-value=closed].o_arrow_button_current",
        },
    ]),
});
