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
        before, after = shipments._suppose(ledger), shipments._suppose(other)
        names = {
            code: self.env["logistics.milestone"].browse(id_).name
            for code, (id_, _milestone) in self.env["logistics.milestone"]._catalogue().items()
        }
        return [
            {
                "run_id": run.id,
                "shipment_id": id_,
                "milestone_before": names.get(before[id_].milestone, ""),
                "milestone_after": names.get(after[id_].milestone, ""),
                "is_moved": before[id_].milestone != after[id_].milestone,
                "release_before": before[id_].release,
                "release_after": after[id_].release,
                "is_released_otherwise": before[id_].release != after[id_].release,
                "amount_before": float(before[id_].amount),
                "amount_after": float(after[id_].amount),
                "amount_difference": float(after[id_].amount - before[id_].amount),
            }
            for id_ in shipment_ids
            if before[id_] != after[id_]
        ]

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
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "logistics.dry.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    client_id = fields.Many2one(related="shipment_id.client_id")
    milestone_before = fields.Char("Stands At", readonly=True)
    milestone_after = fields.Char("Would Stand At", readonly=True)
    is_moved = fields.Boolean("Other Status", readonly=True)
    release_before = fields.Char("Release", readonly=True)
    release_after = fields.Char("Release Would Be", readonly=True)
    is_released_otherwise = fields.Boolean("Other Release", readonly=True)
    amount_before = fields.Monetary("Would Invoice Now", readonly=True, help="Untaxed.")
    amount_after = fields.Monetary("Would Invoice Then", readonly=True, help="Untaxed.")
    amount_difference = fields.Monetary("Difference", readonly=True)
