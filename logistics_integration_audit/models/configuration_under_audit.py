"""What decides about facts and money, and therefore may not change unnoticed."""

from odoo import models

from odoo.addons.logistics_carrier_connector.models.proof_mixin import COLUMNS

from ..core.entry import Entry
from ..core.entry_types import tell


class LogisticsSystem(models.Model):
    _name = "logistics.system"
    _inherit = ["logistics.system", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("name", "code", "kind", "client_id", "active")


class LogisticsMilestone(models.Model):
    _name = "logistics.milestone"
    _inherit = ["logistics.milestone", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("code", "rank", "phase", "is_operational", "is_financial", "terminal", "active")


class LogisticsOwnershipRule(models.Model):
    _name = "logistics.ownership.rule"
    _inherit = ["logistics.ownership.rule", "logistics.audited.mixin"]

    def _audited_fields(self):
        return (
            "object_kind",
            "milestone_id",
            "charge_type",
            "charge_side",
            "field_name",
            "system_kind",
            "system_id",
            "verdict",
            "priority",
            "active",
        )


class LogisticsFlowPolicy(models.Model):
    _name = "logistics.flow.policy"
    _inherit = ["logistics.flow.policy", "logistics.audited.mixin"]

    def _audited_fields(self):
        return (
            "name",
            "category",
            "milestone_ids",
            "latency_minutes",
            "processing",
            "batch_timing",
            "batch_minutes",
            "batch_hour",
            "retry_schedule",
            "lane",
            "message_retention_days",
            "event_retention_days",
            "active",
        )


class LogisticsDutyConflict(models.Model):
    _name = "logistics.duty.conflict"
    _inherit = ["logistics.duty.conflict", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("duty", "other_duty", "scope", "company_id", "active")


class LogisticsApprovalKind(models.Model):
    _name = "logistics.approval.kind"
    _inherit = ["logistics.approval.kind", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("validity_days", "reason_required")


class LogisticsConnection(models.Model):
    _name = "logistics.connection"
    _inherit = ["logistics.connection", "logistics.audited.mixin"]

    _audited_secrets = ("token",)

    def _audited_fields(self):
        return ("name", *self._watched_fields())

    def _configuration_changed(self, kind, detail):
        """Override of `logistics_carrier_connector`: a secret is no field, so it is told here."""
        super()._configuration_changed(kind, detail)
        if kind != "secret":
            return
        self.env["logistics.audit.entry"]._record(
            [
                Entry(
                    "configuration",
                    tell("configuration", {"name": base["res_name"], "detail": "secret replaced"}),
                    after={"secret": "…"},
                    **base,
                )
                for base in self._audited_entries_base().values()
            ]
        )


class LogisticsConnectionProof(models.Model):
    _name = "logistics.connection.proof"
    _inherit = ["logistics.connection.proof", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("connection_id", "verifier_kind", *COLUMNS)


class LogisticsPoll(models.Model):
    _name = "logistics.poll"
    _inherit = ["logistics.poll", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("name", *self._watched_fields())


class LogisticsFolder(models.Model):
    _name = "logistics.folder"
    _inherit = ["logistics.folder", "logistics.audited.mixin"]

    def _audited_fields(self):
        return tuple(self._watched_fields())


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        """Override: whether going live takes a second person is told when it changes."""
        before = {company: company.logistics_second_person_live for company in self}
        result = super().write(vals)
        entries = [
            Entry(
                "configuration",
                tell("configuration", {"name": company.name, "detail": "Second person changed"}),
                before={"logistics_second_person_live": was},
                after={"logistics_second_person_live": company.logistics_second_person_live},
                company_id=company.id,
                res_model="res.company",
                res_id=company.id,
                res_name=company.name,
            )
            for company, was in before.items()
            if company.logistics_second_person_live != was
        ]
        if entries:
            self.env["logistics.audit.entry"]._record(entries)
        return result


class LogisticsMappingVersion(models.Model):
    _name = "logistics.mapping.version"
    _inherit = ["logistics.mapping.version", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("number", "state", "sha256")


class LogisticsContractVersion(models.Model):
    _name = "logistics.contract.version"
    _inherit = ["logistics.contract.version", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("number", "state", "sha256")


class LogisticsAgreement(models.Model):
    _name = "logistics.agreement"
    _inherit = ["logistics.agreement", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("name", "partner_id", "currency_id", "date_start", "date_end", "state", "version")


class LogisticsBillingRule(models.Model):
    _name = "logistics.billing.rule"
    _inherit = ["logistics.billing.rule", "logistics.audited.mixin"]

    def _audited_fields(self):
        return (
            "trigger_ids",
            "any_trigger_ids",
            "inferred_counts",
            "exceptions_block",
            "approval_replaces_proof",
            "document_required",
            "weight_source",
            "freight_product_id",
            "invoicing",
            *("invoice_per", "invoice_period", "period_weekday", "period_day", "cutoff_hour"),
            *("grace_hours", "minimum_invoice", "journal_id", "payment_term_id", "dated_by"),
            *("rate_by", "rate_day", "annex"),
        )


class LogisticsRate(models.Model):
    _name = "logistics.rate"
    _inherit = ["logistics.rate", "logistics.audited.mixin"]

    def _audited_fields(self):
        return (
            *("name", "sequence", "charge_type", "product_id", "method"),
            *("measure", "rate", "per_quantity", "divisor", "free_quantity", "step"),
            *("structure", "up_to", "deficit", "percent", "fuel_table_id", "percent_of"),
            *("percent_kind", "cost_kind", "margin_percent", "margin_amount", "cost_awaited"),
            *("minimum", "maximum", "condition"),
        )


class LogisticsRateBreak(models.Model):
    _name = "logistics.rate.break"
    _inherit = ["logistics.rate.break", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("rate_id", "start", "rate")


class LogisticsFuelPercent(models.Model):
    _name = "logistics.fuel.percent"
    _inherit = ["logistics.fuel.percent", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("table_id", "date_start", "percent", "state")


class LogisticsMappingOverride(models.Model):
    _name = "logistics.mapping.override"
    _inherit = ["logistics.mapping.override", "logistics.audited.mixin"]

    def _audited_fields(self):
        return (
            *("mapping_id", "code", "connection_id", "client_id", "milestone_id"),
            *("ignore", "reason", "party", "inferred", "state"),
        )


class LogisticsMappingSample(models.Model):
    _name = "logistics.mapping.sample"
    _inherit = ["logistics.mapping.sample", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("name", "mapping_id", "is_golden", "active")


class LogisticsReplay(models.Model):
    _name = "logistics.replay"
    _inherit = ["logistics.replay", "logistics.audited.mixin"]

    def _audited_fields(self):
        return ("state", "reason", "scope", "per_minute", "user_id", "started_by_id")
