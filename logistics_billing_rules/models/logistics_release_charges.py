from odoo import fields, models

from ..core.case import CHARGE

KIND = "charge_billing"


class LogisticsRelease(models.Model):
    """Doubts about stated charges: finance may accept them, each by its mark."""

    _name = "logistics.release"
    _inherit = ["logistics.release", "logistics.approvable.mixin"]

    # Marks of holds (``core/validation.py``): a revised charge has another one.
    accepted_marks = fields.Json(readonly=True)
    asked_marks = fields.Json(readonly=True)

    def _doubts(self):
        """The lines of the explanation that finance could accept: ``[requirement, …]``."""
        self.ensure_one()
        requirements = (self.explanation or {}).get("requirements", [])
        return [r for r in requirements if r.get("mark") and not r["satisfied"]]

    def _ask_to_accept_charges(self):
        """Ask finance to bill the doubtful charges of these releases as they are.

        :return: the releases that have such charges and did not ask yet
        """
        asking = self.filtered(lambda r: any(d["code"] == CHARGE for d in r._doubts()))
        for release in asking:
            doubts = [doubt for doubt in release._doubts() if doubt["code"] == CHARGE]
            # The caller's right to prepare was checked; the marks are nobody's to write.
            release_sudo = release.sudo()
            release_sudo.asked_marks = sorted(doubt["mark"] for doubt in doubts)
            self.env["logistics.approval"]._request(
                release,
                KIND,
                note="\n".join(doubt["label"] for doubt in doubts),
                amount=release.amount_at_stake,
                currency=release.currency_id,
            )
        return asking

    def _approval_obsolete(self, approval):
        """Override of ``logistics.approvable.mixin``: what was asked must still be in doubt."""
        if approval.kind == KIND:
            doubts = {doubt["mark"] for doubt in self._doubts()}
            if self.stale or not set(self.asked_marks or ()) <= doubts:
                return self.env._(
                    "The charges of %s changed since this was asked. Look at them again.", self.name
                )
        return super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: what was asked is accepted, or still held."""
        super()._on_approval_decided(approval)
        if approval.kind != KIND:
            return
        if approval.state == "approved":
            self.accepted_marks = sorted({*(self.accepted_marks or ()), *(self.asked_marks or ())})
        self.asked_marks = False
