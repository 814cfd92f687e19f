from odoo import models

from odoo.addons.logistics_milestone_sync.core.clock import utc

from .logistics_connection_api import OUTSIDERS


class LogisticsConnection(models.Model):
    """What a connection is told of the shipments that it may ask about.

    Fail closed: a name, a statement or a charge is shown to who gave it, and beyond that only what
    the connection needs. A carrier hears nothing of other carriers, nobody of others' charges.
    """

    _inherit = "logistics.connection"

    def _shipment_documents(self, shipments):
        """Where shipments stand, as ``core.api_schemas.SHIPMENT``; times are RFC 3339 in UTC.

        :param shipments: of ``_find_visible_shipments``, elevated
        """
        self.ensure_one()
        withdrawn = self._withdrawn(shipments)
        more = {} if self._is_outsider() or self.client_id else shipments._more_to_tell()
        return [
            self._shipment_head(shipment)
            | {
                "timeline": [
                    self._event_document(event, withdrawn)
                    for event in shipment.event_ids.sorted(lambda e: (e.occurred_at, e.id))
                    if self._may_see_event(event)
                ],
                "packages": [
                    self._package_document(package)
                    for package in shipment.consignment_ids.package_ids
                ],
                "charges": self._charge_documents(shipment),
            }
            | more.get(shipment.id, {})
            for shipment in shipments
        ]

    def _is_outsider(self):
        return self.system_id.kind in OUTSIDERS

    def _shipment_head(self, shipment):
        return {
            "shipment": shipment.name,
            "status": shipment.status_id.code or None,
            "phase": shipment.phase,
            "since": _text(shipment.since),
            "estimated_arrival": _text(shipment.eta),
            "delivered_at": _text(shipment.delivered_at),
            "proof_of_delivery_at": _text(shipment.pod_at),
            "open_exception": shipment.has_open_exception,
            "references": self._reference_documents(shipment.reference_ids),
        }

    def _reference_documents(self, references):
        return [
            {"scheme": reference.scheme, "value": reference.value}
            for reference in references
            if self._may_see_reference(reference)
        ]

    def _may_see_reference(self, reference):
        """An outsider sees our own names and those that it gave, not what others call it."""
        return not self._is_outsider() or reference.system_id in (
            self.system_id,
            self.env["logistics.system"],
        )

    def _may_see_event(self, event):
        """What counts, and whatever it said itself; an outsider only the latter."""
        own = event.system_id == self.system_id
        return own or (event.verdict == "accept" and not self._is_outsider())

    def _withdrawn(self, shipments):
        """``{(system, shipment, event id)}`` of the statements that their speakers withdrew."""
        return {
            (event.system_id, event.shipment_id, event.retracts)
            for event in shipments.event_ids
            if event.retracts and event.verdict == "accept"
        }

    def _event_document(self, event, withdrawn):
        own = event.system_id == self.system_id
        named = (event.system_id, event.shipment_id, event.source_event_id)
        return {
            "milestone": event.milestone_code,
            "classifier": event.classifier,
            "occurred_at": _text(event.occurred_at),
            "recorded_at": _text(event.recorded_at),
            "location": event.location_label or None,
            "reason": event.reason or None,
            "verdict": event.verdict,
            "event_id": (own and event.source_event_id) or None,
            "own": own,
            "withdrawn": bool(event.source_event_id and named in withdrawn),
        }

    def _package_document(self, package):
        return {
            "name": package.name or None,
            "status": package.status_id.code or None,
            "phase": package.phase,
            "since": _text(package.since),
            "estimated_arrival": _text(package.eta),
            "references": self._reference_documents(package.reference_ids),
        }

    def _charge_documents(self, shipment):
        """The charges that this connection's system stated, every revision of them."""
        charges = self.env["logistics.charge"].with_context(active_test=False)
        stated = charges.search(
            [("shipment_id", "=", shipment.id), ("system_id", "=", self.system_id.id)]
        )
        return [
            {
                "key": charge.charge_key,
                "side": charge.side,
                "type": charge.charge_type,
                "amount": f"{charge.amount:.{charge.currency_id.decimal_places}f}",
                "currency": charge.currency_id.name,
                "standing": charge.standing,
            }
            for charge in stated
        ]


def _text(moment):
    return utc(moment).isoformat() if moment else None
