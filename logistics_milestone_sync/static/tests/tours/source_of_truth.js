import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_source_of_truth", {
    url: "/odoo/source-of-truth",
    steps: () => patient([
        {
            content: "The warehouse owns what is picked, by a shared rule",
            trigger:
                "tr[data-row=Picked] .o_logistics_accept.o_logistics_inherited[data-column*=WMS]",
        },
        {
            content: "A system with its own rule has its own column",
            trigger: "tr[data-row=Picked] .o_logistics_reject[data-column='System wms']",
        },
        {
            content: "Look for the charges",
            trigger: ".o_logistics_matrix_head input",
            run: "edit charges: costs",
        },
        {
            content: "Only they are shown",
            trigger: ".o_logistics_matrix:not(:has(tr[data-row=Picked])) tr[data-row=Freight]",
        },
        {
            content: "The transport management shall own freight, too",
            trigger: "tr[data-row=Freight] button[data-column*=TMS]",
            run: "click",
        },
        {
            content: "Nothing is asked for without a reason",
            trigger: ".o_logistics_submit:disabled",
        },
        {
            content: "It counts",
            trigger: "#o_logistics_accept",
            run: "click",
        },
        {
            content: "After the carriers",
            trigger: "#o_logistics_priority",
            run: "edit 40",
        },
        {
            content: "Say why",
            trigger: "#o_logistics_reason",
            run: "edit It rates before the carrier bills.",
        },
        {
            content: "Ask",
            trigger: ".o_logistics_submit:enabled",
            run: "click",
        },
        {
            content: "The cell waits, and says so to everybody",
            trigger:
                "tr[data-row=Freight] .o_logistics_pending[aria-label*='a change waits for approval']",
            run: "click",
        },
        {
            content: "It opens the change with its effect",
            trigger: ".o_form_view .o_field_widget[name=effect_text]",
        },
        {
            content: "It is not in force yet",
            trigger: ".o_statusbar_status button[data-value=waiting].o_arrow_button_current",
        },
    ]),
});
