from odoo import api, fields, models

_FOR_FINANCE = ("agreement", "fuel_percent", "charge_billing", "adjustment", "release_limit")


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    kind = fields.Selection(
        selection_add=[
            ("agreement", "Agreement with a customer"),
            ("fuel_percent", "Fuel surcharge"),
            ("charge_billing", "Bill charges as stated"),
            ("adjustment", "Adjustment of an invoice"),
            ("release_limit", "More releases than the limit of a day"),
        ],
        ondelete={
            "agreement": "cascade",
            "fuel_percent": "cascade",
            "charge_billing": "cascade",
            "adjustment": "cascade",
            "release_limit": "cascade",
        },
    )

    @api.model
    def _approver_group(self, kind):
        """Override of `logistics_milestone_sync`: prices are for the finance approver."""
        if kind in _FOR_FINANCE:
            return "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver"
        return super()._approver_group(kind)

    @api.model
    def _request(self, record, kind, reason_code="", note="", amount=0.0, currency=None):
        """Override of `logistics_milestone_sync` to show the approver how much money is held."""
        if kind in ("exception_billing", "status_override_billing") and not amount:
            release_sudo = record.sudo().shipment_id.logistics_release_ids
            amount, currency = sum(release_sudo.mapped("amount_at_stake")), release_sudo.currency_id
        return super()._request(record, kind, reason_code, note, amount, currency)

    def _decided(self):
        """Override of `logistics_milestone_sync`: a request or an answer may change releases."""
        super()._decided()
        about = self.filtered(lambda approval: approval.kind == "exception_billing")
        cases_sudo = self.env["logistics.exception"].sudo().browse(about.mapped("res_id"))
        charges = self.filtered(lambda approval: approval.kind == "charge_billing")
        self.env["logistics.release"]._mark_stale(
            cases_sudo.exists().shipment_id | charges.sudo().shipment_id
        )
