from odoo import fields, models

from .logistics_release import STATES


class LogisticsSimulationLine(models.Model):
    """One price of one shipment: what was invoiced, and what would have been."""

    _name = "logistics.simulation.line"
    _description = "Result of a Simulation"
    _order = "simulation_id, shipment_id, id"

    simulation_id = fields.Many2one(
        "logistics.simulation", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="simulation_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    release_id = fields.Many2one("logistics.release", readonly=True, index=True, ondelete="cascade")
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    client_id = fields.Many2one("res.partner", "3PL Client", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    name = fields.Char("What", required=True, readonly=True)
    rate_id = fields.Many2one(
        "logistics.rate", "Price Line", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    state_before = fields.Selection(STATES, "Is", readonly=True)
    state_after = fields.Selection(
        STATES, "Would Be", readonly=True, help="“Ready” is what would have been invoiced."
    )
    amount_before = fields.Monetary("Was Invoiced", readonly=True, help="Untaxed.")
    amount_after = fields.Monetary("Would Be Invoiced", readonly=True, help="Untaxed.")
    amount_difference = fields.Monetary("Difference", readonly=True)
    explanation = fields.Char("How It Came About", readonly=True)

    def action_open_release(self):
        """Open the release of the shipment."""
        self.ensure_one()
        return self.release_id._action_open()
