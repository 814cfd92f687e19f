from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..core.ownership import Judge, in_force


class LogisticsOwnershipRule(models.Model):
    """One rule of the source of truth. Never edited: a change makes a new row (see the changes).

    Ledger rows point at the rule that judged them; what it said then stays readable.
    """

    _name = "logistics.ownership.rule"
    _description = "Source-of-Truth Rule"
    _inherit = ["logistics.ownership.cell.mixin"]
    _order = (
        "company_id, object_kind, milestone_id, charge_side, charge_type, field_name, priority, id"
    )

    active = fields.Boolean("In Force", default=True)
    valid_from = fields.Datetime(readonly=True, help="Empty: since the beginning.")
    valid_to = fields.Datetime(readonly=True, help="Replaced or withdrawn then.")
    change_ids = fields.One2many("logistics.ownership.change", "rule_id", "Changes")

    # Two rules in force for one cell would make the decision a matter of chance.
    _cell_uniq = models.UniqueIndex(
        "(object_kind, COALESCE(company_id, 0), COALESCE(milestone_id, 0),"
        " COALESCE(charge_type, ''), COALESCE(charge_side, ''), COALESCE(field_name, ''),"
        " COALESCE(system_kind, ''), COALESCE(system_id, 0)) WHERE active",
        "There is a rule for exactly this already: propose a change of that one.",
    )

    @api.model
    def _rules_of(self, company):
        """The core rules that hold in ``company``: its own and the shared ones, without those that
        stand in for a system that the company has.

        Remembered until a rule or a system changes. That another worker changed one shows in the
        stamp, which this transaction's snapshot tells with one cheap query: no worker judges by
        rules that were replaced before its transaction began, however long it has been running.

        :return: tuple of ``core.ownership.Rule``
        """
        self.flush_model()
        self.env["logistics.system"].flush_model(["active", "kind", "company_id"])
        [stamp] = self.env.execute_query(
            SQL(
                "SELECT count(*) FILTER (WHERE active), max(id), max(write_date),"
                " (SELECT string_agg(id || kind, ',' ORDER BY id) FROM logistics_system"
                "   WHERE active AND company_id = %s) FROM logistics_ownership_rule",
                company.id,
            )
        )
        return self._remembered_rules(company.id, stamp)

    @api.model
    def _judge_of(self, system):
        """What judges the statements of ``system`` (``core.ownership.Judge``)."""
        return Judge(self._rules_of(system.company_id), system.id, system.kind)

    @api.model
    @tools.ormcache("company_id", "stamp")
    def _remembered_rules(self, company_id, stamp):
        rules_sudo = self.sudo().search([("company_id", "in", [company_id, False])])
        systems_sudo = self.env["logistics.system"].sudo().search([("company_id", "=", company_id)])
        present = {(system.id, system.kind) for system in systems_sudo}
        return tuple(in_force([rule._to_rule() for rule in rules_sudo], present))

    @api.model_create_multi
    def create(self, vals_list):
        self._check_by_change()
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self._check_by_change()
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_by_change(self):
        self._check_by_change()

    def _check_by_change(self):
        """Rules come from module data and approved changes; whatever rights a caller has."""
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "A source-of-truth rule is not edited: it decides what counts. "
                    "Propose a change, and somebody else approves it."
                )
            )
