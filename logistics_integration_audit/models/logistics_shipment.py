from odoo import fields, models
from odoo.tools import SQL

from ..core.fact_entries import Background, Subject, fact_entries
from .logistics_audit_entry import READERS
from .money_text import money_text

_EVENTS_SQL = """
    SELECT event.id, system.name AS system, event.milestone_code AS milestone, event.classifier,
           to_char(event.occurred_at, 'YYYY-MM-DD HH24:MI UTC') AS occurred_at, event.verdict,
           event.reason, event.responsible_party, event.location_label AS place, event.signer,
           event.raw_code AS code, event.raw_text AS text, event.retracts,
           event.document_sha256, event.weight::text, event.weight_unit, event.source
      FROM logistics_milestone_event event
      JOIN logistics_system system ON system.id = event.system_id
     WHERE event.id = ANY(%s)
"""


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    audit_entry_count = fields.Integer(compute="_compute_audit_entry_count", groups=READERS)

    def _compute_audit_entry_count(self):
        counts = dict(
            self.env["logistics.audit.entry"]._read_group(
                [("shipment_id", "in", self.ids)], ["shipment_id"], ["__count"]
            )
        )
        for shipment in self:
            shipment.audit_entry_count = counts.get(shipment, 0)

    def action_open_audit_entries(self):
        """Open the audit entries about these shipments."""
        return self.env["logistics.audit.entry"]._action_open([("shipment_id", "in", self.ids)])

    def _facts_recorded(self, changes):
        """Override of `logistics_milestone_sync`: every change leaves an entry."""
        result = super()._facts_recorded(changes)
        background = self._audit_background(changes)
        self.env["logistics.audit.entry"]._record(fact_entries(changes, background))
        return result

    def _audit_background(self, changes):
        """What the entries tell about the records that the changes point to."""
        shipments = self.browse({change.shipment_id for change in changes})
        exceptions = self.env["logistics.exception"].browse(_ids(changes, "exception_id"))
        charges = self.env["logistics.charge"].browse(_ids(changes, "charge_id"))
        events = self.env.execute_query_dict(SQL(_EVENTS_SQL, _ids(changes, "event_id")))
        return Background(
            {shipment.id: Subject(shipment.name, shipment.company_id.id) for shipment in shipments},
            {row.pop("id"): row for row in events},
            {case.id: _exception_values(case) for case in exceptions},
            {charge.id: _charge_values(charge) for charge in charges},
        )


def _ids(changes, name):
    return sorted({getattr(change, name) for change in changes} - {None, False})


def _exception_values(case):
    return {
        "name": case.name,
        "reason": case.reason or None,
        "responsible_party": case.responsible_party or None,
        "state": case.state,
        "text": case.description or None,
        "billing_approved": case.billing_approved,
    }


def _charge_values(charge):
    return {
        "name": charge.name,
        "side": charge.side,
        "type": charge.charge_type,
        "amount": money_text(charge.amount, charge.currency_id),
        "currency": charge.currency_id.name,
        "key": charge.charge_key,
        "source": charge.source or None,
    }
