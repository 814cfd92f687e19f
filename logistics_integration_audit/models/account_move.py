from odoo import models

from ..core.entry import Entry
from ..core.entry_types import tell
from .money_text import money_text

_UNDONE = {"draft": "reset to draft", "cancel": "cancelled"}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """Override of `account`: a posted invoice of shipments leaves an entry."""
        posted = super()._post(soft)
        posted._record_audit("posted", {})
        return posted

    def write(self, vals):
        """Override of `account`: so does one that is taken back."""
        done = _UNDONE.get(vals.get("state"))
        posted = self.filtered(lambda move: move.state == "posted") if done else self.browse()
        result = super().write(vals)
        if posted:
            posted._record_audit(done, {"state": "posted"})
        return result

    def _record_audit(self, done, before):
        """Write an entry for each of these moves that bills or credits a shipment."""
        # Posting is allowed to people who do not see releases; the entry tells of both.
        moves_sudo = self.sudo()
        entries = []
        for move_sudo in moves_sudo:
            shipments_sudo = move_sudo.invoice_line_ids.logistics_shipment_id
            if shipments_sudo:
                entries.append(move_sudo._to_audit_entry(done, before, shipments_sudo))
        self.env["logistics.audit.entry"]._record(entries)

    def _to_audit_entry(self, done, before, shipments):
        values = {
            "state": done,
            "amount": money_text(self.amount_total, self.currency_id),
            "untaxed": money_text(self.amount_untaxed, self.currency_id),
            "currency": self.currency_id.name,
            "type": self.move_type,
            "partner": self.commercial_partner_id.display_name,
            "shipments": shipments.mapped("name"),
        }
        return Entry(
            "invoice",
            tell("invoice", values | {"name": self.name}),
            company_id=self.company_id.id,
            res_model=self._name,
            res_id=self.id,
            res_name=self.name or "",
            shipment_id=shipments.id if len(shipments) == 1 else None,
            before=before,
            after=values,
        )
