from datetime import timedelta

from odoo import api, fields, models, tools

from ..core.case_clock import Deadline, ReasonTerm, deadline_of, severity_of
from .logistics_exception import REASONS, SEVERITIES


class LogisticsExceptionSeverity(models.Model):
    """How severe exceptions of one reason are when they open."""

    _name = "logistics.exception.severity"
    _description = "Severity by Reason"
    _inherit = ["logistics.remembered.mixin"]
    _order = "severity desc, reason, id"
    _rec_name = "reason"

    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: holds for every company without terms of its own."
    )
    reason = fields.Selection(REASONS, required=True)
    severity = fields.Selection(SEVERITIES, required=True, default="1")

    _reason_uniq = models.UniqueIndex(
        "(reason, COALESCE(company_id, 0))", "The severity of this reason is set already."
    )

    @api.model
    def _of(self, company, reason):
        """The severity with which an exception of this reason opens in a company."""
        return severity_of(self._terms(company.id), reason)

    @api.model
    @tools.ormcache("company_id")
    def _terms(self, company_id):
        rows_sudo = self.sudo().search([("company_id", "in", [company_id, False])])
        return tuple(
            ReasonTerm(row.reason, row.severity, bool(row.company_id)) for row in rows_sudo
        )


class LogisticsExceptionDeadline(models.Model):
    """How long exceptions of one severity may stay open, and when the manager hears of it."""

    _name = "logistics.exception.deadline"
    _description = "Deadline by Severity"
    _inherit = ["logistics.remembered.mixin"]
    _order = "severity desc, id"
    _rec_name = "severity"

    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: holds for every company without terms of its own."
    )
    severity = fields.Selection(SEVERITIES, required=True)
    due_hours = fields.Float("Due Within Hours", required=True)
    grace_hours = fields.Float(
        "Manager After Hours",
        required=True,
        help="How long after the due date the manager hears of a case that is still open.",
    )

    _severity_uniq = models.UniqueIndex(
        "(severity, COALESCE(company_id, 0))", "The deadline of this severity is set already."
    )
    _hours_positive = models.Constraint(
        "CHECK(due_hours > 0 AND grace_hours >= 0)",
        "A deadline lies ahead, and the manager hears of it afterwards.",
    )

    @api.model
    def _of(self, company, severity):
        """The core ``Deadline`` of a severity in a company, or ``None``."""
        return deadline_of(self._deadlines(company.id), severity)

    @api.model
    @tools.ormcache("company_id")
    def _deadlines(self, company_id):
        rows_sudo = self.sudo().search([("company_id", "in", [company_id, False])])
        return tuple(
            Deadline(
                row.severity,
                timedelta(hours=row.due_hours),
                timedelta(hours=row.grace_hours),
                bool(row.company_id),
            )
            for row in rows_sudo
        )
