import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";

const PANEL = ".o_logistics_live_test";

registry.category("web_tour.tours").add("logistics_live_test", {
    steps: () => patient([
        {
            content: "What the text reads in the sample",
            trigger: `${PANEL} .o_logistics_fact:contains(Dispatched)`,
        },
        {
            content: "And what it does not understand",
            trigger: `${PANEL} .o_logistics_problem:contains(NEW)`,
        },
        {
            content: "A code is typed, and nothing is left or saved",
            trigger: ".o_field_widget[name=content] .ace_editor",
            run() {
                const editor = window.ace.edit(this.anchor);
                editor.navigateFileEnd();
                editor.insert("  - {codes: [NEW], milestone: out_for_delivery}\n");
            },
        },
        {
            content: "It is understood",
            trigger: `${PANEL} .o_logistics_fact:contains(Out for delivery)`,
        },
        {
            content: "A value offers its path",
            trigger: `${PANEL} section[name=tree] .o_logistics_value[title='events[1].code']`,
            run: "click",
        },
        {
            content: "Its own, and that of all of them",
            trigger: `${PANEL} section[name=tree] code:contains(events[].code)`,
        },
        {
            content: "Paste another message",
            trigger: `${PANEL} button[name=paste]`,
            run: "click",
        },
        {
            content: "As the sender wrote it",
            trigger: `${PANEL} section[name=source] textarea`,
            run: `edit {"events": [{"tracking": "1Z9", "code": "OK", "at": "2026-03-02T08:00:00Z"}]}`,
        },
        {
            content: "It is read at once",
            trigger: `${PANEL} .o_logistics_fact:contains(Delivered)`,
        },
        {
            content: "Break the text",
            trigger: ".o_field_widget[name=content] .ace_editor",
            run() {
                const editor = window.ace.edit(this.anchor);
                editor.navigateFileEnd();
                editor.insert("  - {codes: [X], milestone: teleported}\n");
            },
        },
        {
            content: "The mistake is told with its line",
            trigger: `${PANEL} .o_logistics_complaint:contains(teleported)`,
        },
        {
            content: "Drop it all",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            content: "The sample again",
            trigger: `${PANEL} button[name=sample]`,
            run: "click",
        },
        {
            content: "As it was",
            trigger: `${PANEL} .o_logistics_problem:contains(NEW)`,
        },
    ]),
});
