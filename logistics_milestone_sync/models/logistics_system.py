from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

SYSTEM_KINDS = [
    ("odoo", "This Odoo database"),
    ("wms", "Warehouse management (WMS)"),
    ("tms", "Transport management (TMS)"),
    ("carrier", "Carrier"),
    ("aggregator", "Carrier aggregator"),
    ("edi_gateway", "EDI gateway"),
    ("crm", "CRM"),
    ("client", "3PL client"),
]


class LogisticsSystem(models.Model):
    _name = "logistics.system"
    _description = "System that states facts"
    _order = "company_id, kind, name"
    _check_company_auto = True

    name = fields.Char(required=True, help="How people call it, e.g. 'Northern Freight EDI'.")
    code = fields.Char(required=True, help="Short name that never changes; shown in the timeline.")
    kind = fields.Selection(
        SYSTEM_KINDS,
        required=True,
        help="Decides which facts the system owns, by the source-of-truth rules.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    client_id = fields.Many2one(
        "res.partner",
        string="3PL Client",
        index="btree_not_null",
        help="Set when the system speaks for one client only.",
    )
    active = fields.Boolean(default=True)
    breach_count = fields.Integer(
        "Too Late (7 days)",
        compute="_compute_breach_count",
        help="Facts of the last seven days that took longer than their flow policy allows.",
    )

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "A system with this code exists in the company already."
    )
    # Used by _odoo_system: two workers that both miss it must not both create it.
    _one_odoo_uniq = models.UniqueIndex(
        "(company_id) WHERE kind = 'odoo'", "This company has its own Odoo system already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        systems = super().create(vals_list)
        systems._check_voice()
        return systems

    def write(self, vals):
        if not self.env.su and {"kind", "company_id"} & vals.keys():
            self._check_voice()
            moving = self.filtered(
                lambda system: system.kind != vals.get("kind", system.kind)
                or system.company_id.id != vals.get("company_id", system.company_id.id)
            )
            moving._check_unheard()
        result = super().write(vals)
        if "kind" in vals:
            self._check_voice()
        return result

    def _check_voice(self):
        """Raise if a person makes, or unmakes, the system in whose voice Odoo itself speaks."""
        if not self.env.su and "odoo" in self.mapped("kind"):
            raise AccessError(
                self.env._(
                    "This Odoo database speaks for itself; its system is made when it is needed. "
                    "Choose the kind of the system that sends."
                )
            )

    def _check_unheard(self):
        """Raise for systems that have stated something: by their kind it was judged, and what
        they own changes by a proposal that somebody else approves."""
        systems_sudo = self.sudo().with_context(active_test=False)
        for model in ("logistics.milestone.event", "logistics.field.statement", "logistics.charge"):
            heard = systems_sudo.env[model].search([("system_id", "in", self.ids)], limit=1)
            if heard:
                raise UserError(
                    self.env._(
                        "%s has stated facts, which were judged by its kind. Archive it and make "
                        "another system, or propose a change of the source of truth.",
                        heard.system_id.name,
                    )
                )

    def _compute_breach_count(self):
        counts = dict(
            self.env["logistics.milestone.event"]._read_group(
                self._breach_domain(), ["system_id"], ["__count"]
            )
        )
        for system in self:
            system.breach_count = counts.get(system, 0)

    def _breach_domain(self):
        week_ago = fields.Datetime.now() - timedelta(days=7)
        return [
            ("system_id", "in", self.ids),
            ("latency_breached", "=", True),
            ("recorded_at", ">=", week_ago),
        ]

    def action_open_breaches(self):
        """Open the events of the last seven days that came too late."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_milestone_event_action"
        )
        return action | {"domain": self._breach_domain(), "context": {}}

    @api.model
    def _odoo_system(self, company):
        """This database's own voice in the ledger of ``company``, made when first needed."""
        system_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company.id), ("kind", "=", "odoo")], limit=1)
        )
        return system_sudo or self.sudo().create(
            {"name": "Odoo", "code": "odoo", "kind": "odoo", "company_id": company.id}
        )
