from datetime import timedelta

from odoo import api, fields, models, tools

from ..core.expectation import Pattern, Rule, resolve_patterns


class LogisticsExpectation(models.Model):
    """What one company, or one delivery method, expects after a milestone, where that differs from
    what the catalogue of milestones says."""

    _name = "logistics.expectation"
    _description = "Expectation"
    _order = "milestone_id, delivery_carrier_id, company_id, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: holds for all companies without a rule of their own.",
    )
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: any. A rule for a delivery method is stronger than one for the company.",
    )
    milestone_id = fields.Many2one(
        "logistics.milestone", "After", required=True, index=True, ondelete="cascade"
    )
    next_milestone_id = fields.Many2one(
        "logistics.milestone", "Expect", required=True, ondelete="cascade"
    )
    within_hours = fields.Integer(required=True, help="0: nothing particular is expected.")
    active = fields.Boolean(default=True)

    _rule_uniq = models.UniqueIndex(
        "(milestone_id, COALESCE(company_id, 0), COALESCE(delivery_carrier_id, 0)) WHERE active",
        "There is such an expectation already: change it instead.",
    )
    _hours_positive = models.Constraint(
        "CHECK(within_hours >= 0)", "Nothing can be expected within less than no time."
    )

    @api.depends("milestone_id.name", "next_milestone_id.name", "within_hours")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = self.env._(
                "%(before)s → %(after)s within %(hours)s hours",
                before=rule.milestone_id.name,
                after=rule.next_milestone_id.name,
                hours=rule.within_hours,
            )

    @api.model
    @tools.ormcache("company_id", "carrier_id")
    def _patterns_for(self, company_id, carrier_id):
        """``{milestone code: core Pattern}`` for shipments of a company with a delivery method.

        :param carrier_id: ``False`` for shipments without a delivery method
        """
        rules_sudo = self.sudo().search(
            [
                ("company_id", "in", [company_id, False]),
                ("delivery_carrier_id", "in", [carrier_id, False]),
            ]
        )
        return resolve_patterns(
            self.env["logistics.milestone"]._patterns(), [rule._to_rule() for rule in rules_sudo]
        )

    def _to_rule(self):
        pattern = Pattern(self.next_milestone_id.code, timedelta(hours=self.within_hours))
        return Rule(
            id=self.id,
            milestone=self.milestone_id.code,
            pattern=pattern if self.within_hours else None,
            own=bool(self.company_id),
            carrier=bool(self.delivery_carrier_id),
        )

    @api.model_create_multi
    def create(self, vals_list):
        self._expect_anew()
        return super().create(vals_list)

    def write(self, vals):
        self._expect_anew()
        return super().write(vals)

    def unlink(self):
        self._expect_anew()
        return super().unlink()

    def _expect_anew(self):
        self.env.registry.clear_cache()
        self.env["logistics.shipment"]._refresh_outlook_later()
