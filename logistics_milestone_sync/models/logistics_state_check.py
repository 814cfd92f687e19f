from odoo import api, fields, models
from odoo.exceptions import UserError

from .background_job_mixin import JOB_FIELDS

# A check that finds more than this tells how many, and lists the first ones.
_MOST_LISTED = 1000


class LogisticsStateCheck(models.Model):
    """One pass over all shipments of a company: does their stored state follow from the ledger?"""

    _name = "logistics.state.check"
    _description = "Check of Stored States"
    _inherit = ["logistics.background.job.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _governed_fields = (*JOB_FIELDS, "checked_count", "difference_count", "difference_ids")
    _cron = "logistics_milestone_sync.ir_cron_state_check"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    repair = fields.Boolean(
        help="Write what the ledger says where the stored state differs. "
        "Otherwise nothing is changed.",
    )
    checked_count = fields.Integer("Shipments Checked", readonly=True, copy=False)
    difference_count = fields.Integer("Differences", readonly=True, copy=False)
    difference_ids = fields.One2many(
        "logistics.state.difference", "check_id", "Found", readonly=True
    )

    @api.depends("company_id.name", "create_date")
    def _compute_display_name(self):
        for check in self:
            day = fields.Date.to_string(check.create_date) if check.create_date else ""
            check.display_name = f"{check.company_id.name} {day}".strip()

    def action_repair(self):
        """Start a check that writes what the ledger says, after one that found differences."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "done" or self.repair or not self.difference_count:
            raise UserError(self.env._("There is nothing to repair here."))
        repairing = self.create({"company_id": self.company_id.id, "repair": True})
        repairing.action_start()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": repairing.id,
            "view_mode": "form",
        }

    # === Working === #

    def _work(self):
        """Override: check the next batch of shipments."""
        shipments = self.env["logistics.shipment"]._next_to_verify(self.reached, self.company_id)
        if not shipments:
            return self._finish()
        found = shipments._verify_state(self.repair)
        listed = found[: max(_MOST_LISTED - self.difference_count, 0)]
        self.env["logistics.state.difference"].create(
            [
                {
                    "check_id": self.id,
                    "shipment_id": what.shipment_id,
                    "res_model": what.model,
                    "res_id": what.record_id,
                    "column": what.column,
                    "stored": what.stored,
                    "folded": what.folded,
                }
                for what in listed
            ]
        )
        self.write(
            {
                "reached": shipments[-1].id,
                "checked_count": self.checked_count + len(shipments),
                "difference_count": self.difference_count + len(found),
            }
        )
        return len(shipments)


class LogisticsStateDifference(models.Model):
    """One stored value that a check found to differ from the ledger."""

    _name = "logistics.state.difference"
    _description = "Difference between State and Ledger"
    _order = "id"
    _rec_name = "column"

    check_id = fields.Many2one(
        "logistics.state.check", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="check_id.company_id", store=True, precompute=True, index=True
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char("Record Type", readonly=True)
    res_id = fields.Many2oneReference("Record Id", model_field="res_model", readonly=True)
    column = fields.Char("Value", readonly=True)
    stored = fields.Char("In the Database", readonly=True)
    folded = fields.Char("From the Ledger", readonly=True)
