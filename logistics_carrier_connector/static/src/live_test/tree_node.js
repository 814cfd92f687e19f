import { Component, useState } from "@odoo/owl";

const OPEN_LEVELS = 3;

/** One node of a decoded message, with the nodes below it. */
export class TreeNode extends Component {
    static template = "logistics_carrier_connector.TreeNode";
    static props = {
        node: Object,
        level: { type: Number, optional: true },
        picked: { type: String, optional: true },
        onPoint: Function,
        onPick: Function,
    };
    static defaultProps = { level: 0, picked: "" };

    setup() {
        this.state = useState({ open: this.props.level < OPEN_LEVELS });
    }

    get count() {
        const { kind, count } = this.props.node;
        return kind === "list" ? `[${count}]` : `{${count}}`;
    }
}
TreeNode.components = { TreeNode };
