from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, Statement
from odoo.addons.logistics_milestone_sync.core.reference import Reference


class LogisticsRelease(models.Model):
    """Telling what was done: facts in the ledger, activities for finance."""

    _inherit = "logistics.release"

    def _event_id(self):
        """Our own id of the fact that the invoice was released."""
        return f"release/{self.id}/{self.revision}"

    def _state_release(self, releases, charges):
        """State the release, and the charges it finalised, in this database's own voice."""
        for code, about in (("charge_finalized", charges), ("invoice_released", releases)):
            self._state(
                {
                    release: MilestoneFact(
                        (Reference("shipment", release.name),),
                        code,
                        utc(release.released_at),
                        utc_offset=0,
                        source_event_id=f"{release._event_id()}/{code}"
                        if code != "invoice_released"
                        else release._event_id(),
                    )
                    for release in about
                }
            )

    def _state(self, facts):
        """Record one fact per release in the voice of its company's Odoo."""
        for company, releases in self.browse(r.id for r in facts).grouped("company_id").items():
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            self.env["logistics.shipment"]._record_facts(
                system_sudo,
                [
                    Statement(facts[r], utc(fields.Datetime.now()), f"logistics.release,{r.id}")
                    for r in releases
                ],
            )

    def _tell_finance(self):
        """Leave an activity where the books and the facts differ; once per difference."""
        for release in self.filtered(lambda r: not r.activity_ids):
            terms = release.agreement_id
            told = release.user_id or terms.user_id or terms.approved_by_id or self.env.user
            release.activity_schedule(
                "mail.mail_activity_data_warning", summary=release.reason, user_id=told.id
            )
