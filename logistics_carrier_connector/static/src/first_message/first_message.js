import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const PAUSE = 2000;
const MODEL = "logistics.connection";

/** The last steps of connecting somebody: the secret, shown once; a line to try it; what arrives. */
export class FirstMessage extends Component {
    static template = "logistics_carrier_connector.FirstMessage";
    static components = { Layout, CopyButton };
    static props = { ...standardActionServiceProps };
    static displayName = _t("First Message");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.copied = _t("Copied");
        this.id = this.props.action.context.active_id || this.props.action.params?.active_id;
        this.state = useState({
            setup: null,
            curl: "",
            // By proof: what was made here. It lives in this page only, and is gone when it is left.
            secrets: {},
            entered: {},
            keepHours: 24,
            expiresOn: "",
            busy: false,
            arrivals: { message: false, refusals: [] },
        });
        onWillStart(async () => {
            await this.load();
            this.since = this.state.setup.now;
            this.listen();
        });
        onWillUnmount(() => {
            this.left = true;
            clearTimeout(this.timer);
        });
    }

    async load() {
        this.state.setup = await this.orm.call(MODEL, "read_setup", [[this.id]]);
        this.state.curl = this.state.curl || this.state.setup.curl;
    }

    listen() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    /** What came meanwhile. A server that is busy or away is asked again. */
    async ask() {
        try {
            const found = await this.orm.silent.call(MODEL, "read_arrivals", [
                [this.id],
                this.since,
            ]);
            const opened = found.state !== this.state.setup.state;
            this.state.arrivals = found;
            if (opened || found.asked !== this.state.setup.asked) {
                await this.load();
            }
        } finally {
            if (!this.left && !this.done) {
                this.listen();
            }
        }
    }

    get done() {
        const { message } = this.state.arrivals;
        return Boolean(message) && !message.waiting;
    }

    get isReady() {
        return this.state.setup.proofs.every((proof) => proof.has_secret || !proof.needs_secret);
    }

    get secretProofs() {
        return this.state.setup.proofs.filter((proof) => proof.needs_secret);
    }

    async setSecret(proof, secret) {
        this.state.busy = true;
        try {
            const made = await this.orm.call(MODEL, "action_set_secret", [[this.id]], {
                secret,
                proof_id: proof.id,
                keep_hours: Number(this.state.keepHours) || 0,
                expires_on: this.state.expiresOn || false,
            });
            this.state.secrets[proof.id] = made.secret;
            this.state.entered[proof.id] = "";
            this.state.curl = made.curl;
            await this.load();
        } finally {
            this.state.busy = false;
        }
    }

    async open() {
        this.state.busy = true;
        try {
            const told = await this.orm.call(MODEL, "action_activate", [[this.id]]);
            if (told) {
                this.notification.add(told.params.message, { type: told.params.type });
            }
            await this.load();
        } finally {
            this.state.busy = false;
        }
    }

    async again() {
        await this.load();
        this.since = this.state.setup.now;
        this.state.arrivals = { message: false, refusals: [] };
        this.listen();
    }

    openMessage() {
        return this.show("logistics.message", this.state.arrivals.message.id);
    }

    openConnection() {
        return this.show(MODEL, this.id);
    }

    show(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("logistics_first_message", FirstMessage);
