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
        self.start_tour("/odoo", "logistics_shipment_timeline", login=clerk.login)
        self.assertEqual(shipment.exception_ids.state, "closed")
        self.assertEqual(shipment.exception_ids.resolution, "Replacement is on its way")
