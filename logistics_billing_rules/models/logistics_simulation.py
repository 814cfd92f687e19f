import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount

from odoo.addons.logistics_milestone_sync.models.background_job_mixin import JOB_FIELDS

from .simulated import SimulatedEvaluation

_BATCH = 200


class LogisticsSimulation(models.Model):
    """An agreement, tried on shipments that were delivered: what would it have invoiced?

    It decides as the billing lane does, as if the agreement had been in force, and writes nothing
    but its own lines.
    """

    _name = "logistics.simulation"
    _description = "Simulation of an Agreement"
    _inherit = ["logistics.background.job.mixin"]
    _order = "id desc"
    _governed_fields = (*JOB_FIELDS, "shipment_count", "done_count", "terms_digest", "line_ids")
    _cron = "logistics_billing_rules.ir_cron_simulation"
    agreement_id = fields.Many2one(
        "logistics.agreement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="agreement_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    weeks = fields.Integer(
        "Weeks Back", default=8, required=True, help="Shipments delivered since then are tried."
    )
    shipment_count = fields.Integer("Shipments to Try", readonly=True, copy=False)
    done_count = fields.Integer("Shipments Tried", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    line_ids = fields.One2many("logistics.simulation.line", "simulation_id", "Result")
    amount_before = fields.Monetary("Was Invoiced", compute="_compute_amounts", help="Untaxed.")
    amount_after = fields.Monetary("Would Be Invoiced", compute="_compute_amounts", help="Untaxed.")
    amount_difference = fields.Monetary("Difference", compute="_compute_amounts")
    changed_count = fields.Integer("Shipments That Differ", compute="_compute_amounts")
    terms_digest = fields.Char(readonly=True, copy=False)
    is_outdated = fields.Boolean(
        compute="_compute_is_outdated", help="The terms were changed after this was started."
    )

    _weeks_sensible = models.Constraint(
        "CHECK(weeks BETWEEN 1 AND 104)", "Go back between 1 and 104 weeks."
    )

    @api.depends("agreement_id.name", "create_date")
    def _compute_display_name(self):
        for simulation in self:
            day = fields.Date.to_string(simulation.create_date) if simulation.create_date else ""
            simulation.display_name = f"{simulation.agreement_id.display_name or ''} {day}".strip()

    @api.depends("shipment_count", "done_count", "state")
    def _compute_progress(self):
        for simulation in self:
            total = simulation.shipment_count or 1
            done = simulation.state == "done"
            simulation.progress = 100.0 if done else 100.0 * simulation.done_count / total

    @api.depends("line_ids.amount_difference")
    def _compute_amounts(self):
        lines = self.env["logistics.simulation.line"]
        grouped = lines._read_group(
            [("simulation_id", "in", self.ids)],
            ["simulation_id"],
            ["amount_before:sum", "amount_after:sum", "amount_difference:sum"],
        )
        amounts = {simulation: sums for simulation, *sums in grouped}
        differing = dict(
            lines._read_group(
                [("simulation_id", "in", self.ids), ("amount_difference", "!=", 0)],
                ["simulation_id"],
                ["shipment_id:count_distinct"],
            )
        )
        for simulation in self:
            before, after, difference = amounts.get(simulation, (0.0, 0.0, 0.0))
            simulation.amount_before = before
            simulation.amount_after = after
            simulation.amount_difference = difference
            simulation.changed_count = differing.get(simulation, 0)

    @api.depends("terms_digest", "agreement_id.rule_ids", "agreement_id.rate_ids")
    def _compute_is_outdated(self):
        for simulation in self:
            known = simulation.terms_digest
            simulation.is_outdated = bool(known) and known != simulation._digest_terms()

    @api.constrains("agreement_id")
    def _check_agreement(self):
        for simulation in self:
            if len(simulation.agreement_id.rule_ids) != 1:
                raise ValidationError(
                    self.env._(
                        "%s has no billing rule yet: say under “When to Invoice” what has to "
                        "happen first.",
                        simulation.agreement_id.display_name,
                    )
                )

    # === Actions === #

    def action_open_lines(self):
        """Open the result as a table that can be turned around."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_billing_rules.logistics_simulation_line_action"
        )
        return action | {"domain": [("simulation_id", "=", self.id)]}

    def _summary(self):
        """The result in one sentence, for whoever decides about the agreement."""
        self.ensure_one()

        def said(amount):
            return format_amount(self.env, amount, self.currency_id)

        return self.env._(
            "Simulated on %(count)s shipments of the last %(weeks)s weeks: %(after)s instead of "
            "%(before)s (%(difference)s), %(changed)s shipments differ.",
            count=self.done_count,
            weeks=self.weeks,
            after=said(self.amount_after),
            before=said(self.amount_before),
            difference=("+" if self.amount_difference > 0 else "") + said(self.amount_difference),
            changed=self.changed_count,
        )

    # === Working === #

    def _digest_terms(self):
        """Changes with the terms: a result belongs to the terms that it was made with."""
        terms = self.agreement_id.to_terms()
        return hashlib.sha256(repr((self.agreement_id.currency_id.id, terms)).encode()).hexdigest()

    def _releases_domain(self):
        since = (self.started_at or fields.Datetime.now()) - timedelta(weeks=self.weeks)
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("shipment_id.delivered_at", ">=", since)
        return domain & Domain("state", "!=", "cancelled")

    def _begin(self):
        """Override: the result belongs to the terms of now."""
        self.terms_digest = self._digest_terms()
        releases = self.env["logistics.release"]
        self.shipment_count = releases.search_count(self._releases_domain())

    def _work(self):
        """Override: try the next batch of shipments."""
        domain = self._releases_domain() & Domain("id", ">", self.reached)
        releases = self.env["logistics.release"].search(domain, order="id", limit=_BATCH)
        if not releases:
            return self._finish()
        evaluation = SimulatedEvaluation(releases, self.agreement_id)
        vals_list = []
        for release in releases:
            found = evaluation.rows_of(release)
            if found:
                vals_list += self._line_vals(release, *found)
        self.env["logistics.simulation.line"].create(vals_list)
        self.write({"reached": releases[-1].id, "done_count": self.done_count + len(releases)})
        return len(releases)

    def _line_vals(self, release, state, rows):
        lines = {line._charge_key(): line for line in self.agreement_id.rate_ids}
        charges = {line.charge_id.charge_key: line.charge_id for line in release.line_ids}
        names = {"goods": self.env._("Goods"), "others": self.env._("Other charges and services")}
        customer = release.partner_id
        for row in rows:
            price = lines.get(row.key) or charges.get(row.key)
            yield {
                "simulation_id": self.id,
                "release_id": release.id,
                "shipment_id": release.shipment_id.id,
                "client_id": release.client_id.id,
                "partner_id": customer.id,
                "name": names.get(row.key) or (price.name if price else row.key),
                "rate_id": lines[row.key].id if row.key in lines else False,
                "state_before": release.state,
                "state_after": state,
                "amount_before": float(row.before),
                "amount_after": float(row.after),
                "amount_difference": float(row.difference),
                "explanation": row.explanation,
            }
