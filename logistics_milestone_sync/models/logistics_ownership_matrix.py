from dataclasses import asdict

from odoo import api, models
from odoo.fields import Domain

from ..core.matrix import Speaker, row
from ..core.ownership import CHARGE, FIELD, MILESTONE, Topic
from .ownership_cell_mixin import CELL_FIELDS


class LogisticsOwnershipRule(models.Model):
    """The matrix: what the screen shows at a glance, read in one call."""

    _inherit = "logistics.ownership.rule"

    @api.model
    def read_matrix(self):
        """Who owns what in the current company, for the screen of the source of truth.

        :return: dict of ``company``, ``can_propose``, ``pending`` (number of changes that wait),
            ``systems`` (of the company), ``columns`` (``label``, ``kind``, ``system_id``) and
            ``sections``: each with ``label`` and ``rows``; a row has its ``label``, its ``cell``
            (the values that name it in a proposal) and ``cells``, one per column
        """
        self.check_access("read")
        company = self.env.company
        changes = self.env["logistics.ownership.change"]
        waiting = changes.search(
            [("state", "=", "waiting"), ("company_id", "in", [company.id, False])]
        )
        systems = self.env["logistics.system"].search([("company_id", "=", company.id)])
        columns = self._matrix_columns(company, systems, waiting)
        sections = self._matrix_sections()
        self._fill_matrix(sections, columns, self._rules_of(company), waiting)
        return {
            "company": {"id": company.id, "name": company.name},
            "can_propose": changes.has_access("create"),
            "pending": len(waiting),
            "systems": [{"id": s.id, "name": s.name, "kind": s.kind} for s in systems],
            "columns": columns,
            "sections": sections,
        }

    def _matrix_columns(self, company, systems, waiting):
        """Every kind of system, each followed by its systems that have rules of their own."""
        named = Domain("company_id", "=", company.id) & Domain("system_id", "!=", False)
        special = (self.search(named).system_id | waiting.system_id) & systems
        columns = []
        for kind, label in self._fields["system_kind"]._description_selection(self.env):
            columns.append({"label": label, "kind": kind, "system_id": False})
            columns += [
                {"label": system.name, "kind": kind, "system_id": system.id}
                for system in special
                if system.kind == kind
            ]
        return columns

    def _matrix_sections(self):
        milestones = (
            self.env["logistics.milestone"].search([("active", "=", True)]).grouped("phase")
        )
        phases = self.env["logistics.milestone"]._fields["phase"]._description_selection(self.env)
        sections = [
            self._section(
                self.env._("Milestones: %s", label),
                [(m.name, {"object_kind": MILESTONE, "milestone_id": m.id}, m.code) for m in rows],
            )
            for phase, label in phases
            if (rows := milestones.get(phase))
        ]
        for side, label in (("buy", self.env._("Costs")), ("sell", self.env._("Revenues"))):
            of_side = {"object_kind": CHARGE, "charge_side": side}
            types = self._fields["charge_type"]._description_selection(self.env)
            rows = [(self.env._("Any charge"), of_side, "")]
            rows += [(text, of_side | {"charge_type": name}, name) for name, text in types]
            sections.append(self._section(self.env._("Charges: %s", label), rows, side))
        fields = self._fields["field_name"]._description_selection(self.env)
        rows = [(text, {"object_kind": FIELD, "field_name": name}, name) for name, text in fields]
        return [*sections, self._section(self.env._("Fields of the Shipment"), rows)]

    def _section(self, label, rows, side=""):
        return {
            "label": label,
            "rows": [
                {"label": text, "cell": cell, "name": name, "side": side}
                for text, cell, name in rows
            ],
        }

    def _fill_matrix(self, sections, columns, rules, waiting):
        speakers = [Speaker(c["kind"], c["system_id"] or None) for c in columns]
        pending = {}
        for change in waiting:
            asked = {"id": change.id, "verdict": change.verdict, "action": change.action}
            pending.setdefault(change._cell_key(), []).append(asked)
        for section in sections:
            for line in section["rows"]:
                topic = Topic(line["cell"]["object_kind"], line.pop("name"), line.pop("side"))
                line["cells"] = [
                    asdict(cell) | {"pending": pending.get(self._place(line, column), [])}
                    for cell, column in zip(row(rules, topic, speakers), columns, strict=True)
                ]

    def _place(self, line, column):
        """What makes a cell of the screen the same as the cell of a change."""
        place = line["cell"] | (
            {"system_id": column["system_id"]}
            if column["system_id"]
            else {"system_kind": column["kind"]}
        )
        return tuple(place.get(name) or False for name in CELL_FIELDS if name != "company_id")
