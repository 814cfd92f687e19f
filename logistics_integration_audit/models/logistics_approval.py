from odoo import models

from ..core.entry import Entry
from ..core.entry_types import tell
from .money_text import money_text


class LogisticsApproval(models.Model):
    _inherit = "logistics.approval"

    def _decided(self):
        """Override of `logistics_milestone_sync`: who asked, who decided, and why."""
        result = super()._decided()
        entries = [approval._to_audit_entry() for approval in self.with_context(lang="en_US")]
        self.env["logistics.audit.entry"]._record(entries)
        return result

    def _to_audit_entry(self):
        pending = self.state == "pending"
        kind = "approval_requested" if pending else "approval_decided"
        values = {
            "kind": self.kind,
            "state": self.state,
            "requester": self.requester_id.name,
            "approver": self.approver_id.name or None,
            "amount": money_text(self.amount, self.currency_id) if self.amount else None,
            "currency": self.currency_id.name if self.amount else None,
            "reason_code": self.reason_code or None,
            "note": self.note or None,
            "answer": self.decision_note or None,
        }
        record = self._record()
        return Entry(
            kind,
            tell(kind, {"approver": "nobody", **_known(values), "name": self.name}),
            company_id=self.company_id.id,
            res_model=self._name,
            res_id=self.id,
            res_name=self.name,
            shipment_id=record.shipment_id.id if "shipment_id" in record else None,
            before={} if pending else {"state": "pending"},
            after=values,
            source=f"{self.res_model},{self.res_id}",
        )


def _known(values):
    return {name: value for name, value in values.items() if value is not None}
