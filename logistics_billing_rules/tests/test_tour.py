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
        self.start_tour(
            "/odoo", "logistics_release_approval", login=self.approver.login, timeout=180
        )
        self.assertEqual(release.state, "released")
        self.assertEqual(release.move_ids.amount_untaxed, 1029.9)

    def test_the_day_of_a_finance_approver(self):
        self._create_agreement(invoicing="manual")
        held = self._create_shipment(client_order_ref="MORNING", name="S-MORNING")
        ready = [self._create_shipment((self.pump, 1)) for _number in range(2)]
        waiting = self._create_shipment((self.pump, 1))
        self._state(self._exception(held))
        releases = self._deliver(held, *ready) | self._release_of(waiting)
        releases[0].with_user(self.preparer).action_request_approval()
        self.assertEqual(
            releases.mapped("state"), ["awaiting_approval", "ready", "ready", "waiting"]
        )
        self.start_tour(
            "/odoo", "logistics_finance_approver_day", login=self.approver.login, timeout=180
        )
        self.assertEqual(releases.mapped("state"), ["released"] * 3 + ["waiting"])
        self.assertEqual(releases[:3].prepared_by_id, self.approver)
        self.assertEqual(releases[:3].move_ids.mapped("amount_untaxed"), [1029.9, 207.5, 207.5])
        self.assertEqual(set(releases[:3].move_ids.mapped("state")), {"draft"})
        annex = self.url_open(
            f"/report/html/logistics_billing_rules.report_annex/{releases[0].move_ids.id}"
        )
        self.assertIn(held.name, annex.text)
        self.assertIn("signed by Kim", " ".join(annex.text.split()))
