from odoo.tests import HttpCase, tagged

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestTour(AuditCase, HttpCase):
    def test_an_auditor_reads_an_entry_verifies_the_chain_and_opens_the_shipment(self):
        self._state(self.wms, self._create_shipment(), "picked")
        self._seal_all()
        self.start_tour("/odoo", "logistics_audit_chain", login=self.auditor.login, timeout=180)
        verified = self.Entry.search([("kind", "=", "chain_verified")], limit=1)
        self.assertEqual(verified.actor_id, self.auditor)
