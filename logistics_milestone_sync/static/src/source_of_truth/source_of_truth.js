import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ProposeDialog } from "./propose_dialog";

const VERDICTS = {
    accept: _t("Owner"),
    advisory: _t("Advisory"),
    reject: _t("Refused"),
};
const ORIGINS = {
    own: _t("rule of this company"),
    shared: _t("shared by all companies"),
    none: _t("no rule"),
};
const MOVES = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
};

/** Who may state what, at a glance: topics down, systems across, one call to the server. */
export class SourceOfTruth extends Component {
    static template = "logistics_milestone_sync.SourceOfTruth";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static displayName = _t("Source of Truth");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.table = useRef("table");
        this.display = { controlPanel: {} };
        this.state = useState({ matrix: null, filter: "" });
        onWillStart(() => this.load());
    }

    async load() {
        const matrix = await this.orm.call("logistics.ownership.rule", "read_matrix", []);
        let line = 0;
        for (const section of matrix.sections) {
            for (const row of section.rows) {
                row.line = line++;
            }
        }
        this.state.matrix = matrix;
    }

    get sections() {
        const wanted = this.state.filter.trim().toLowerCase();
        return this.state.matrix.sections
            .map((section) => ({
                ...section,
                rows: section.rows.filter(
                    (row) =>
                        row.label.toLowerCase().includes(wanted) ||
                        section.label.toLowerCase().includes(wanted)
                ),
            }))
            .filter((section) => section.rows.length);
    }

    verdict(cell) {
        return VERDICTS[cell.verdict];
    }

    classes(cell) {
        return {
            [`o_logistics_${cell.verdict}`]: true,
            o_logistics_inherited: cell.origin !== "own",
            o_logistics_pending: Boolean(cell.pending.length),
        };
    }

    /** The whole cell in words, for the tooltip and for those who do not see it. */
    describe(section, row, column, cell) {
        const words = [`${section.label}, ${row.label}, ${column.label}: ${this.verdict(cell)}`];
        if (cell.rank) {
            words.push(_t("place %s among the owners", cell.rank));
        }
        words.push(ORIGINS[cell.origin]);
        if (cell.origin !== "none" && !cell.exact) {
            words.push(_t("by a rule that covers more"));
        }
        if (cell.pending.length) {
            words.push(_t("a change waits for approval"));
        }
        return words.join(", ");
    }

    /** Arrow keys walk the cells, as in a spreadsheet. */
    onKeydown(ev) {
        const move = MOVES[ev.key];
        const cell = ev.target.closest("[data-column]");
        if (!move || !cell) {
            return;
        }
        const cells = [...this.table.el.querySelectorAll("[data-column]")];
        const perRow = this.state.matrix.columns.length;
        const index = cells.indexOf(cell);
        const column = (index % perRow) + move[1];
        const target = cells[index + move[0] * perRow + move[1]];
        if (target && column >= 0 && column < perRow) {
            ev.preventDefault();
            target.focus();
        }
    }

    onClickCell(section, row, column, cell) {
        if (cell.pending.length) {
            return this.openChange(cell.pending[0].id);
        }
        const { company, can_propose: canPropose, systems } = this.state.matrix;
        if (!canPropose) {
            return this.notification.add(
                _t("A logistics manager or an integration administrator proposes changes."),
                { type: "info" }
            );
        }
        this.dialog.add(ProposeDialog, {
            title: `${section.label} · ${row.label}`,
            column,
            cell,
            companyName: company.name,
            today: `${this.verdict(cell)}, ${ORIGINS[cell.origin]}`,
            systems: systems.filter((system) => system.kind === column.kind),
            propose: (values) => this.propose({ ...row.cell, company_id: company.id, ...values }),
        });
    }

    async propose(values) {
        const change = await this.orm.call("logistics.ownership.change", "action_propose", [
            values,
        ]);
        this.notification.add(_t("%s waits for the approval of another manager.", change.name), {
            type: "success",
        });
        await this.load();
    }

    openChange(resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "logistics.ownership.change",
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    openRules() {
        return this.action.doAction("logistics_milestone_sync.logistics_ownership_rule_action");
    }

    openChanges() {
        return this.action.doAction(
            "logistics_milestone_sync.logistics_ownership_change_action",
            { additionalContext: { search_default_waiting: 1 } }
        );
    }
}

registry.category("actions").add("logistics_source_of_truth", SourceOfTruth);
