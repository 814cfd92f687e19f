from collections import defaultdict
from dataclasses import replace

from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core import fact as facts
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, fact_from_json, to_json
from odoo.addons.logistics_milestone_sync.core.reference import Target
from odoo.addons.logistics_milestone_sync.core.supposition import supposed_event, with_other_facts

from . import message_fate

_NEWS = (facts.RECORDED, facts.DEFERRED)


class LogisticsReplayShipment(models.Model):
    """One shipment that a replay would tell something new, and what would follow."""

    _name = "logistics.replay.shipment"
    _description = "Shipment of a Replay"
    _inherit = ["logistics.supposed.mixin"]
    _order = "id"
    _log_access = False

    replay_id = fields.Many2one(
        "logistics.replay", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="replay_id.company_id", store=True, precompute=True)
    # What the shipment would be told: ``{digest of the fact: {…}}``, see ``_sift``.
    statements = fields.Json(readonly=True, groups=fields.NO_ACCESS)

    # Used by the dry run, which notes what each of its batches finds.
    _shipment_uniq = models.UniqueIndex(
        "(replay_id, shipment_id)", "The replay has this shipment already."
    )

    def _sift(self, replay, system, statements, placed):
        """What is really new: neither in the ledger, nor found by this dry run before.

        :param placed: of ``(Outcome, Target)``, one pair per statement
        :return: ``(outcomes, {shipment id: {digest: statement}})``
        """
        known = {
            row.shipment_id.id: set(row.statements or ())
            for row in self._of(replay, {o.shipment_id for o, _t in placed if o.status in _NEWS})
        }
        outcomes, news = [], defaultdict(dict)
        for statement, (outcome, target) in zip(statements, placed, strict=True):
            if outcome.status in _NEWS and target:
                digest = message_fate.fact_digest(statement.fact)
                if digest in known.get(target.shipment_id, ()):
                    outcome = replace(outcome, status=facts.DUPLICATE)
                else:
                    news[target.shipment_id][digest] = self._kept(statement.fact, target, system)
            outcomes.append(outcome)
        return outcomes, news

    def _kept(self, fact, target, system):
        """What is needed to decide about the shipment: only milestones do that."""
        if not isinstance(fact, MilestoneFact):
            return None
        return {
            "fact": to_json(fact),
            "consignment": target.consignment_id,
            "package": target.package_id,
            "system": system.id,
        }

    def _of(self, replay, shipment_ids):
        return self.search(
            [("replay_id", "=", replay.id), ("shipment_id", "in", sorted(shipment_ids))]
        )

    def _note(self, replay, news):
        """Note what shipments would be told; they are decided about when all is known."""
        there = {row.shipment_id.id: row for row in self._of(replay, news)}
        for id_, row in there.items():
            row.statements = (row.statements or {}) | news[id_]
        self.create(
            [
                {"replay_id": replay.id, "shipment_id": id_, "statements": news[id_]}
                for id_ in sorted(news)
                if id_ not in there
            ]
        )

    def _decide(self):
        """What would become of these shipments; those that would stay as they are, are left out."""
        company = self.replay_id.company_id
        judges = self._judges()
        shipments = self.shipment_id.with_company(company)
        ledger = self.env["logistics.milestone.event"]._ledger_of(shipments.ids)
        other = {
            row.shipment_id.id: with_other_facts(
                ledger.get(row.shipment_id.id, ()), (), row._supposed_events(judges)
            )
            for row in self
        }
        changed = self._compared(shipments, ledger, other)
        for row in self:
            if values := changed.get(row.shipment_id.id):
                row.write(values)
        self.filtered(lambda row: row.shipment_id.id not in changed).unlink()

    def _judges(self):
        """``{id of a system: what judges its statements}``."""
        ids = {kept["system"] for row in self for kept in row._milestones()}
        systems = self.env["logistics.system"].browse(sorted(ids))
        rules = self.env["logistics.ownership.rule"]
        return {system.id: rules._judge_of(system) for system in systems}

    def _milestones(self):
        return [kept for kept in (self.statements or {}).values() if kept]

    def _supposed_events(self, judges):
        events = []
        for kept in self._milestones():
            system_id, fact = kept["system"], fact_from_json(kept["fact"])
            target = Target(self.shipment_id.id, kept["consignment"], system_id, kept["package"])
            judgement = judges[system_id](fact.milestone)
            events.append(supposed_event(fact, target, system_id, judgement))
        return events
