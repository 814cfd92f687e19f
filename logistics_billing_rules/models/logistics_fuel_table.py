from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.rate import Percentages
from .logistics_rate import PRICE_DIGITS

KIND = "fuel_percent"


class LogisticsFuelTable(models.Model):
    """Percentages that change over time, as fuel surcharges are published."""

    _name = "logistics.fuel.table"
    _description = "Fuel Surcharge Table"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    note = fields.Char("Published", help="Where the percentages are published.")
    percent_ids = fields.One2many("logistics.fuel.percent", "table_id", "Percentages")

    _name_uniq = models.UniqueIndex("(company_id, name)", "There is a table with this name.")

    def _percentages(self):
        """What is approved, as a value (``core.rate.Percentages``)."""
        self.ensure_one()
        approved = self.percent_ids.filtered(lambda row: row.state == "approved")
        return Percentages(
            self.name,
            tuple((row.date_start, Decimal(str(row.percent))) for row in approved),
        )


class LogisticsFuelPercent(models.Model):
    """The percentage from one day on. Entered by one, approved by another, then never changed."""

    _name = "logistics.fuel.percent"
    _description = "Fuel Surcharge"
    _order = "table_id, date_start desc, id desc"
    _inherit = [
        "logistics.approvable.mixin",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
    ]
    _check_company_auto = True
    _governed_fields = ("state",)
    _transitions = {"pending": ("approved", "rejected")}

    table_id = fields.Many2one(
        "logistics.fuel.table", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="table_id.company_id", store=True, precompute=True, index=True
    )
    date_start = fields.Date("From", required=True)
    percent = fields.Float("%", digits=PRICE_DIGITS, required=True, help="14.5 means 14.5 %.")
    state = fields.Selection(
        [
            ("pending", "Waiting for Approval"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="pending",
    )

    _day_uniq = models.UniqueIndex(
        "(table_id, date_start) WHERE state <> 'rejected'",
        "The table has a percentage from this day on already.",
    )
    _percent_positive = models.Constraint("CHECK(percent >= 0)", "A surcharge cannot be negative.")

    @api.depends("table_id.name", "date_start", "percent")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(table)s from %(day)s: %(percent)s %%",
                table=row.table_id.name,
                day=row.date_start,
                percent=row.percent,
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Enter percentages, and ask a finance approver for each of them."""
        rows = super().create(vals_list)
        for row in rows:
            self.env["logistics.approval"]._request(row, KIND)
        return rows

    def write(self, vals):
        if not self.env.su:
            raise UserError(
                self.env._("A percentage is not changed: enter another one from a later day.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_undecided(self):
        if "approved" in self.mapped("state"):
            raise UserError(
                self.env._("An approved percentage stays: invoices may have been priced with it.")
            )

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: it counts from its approval on."""
        super()._on_approval_decided(approval)
        if approval.state != "approved":
            self._move_to("rejected")
            return
        self._move_to("approved")
        self.env["logistics.release"]._mark_stale_where(
            SQL("company_id = %s AND state NOT IN ('released', 'cancelled')", self.company_id.id)
        )
