from collections import Counter

from odoo import models

from ..core.entry import Entry
from ..core.entry_types import tell

_FIELDS = (
    "public_id",
    "connection_id",
    "company_id",
    "state",
    "error_class",
    "error_message",
    "attempts",
    "fact_count",
    "outcomes",
    "sha256",
    "mapping_version_id",
    "replay_line_id",
)


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _fates_recorded(self):
        """Override of `logistics_carrier_connector`: what became of each message, and why."""
        result = super()._fates_recorded()
        self.fetch(_FIELDS)
        self.env["logistics.audit.entry"]._record([m._to_audit_entry() for m in self])
        return result

    def _to_audit_entry(self):
        outcomes = [item for item in self.outcomes or () if isinstance(item, dict)]
        shipments = {item.get("shipment_id") for item in outcomes} - {None}
        counts = Counter(item.get("status") for item in outcomes)
        fates = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        told = {
            "name": self.public_id,
            "system": self.connection_id.name,
            "state": self.state,
            "detail": self.error_message or (fates and f"Facts: {fates}."),
        }
        return Entry(
            "message",
            tell("message", told),
            company_id=self.company_id.id,
            res_model=self._name,
            res_id=self.id,
            res_name=self.public_id,
            shipment_id=shipments.pop() if len(shipments) == 1 else None,
            after={
                "state": self.state,
                "facts": fates or None,
                "error_class": self.error_class or None,
                "error": self.error_message or None,
                "attempts": self.attempts,
                "sha256": self.sha256,
                "read_with": self.mapping_version_id.display_name or None,
                "replay": self.replay_line_id.nonce or None,
            },
            source=f"logistics.connection,{self.connection_id.id}",
        )


class LogisticsMessageDisclosure(models.Model):
    _inherit = "logistics.message.disclosure"

    def _disclosed(self):
        """Override of `logistics_carrier_connector`: who was shown personal data, and why."""
        result = super()._disclosed()
        self.env["logistics.audit.entry"]._record([each._to_audit_entry() for each in self])
        return result

    def _to_audit_entry(self):
        message = self.message_id
        told = {
            "name": message.public_id,
            "system": message.connection_id.name,
            "state": "shown in full",
            "detail": self.reason,
        }
        return Entry(
            "message",
            tell("message", told),
            company_id=message.company_id.id,
            res_model=message._name,
            res_id=message.id,
            res_name=message.public_id,
            after={"shown_to": self.user_id.login, "reason": self.reason},
            source=f"logistics.connection,{message.connection_id.id}",
        )
