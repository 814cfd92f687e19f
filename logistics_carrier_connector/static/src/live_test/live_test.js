import { Component, onWillUnmount, useState } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { TYPED } from "./profile_text_field";
import { TreeNode } from "./tree_node";

const PAUSE = 400;

/** What the text of a profile makes of a message, while it is written. Nothing is saved by it. */
export class LiveTest extends Component {
    static template = "logistics_carrier_connector.LiveTest";
    static components = { CopyButton, TreeNode };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.keepLast = new KeepLast();
        this.state = useState({
            pasted: "",
            isPasting: false,
            message: false,
            found: false,
            busy: false,
            failed: "",
            pointed: "",
            picked: "",
        });
        this.later = useDebounced(() => this.read(), PAUSE);
        useBus(this.props.record.model.bus, TYPED, ({ detail }) => {
            this.text = detail.text;
            this.later();
        });
        useRecordObserver((record) => {
            this.text = record.data.content || "";
            this.mappingId = record.data.mapping_id?.id;
            this.sampleId = record.data.sample_id?.id || false;
            this.read();
        });
        onWillUnmount(() => (this.left = true));
    }

    async read() {
        if (!this.mappingId || this.left) {
            return;
        }
        this.state.busy = true;
        try {
            const asked = this.orm.silent.call("logistics.mapping.version", "read_trial", [], {
                mapping_id: this.mappingId,
                text: this.text,
                ...this.chosen,
            });
            this.state.found = await this.keepLast.add(asked);
            this.state.failed = "";
        } catch (error) {
            this.state.failed = error.data?.message || _t("The server did not answer.");
        }
        this.state.busy = false;
    }

    /** The message that was chosen: pasted or stored here, else the sample of the draft. */
    get chosen() {
        if (this.state.isPasting) {
            return { pasted: this.state.pasted };
        }
        return this.state.message
            ? { message_id: this.state.message.id }
            : { sample_id: this.sampleId };
    }

    get source() {
        return this.state.found?.source || "";
    }

    get pattern() {
        return this.state.picked.replace(/\[\d+\]/g, "[]");
    }

    onPaste(ev) {
        this.state.pasted = ev.target.value;
        this.later();
    }

    paste() {
        Object.assign(this.state, { isPasting: true, message: false, picked: "" });
        this.read();
    }

    backToSample() {
        Object.assign(this.state, { isPasting: false, message: false, picked: "" });
        this.read();
    }

    chooseMessage() {
        this.dialog.add(SelectCreateDialog, {
            title: _t("Messages of this Profile"),
            resModel: "logistics.message",
            domain: [["connection_id.mapping_id", "=", this.mappingId]],
            multiSelect: false,
            noCreate: true,
            onSelected: async ([id]) => {
                const [message] = await this.orm.read("logistics.message", [id], ["display_name"]);
                Object.assign(this.state, { isPasting: false, message, picked: "" });
                await this.read();
            },
        });
    }

    point(path) {
        this.state.pointed = path;
    }

    pick(path) {
        this.state.picked = path;
    }
}

registry.category("view_widgets").add("logistics_live_test", {
    component: LiveTest,
    fieldDependencies: [
        { name: "content", type: "text" },
        { name: "mapping_id", type: "many2one" },
        { name: "sample_id", type: "many2one" },
    ],
});
