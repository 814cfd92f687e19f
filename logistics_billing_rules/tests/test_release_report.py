from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestReleaseReport(BillingCase):
    """The analysis says what is delivered, what of it is billed, and why the rest is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement(rates=[flat(100)])

    def _row(self, shipment):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.env["logistics.release.report"].with_user(self.auditor)
        return report.search([("shipment_id", "=", shipment.id)])

    def _aged(self, shipment, **age):
        """Let the delivery be so old; the projection writes it, and only this test moves it."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_shipment SET delivered_at = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(**age), shipment.id),
        )

    def test_what_is_on_its_way_is_no_leak(self):
        shipment = self._create_shipment((self.pump, 2))
        self._run_lane()
        row = self._row(shipment)
        self.assertEqual((row.amount_in_transit, row.amount_unbilled), (378.0 + 100, 0))
        self.assertFalse(row.is_leaking or row.age or row.age_days)

    def test_a_delivery_without_its_proof_is_unbilled_and_says_who_owes_what(self):
        shipment = self._create_shipment((self.pump, 2))
        self._state(*self._delivery(shipment)[:2])
        self._run_lane()
        row = self._row(shipment)
        self.assertEqual((row.amount_in_transit, row.amount_unbilled), (0, 378.0 + 100))
        self.assertEqual((row.reason_code, row.owed_by), ("pod_received", "carrier"))
        self.assertTrue(row.is_leaking)

    def test_the_age_of_a_delivery_falls_into_the_bucket_that_its_label_names(self):
        shipment = self._create_shipment((self.pump, 2))
        self._state(*self._delivery(shipment)[:2])
        self._run_lane()
        labels = dict(self.env["logistics.release.report"]._fields["age"].selection)
        for days, label in (
            (0.5, "Up to 1 day"),
            (2, "2 to 3 days"),
            (5, "4 to 7 days"),
            (20, "8 to 30 days"),
            (31, "More than 30 days"),
        ):
            with self.subTest(days=days):
                self._aged(shipment, days=days)
                row = self._row(shipment)
                self.assertEqual(labels[row.age], label)
                self.assertAlmostEqual(row.age_days, days, places=2)

    def test_what_is_released_is_billed_and_tells_how_long_it_took(self):
        shipment = self._create_shipment((self.pump, 2))
        self._deliver(shipment)
        self._aged(shipment, hours=30)
        row = self._row(shipment)
        self.assertEqual(row.state, "released")
        self.assertEqual((row.amount_billed, row.amount_unbilled), (378.0 + 100, 0))
        self.assertFalse(row.is_leaking or row.reason_code or row.owed_by)
        self.assertAlmostEqual(row.lead_time, 30, places=1)

    def test_an_average_leaves_out_what_is_not_released(self):
        shipments = [self._create_shipment((self.pump, 1)) for _n in range(2)]
        self._state(*self._delivery(shipments[1])[:2])
        self._deliver(shipments[0])
        self._aged(shipments[0], hours=10)
        self._aged(shipments[1], hours=10)
        [(lead_time, unbilled)] = self.env["logistics.release.report"]._read_group(
            [("shipment_id", "in", [s.id for s in shipments])],
            aggregates=["lead_time:avg", "amount_unbilled:sum"],
        )
        self.assertAlmostEqual(lead_time, 10, places=1)
        self.assertEqual(unbilled, 189.0 + 100)

    def test_a_row_leads_to_its_release(self):
        shipment = self._create_shipment()
        action = self._row(shipment).action_open_release()
        self.assertEqual(action["res_id"], shipment.logistics_release_ids.id)
