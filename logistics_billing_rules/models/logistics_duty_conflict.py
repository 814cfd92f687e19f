from odoo import api, models

from odoo.addons.logistics_milestone_sync.core.duties import SHIPMENT, Act


class LogisticsDutyConflict(models.Model):
    _inherit = "logistics.duty.conflict"

    @api.model
    def _selection_duty(self):
        """Override of `logistics_milestone_sync`: billing has duties that are no approvals."""
        return [
            *super()._selection_duty(),
            ("agreement.author", self.env._("Write the terms of an agreement")),
            ("release.prepare", self.env._("Release an invoice by hand")),
            ("release.post", self.env._("Post a released invoice")),
        ]

    @api.model
    def _earlier_acts(self, duties, records):
        """Override of `logistics_milestone_sync`: who wrote terms, and who released by hand."""
        acts = super()._earlier_acts(duties, records)
        if "agreement.author" in duties and records._name == "logistics.agreement":
            acts += [
                Act(user.id, "agreement.author", self._about(agreement))
                for agreement in records
                for user in agreement.author_id | agreement.contributor_ids
            ]
        if "release.prepare" in duties:
            acts += [
                Act(release.prepared_by_id.id, "release.prepare", self._about(release))
                for release in self._releases_of(records)
                if release.prepared_by_id
            ]
        return acts

    def _releases_of(self, records):
        if records._name == "logistics.release":
            return records
        shipments = {self._about(record).get(SHIPMENT) for record in records} - {None}
        return self.env["logistics.shipment"].browse(map(int, shipments)).logistics_release_ids
