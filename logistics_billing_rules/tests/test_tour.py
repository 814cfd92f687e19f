from odoo.tests import HttpCase, tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestTour(BillingCase, HttpCase):
    def test_a_finance_approver_sees_why_approves_and_opens_the_invoice(self):
        self._create_agreement(invoicing="draft")
        shipment = self._create_shipment()
        self._state(self._exception(shipment), *self._delivery(shipment))
        release = shipment.logistics_release_ids
        release.with_user(self.preparer).action_request_approval()
        self.start_tour("/odoo", "logistics_release_approval", login=self.approver.login)
        self.assertEqual(release.state, "released")
        self.assertEqual(release.move_ids.amount_untaxed, 1029.9)
