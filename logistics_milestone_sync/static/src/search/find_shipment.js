import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

// Ctrl+K, then "#" and any number that somebody reads out: opens the shipment from anywhere.
const NAMESPACE = "#";

class FoundShipment extends Component {
    static template = "logistics_milestone_sync.FoundShipment";
    static props = {
        shipment: Object,
        slots: { type: Object, optional: true },
        hotkey: { type: String, optional: true },
        hotkeyOptions: { type: String, optional: true },
        name: { type: String, optional: true },
        searchValue: { type: String, optional: true },
        executeCommand: { type: Function, optional: true },
    };
}

async function findShipments(env, { searchValue }) {
    if (!searchValue) {
        return [];
    }
    const shipments = await env.services.orm.silent.call(
        "logistics.shipment",
        "find_by_number",
        [searchValue]
    );
    return shipments.map((shipment) => ({
        Component: FoundShipment,
        name: `${shipment.name} · ${shipment.number}`,
        href: `/odoo/shipments/${shipment.id}`,
        props: { shipment },
        action() {
            env.services.action.doAction({
                type: "ir.actions.act_window",
                res_model: "logistics.shipment",
                res_id: shipment.id,
                views: [[false, "form"]],
            });
        },
    }));
}

if (session.logistics_finds_shipments) {
    registry.category("command_setup").add(NAMESPACE, {
        debounceDelay: 200,
        emptyMessage: _t("No shipment has this number"),
        name: _t("shipments"),
        placeholder: _t("Any number: tracking, order, delivery, container…"),
    });
    registry.category("command_provider").add("logistics_shipment", {
        namespace: NAMESPACE,
        provide: findShipments,
    });
}
