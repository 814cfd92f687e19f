from odoo.tests import HttpCase, tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestTour(LogisticsCase, HttpCase):
    def test_customer_service_finds_a_shipment_and_closes_its_exception(self):
        clerk = self._create_user("tour-clerk", "user")
        shipment = self._create_shipment()
        self._record(self.wms, self._names(shipment, ("tracking", "1Z-TOUR-7")))
        self._record(
            self.carrier,
            self._fact(shipment, "exception_raised", 3, reason="damaged"),
            self._fact(shipment, "delivered", 5),
        )
        self.start_tour("/odoo", "logistics_shipment_timeline", login=clerk.login, timeout=180)
        self.assertEqual(shipment.exception_ids.state, "closed")
        self.assertEqual(shipment.exception_ids.resolution, "Replacement is on its way")

    def test_customer_service_starts_the_day_with_what_is_late(self):
        clerk = self._create_user("tour-morning", "user")
        clerk.group_ids += self.env.ref("stock.group_stock_user")
        clerk.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        late = self._create_order(name="S-MORNING", commitment_date="2026-03-01 12:00:00")
        self._state(self.wms, late.logistics_shipment_ids, "picked", "dispatched")
        called = self._create_shipment()
        self._record(self.wms, self._names(called, ("tracking", "1Z MORNING 2")))
        self.start_tour(
            "/odoo", "logistics_customer_service_morning", login=clerk.login, timeout=180
        )
