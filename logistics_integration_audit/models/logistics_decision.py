from odoo import models

from ..core.entry import Entry
from ..core.entry_types import tell
from .money_text import money_text


class LogisticsDecision(models.Model):
    _inherit = "logistics.decision"

    def _decisions_recorded(self):
        """Override of `logistics_billing_rules`: what was decided, and on which events it rests."""
        result = super()._decisions_recorded()
        self.env["logistics.audit.entry"]._record([d._to_audit_entry() for d in self])
        return result

    def _to_audit_entry(self):
        name = self.shipment_id.name
        needs = f"Needed: {self.why}." if self.why else ""
        told = {"name": name, "state": self.state.replace("_", " "), "detail": needs}
        return Entry(
            "decision",
            tell("decision", told),
            company_id=self.company_id.id,
            res_model=self._name,
            res_id=self.id,
            res_name=name,
            shipment_id=self.shipment_id.id,
            before={"state": self.state_before or None},
            after={
                "state": self.state,
                "why": self.why or None,
                "amount": money_text(self.amount, self.currency_id),
                "currency": self.currency_id.name,
                "agreement": self.agreement_id.display_name or None,
                "events": [str(event_id) for event_id in self.evidence or ()],
            },
            source=f"logistics.release,{self.release_id.id}",
        )
