from odoo import api, fields, models


class LogisticsAgreement(models.Model):
    """The prices of an agreement: trying them out, and what differs from the version before."""

    _inherit = "logistics.agreement"

    rate_ids = fields.One2many("logistics.rate", "agreement_id", "Prices", copy=True)
    zone_ids = fields.One2many("logistics.zone", "agreement_id", "Zones", copy=True)
    stated_ids = fields.One2many(
        "logistics.charge.term", "agreement_id", "Stated Charges", copy=True
    )
    simulation_ids = fields.One2many("logistics.simulation", "agreement_id", "Simulations")
    simulation_count = fields.Integer(compute="_compute_simulation_count")
    changes_html = fields.Html("What Changed", compute="_compute_changes_html", sanitize=False)

    @api.depends("previous_id", "rule_ids", "rate_ids", "zone_ids")
    def _compute_changes_html(self):
        for agreement in self:
            old = agreement.previous_id
            if not old:
                agreement.changes_html = False
                continue
            agreement.changes_html = self.env["ir.qweb"]._render(
                "logistics_billing_rules.agreement_changes",
                {"new": agreement, "old": old, "rows": agreement._changes()},
            )

    @api.depends("simulation_ids")
    def _compute_simulation_count(self):
        for agreement in self:
            agreement.simulation_count = len(agreement.simulation_ids)

    def _changes(self):
        """What differs from the version before: ``[(what, before, now), …]`` in words."""
        old, new = self.previous_id, self
        rows = []
        for before, now in zip(old._compared(), new._compared(), strict=True):
            if before != now:
                rows.append((now[0], before[1], now[1]))
        lines_before = {line._charge_key(): line for line in old.rate_ids}
        lines_now = {line._charge_key(): line for line in new.rate_ids}
        for key in lines_before | lines_now:
            before, now = (lines.get(key, new.rate_ids[:0]) for lines in (lines_before, lines_now))
            if before._words() != now._words():
                rows.append(((now or before).name, before._words(), now._words()))
        return rows

    def _compared(self):
        """``[(label, words), …]`` of the terms that are not prices, in a fixed order."""
        rule = self.rule_ids[:1]
        yes, no = self.env._("Yes"), self.env._("No")
        flags = ("inferred_counts", "exceptions_block", "approval_replaces_proof")
        return [
            (self.env._("Customer"), self.partner_id.display_name or ""),
            (self.env._("Currency"), self.currency_id.name),
            (self.env._("Billing"), rule.summary or ""),
            (
                self.env._("Stated Charges"),
                "; ".join(term._words() for term in self.stated_ids.sorted("charge_type")),
            ),
            (self.env._("Zones"), "; ".join(zone._words() for zone in self.zone_ids)),
            (
                rule._fields["weight_source"]._description_string(self.env),
                dict(rule._fields["weight_source"]._description_selection(self.env)).get(
                    rule.weight_source, ""
                ),
            ),
            *(
                (rule._fields[name]._description_string(self.env), yes if rule[name] else no)
                for name in (*flags, "document_required")
            ),
            *rule._compared_invoicing(),
        ]

    def _to_zones(self):
        """The zones as values, in the order in which they are looked through."""
        return tuple(zone.to_zone() for zone in self.zone_ids.sorted())

    def _continue_prices(self, previous):
        """Let the price lines revise the charges of those that they were copied from."""
        for old, line in zip(previous.rate_ids, self.rate_ids, strict=True):
            line.origin_id = old.origin_id or old

    def _terms_text(self):
        """The terms in a few lines, for whoever decides about them."""
        prices = [f"{line.name}: {line.summary}" for line in self.rate_ids]
        simulated = self.simulation_ids.filtered(lambda s: s.state == "done" and not s.is_outdated)
        found = [simulation._summary() for simulation in simulated[:1]]
        return "\n".join([*self.rule_ids.mapped("summary"), *prices, *found])

    def action_simulate(self):
        """Open the simulations of this agreement; a new one if there is none."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_billing_rules.logistics_simulation_action"
        )
        action |= {
            "domain": [("agreement_id", "=", self.id)],
            "context": {"default_agreement_id": self.id},
        }
        if not self.simulation_ids:
            action |= {"views": [(False, "form")]}
        return action

    def action_try(self):
        """Open the trial of these prices; drafts can be tried, too."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try It: %s", self.display_name),
            "res_model": "logistics.rate.trial",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }
