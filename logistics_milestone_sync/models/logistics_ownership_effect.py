from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.ownership import Topic
from ..core.rule_effect import Heard, differences

_DAYS = 90
# What was heard: table, name of the topic, its side.
_HEARD = {
    "milestone": ("logistics_milestone_event", "milestone_code", SQL("''")),
    "charge": ("logistics_charge", "charge_type", SQL("side")),
    "field": ("logistics_field_statement", "field_name", SQL("''")),
}


class LogisticsOwnershipChange(models.Model):
    """What a change would have meant for the statements of the last months. Reads only."""

    _inherit = "logistics.ownership.change"

    @api.depends(
        "action",
        "rule_id",
        "verdict",
        "priority",
        "company_id",
        "object_kind",
        "milestone_id",
        "charge_type",
        "charge_side",
        "field_name",
        "system_kind",
        "system_id",
    )
    def _compute_effect_text(self):
        for change in self:
            change.effect_text = change._say_effect(*change._effect())

    def _effect(self):
        """How many statements were heard about the cell, and which would be judged differently.

        :return: ``(heard, {(verdict before, verdict after): number})``
        """
        total, found = 0, Counter()
        rules = self.env["logistics.ownership.rule"]
        heard_by_company = self._heard()
        for company, heard in heard_by_company.items():
            before = rules._rules_of(company)
            after = [rule for rule in before if rule.id != self.rule_id.id]
            if self.action != "withdraw":
                after.append(self._to_rule())
            total += sum(what.times for what in heard)
            found += differences(before, after, heard)
        return total, found

    def _heard(self):
        """``{company: [Heard, …]}`` of the last months, as far as the cell is about it."""
        table, name, side = _HEARD[self.object_kind]
        topic = self._topic()
        # Only numbers come out of it, and about companies whose rules one may propose to change.
        companies_sudo = self.company_id or self.env["res.company"].sudo().search(
            [("active", "=", True)]
        )
        systems_sudo = self.env["logistics.system"].sudo().with_context(active_test=False)
        systems_sudo = systems_sudo.search([("company_id", "in", companies_sudo.ids)])
        speakers_sudo = systems_sudo.filtered(
            lambda system: self.system_id in (system, self.system_id.browse())
            and self.system_kind in (False, system.kind)
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT system_id, %s, %s, count(*) FROM %s"
                " WHERE system_id = ANY(%s) AND received_at >= %s AND verdict <> 'conflict'"
                " AND %s IN ('', %s) AND %s IN ('', %s) GROUP BY 1, 2, 3",
                SQL.identifier(name),
                side,
                SQL.identifier(table),
                speakers_sudo.ids,
                fields.Datetime.now() - timedelta(days=_DAYS),
                topic.name,
                SQL.identifier(name),
                topic.side,
                side,
            )
        )
        heard = {}
        for system_id, topic_name, topic_side, times in rows:
            system_sudo = systems_sudo.browse(system_id)
            about = Topic(self.object_kind, topic_name, topic_side)
            heard.setdefault(system_sudo.company_id, []).append(
                Heard(about, system_id, system_sudo.kind, times)
            )
        return heard

    def _say_effect(self, heard, found):
        if not heard:
            return self.env._("Nothing was heard about this in the last %s days.", _DAYS)
        words = {
            "accept": self.env._("counts"),
            "advisory": self.env._("advisory"),
            "reject": self.env._("refused"),
        }
        told = self.env._(
            "%(changed)s of %(heard)s statements of the last %(days)s days would have been judged "
            "differently. What was judged stays as it is.",
            changed=sum(found.values()),
            heard=heard,
            days=_DAYS,
        )
        for (old, new), times in sorted(found.items()):
            told += f"\n{words[old]} → {words[new]}: {times}"
        return told
