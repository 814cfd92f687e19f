import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/** Asks what should become of one cell, for whom, and why. */
export class ProposeDialog extends Component {
    static template = "logistics_milestone_sync.ProposeDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        title: String,
        column: Object,
        cell: Object,
        companyName: String,
        today: String,
        systems: Array,
        propose: Function,
    };

    setup() {
        const { cell, column } = this.props;
        this.state = useState({
            verdict: cell.verdict,
            priority: cell.verdict === "accept" ? cell.priority : 10,
            systemId: column.system_id || "",
            reason: "",
            busy: false,
        });
    }

    get canWithdraw() {
        const { cell, column } = this.props;
        const same = (column.system_id || "") === this.state.systemId;
        return same && cell.exact && cell.origin === "own";
    }

    get canSubmit() {
        return Boolean(this.state.reason.trim()) && !this.state.busy;
    }

    onSystemChange(ev) {
        this.state.systemId = ev.target.value ? Number(ev.target.value) : "";
        if (this.state.verdict === "inherit" && !this.canWithdraw) {
            this.state.verdict = this.props.cell.verdict;
        }
    }

    async submit() {
        this.state.busy = true;
        try {
            await this.props.propose({
                verdict: this.state.verdict,
                priority: Math.round(Number(this.state.priority)) || 10,
                reason: this.state.reason,
                ...(this.state.systemId
                    ? { system_id: this.state.systemId }
                    : { system_kind: this.props.column.kind }),
            });
            this.props.close();
        } finally {
            this.state.busy = false;
        }
    }
}
