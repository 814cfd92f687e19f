from odoo import api, fields, models

from ..core.ownership import Rule, in_force
from .logistics_system import SYSTEM_KINDS


class LogisticsOwnershipRule(models.Model):
    _name = "logistics.ownership.rule"
    _description = "Source-of-Truth Rule"
    _order = "company_id, milestone_id, priority, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: holds for every company that has no rule of its own.",
    )
    milestone_id = fields.Many2one(
        "logistics.milestone", index="btree_not_null", ondelete="cascade", help="Empty: any."
    )
    system_kind = fields.Selection(SYSTEM_KINDS, help="Empty: any kind of system.")
    system_id = fields.Many2one(
        "logistics.system",
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Only this very system; stronger than a rule for its kind.",
    )
    verdict = fields.Selection(
        [
            ("accept", "Owner: it counts"),
            ("advisory", "Advisory: shown, moves nothing"),
            ("reject", "Refused"),
        ],
        required=True,
        default="accept",
    )
    priority = fields.Integer(
        default=10, help="When two owners state the same second, the lower number wins."
    )
    is_stand_in = fields.Boolean(
        "Stand-in",
        help="Holds only while the company has no system that owns the milestone otherwise: Odoo "
        "says that goods were picked where no warehouse system does.",
    )
    active = fields.Boolean(default=True)

    @api.model
    def _rules_of(self, company):
        """The core rules that hold in ``company``: its own before the shared ones."""
        rules_sudo = self.sudo().search([("company_id", "in", [company.id, False])])
        own = rules_sudo.filtered("company_id")
        covered = set(own.mapped("milestone_id.code"))
        shared = (rules_sudo - own).filtered(lambda rule: rule.milestone_id.code not in covered)
        systems_sudo = self.env["logistics.system"].sudo().search([("company_id", "=", company.id)])
        present = {(system.id, system.kind) for system in systems_sudo}
        return in_force([rule._to_rule() for rule in own + shared], present)

    def _to_rule(self):
        return Rule(
            id=self.id,
            verdict=self.verdict,
            milestone=self.milestone_id.code or "",
            system_kind=self.system_kind or "",
            system_id=self.system_id.id or None,
            priority=self.priority,
            stand_in=self.is_stand_in,
        )

    @api.depends("milestone_id", "system_kind", "system_id")
    def _compute_display_name(self):
        kinds = dict(SYSTEM_KINDS)
        for rule in self:
            speaker = rule.system_id.name or kinds.get(rule.system_kind) or self.env._("Anybody")
            milestone = rule.milestone_id.name or self.env._("any milestone")
            rule.display_name = f"{speaker}: {milestone}"
