import { patient } from "@logistics_milestone_sync/../tests/tours/patience";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_connect_carrier", {
    url: "/odoo/connect-carrier",
    steps: () => patient([
        {
            content: "Look for the carrier",
            trigger: ".o_searchview_input",
            run: "edit AfterShip",
        },
        {
            content: "Search",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {
            content: "Pick it",
            trigger: ".o_kanban_record:not(.o_kanban_ghost):contains(AfterShip)",
            run: "click",
        },
        {
            content: "The profile knows how it signs",
            trigger: ".modal [name=verifier_header] input:value(aftership-hmac-sha256)",
        },
        {
            content: "Give it a name",
            trigger: ".modal [name=name] input",
            run: "edit AfterShip in a tour",
        },
        {
            content: "Go on",
            trigger: ".modal button[name=action_connect]",
            run: "click",
        },
        {
            content: "Nobody opens a door without a secret",
            trigger: "section[name=open] button[name=open]:disabled",
        },
        {
            content: "Make a secret",
            trigger: "section[name=secret] button[name=make_secret]",
            run: "click",
        },
        {
            content: "It is shown, this once",
            trigger: "section[name=secret] .o_logistics_secret",
        },
        {
            content: "Open the connection",
            trigger: "section[name=open] button[name=open]:enabled",
            run: "click",
        },
        {
            content: "It takes messages",
            trigger: "section[name=open] .text-success",
        },
        {
            content: "The line signs as the profile says",
            trigger: ".o_logistics_curl:contains(openssl dgst -sha256)",
        },
        {
            content: "And it waits",
            trigger: "section[name=arrivals] .spinner-border",
        },
    ]),
});
