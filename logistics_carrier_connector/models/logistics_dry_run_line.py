from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, fact_from_json
from odoo.addons.logistics_milestone_sync.core.fact_key import fact_key, place_key
from odoo.addons.logistics_milestone_sync.core.reference import Target
from odoo.addons.logistics_milestone_sync.core.supposition import (
    supposed_event,
    with_other_facts,
)

from .dry_run_reading import group_by_shipment

_KINDS = [("added", "New"), ("removed", "Gone"), ("changed", "Changed")]


class LogisticsDryRunFact(models.Model):
    """One statement that a draft would read otherwise."""

    _name = "logistics.dry.run.fact"
    _description = "Fact of a Dry Run"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "logistics.dry.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
    message_id = fields.Many2one(
        "logistics.message", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    system_id = fields.Many2one(
        "logistics.system", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    consignment = fields.Integer(readonly=True)
    package = fields.Integer(readonly=True)
    item = fields.Integer(readonly=True)
    kind = fields.Selection(_KINDS, required=True, readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    said_before = fields.Char("Said", readonly=True)
    said_after = fields.Char("Would Say", readonly=True)

    def _effects(self, shipment_ids):
        """What these differences would mean for their shipments, as values of
        ``logistics.dry.run.shipment``; shipments that stay as they are are left out.

        All of them are decided at once; nothing is written. Called elevated.
        """
        run = self.run_id
        shipments = self.env["logistics.shipment"].browse(shipment_ids).with_company(run.company_id)
        ledger = self.env["logistics.milestone.event"]._ledger_of(shipment_ids)
        judges = {
            system.id: self.env["logistics.ownership.rule"]._judge_of(system)
            for system in self.system_id
        }
        other = {
            id_: with_other_facts(ledger.get(id_, ()), *self._differences(lines, judges))
            for id_, lines in group_by_shipment(self).items()
        }
        changed = self.env["logistics.dry.run.shipment"]._compared(shipments, ledger, other)
        return [values | {"run_id": run.id} for values in changed.values()]

    def _differences(self, lines, judges):
        """``(keys of statements that are gone, ledger events that come)`` of one shipment."""
        gone, come = set(), []
        for line in lines:
            target = Target(
                line.shipment_id.id,
                line.consignment or None,
                line.system_id.id,
                line.package or None,
            )
            place = place_key(target.shipment_id, target.consignment_id, target.package_id)
            for stated, is_new in ((line.before, False), (line.after, True)):
                fact = fact_from_json(stated) if stated else None
                if not isinstance(fact, MilestoneFact):
                    continue
                if is_new:
                    judgement = judges[line.system_id.id](fact.milestone)
                    come.append(supposed_event(fact, target, line.system_id.id, judgement))
                else:
                    gone.add(fact_key(fact, line.system_id.id, place))
        return gone, come


class LogisticsDryRunShipment(models.Model):
    """One shipment that would stand elsewhere, or be invoiced otherwise."""

    _name = "logistics.dry.run.shipment"
    _description = "Shipment of a Dry Run"
    _inherit = ["logistics.supposed.mixin"]
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "logistics.dry.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
