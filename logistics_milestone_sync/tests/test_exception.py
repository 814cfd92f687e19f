from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestException(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.ops = cls._create_user("ops-test", "user")

    def _raise(self, hours=5, **values):
        values = {"reason": "damaged", "responsible_party": "carrier", "raw_text": "Wet"} | values
        return self._record(
            self.carrier, self._fact(self.shipment, "exception_raised", hours, **values)
        )

    def test_a_stated_exception_opens_a_case(self):
        self._raise()
        case = self.shipment.exception_ids
        self.assertEqual(
            (case.state, case.reason, case.responsible_party, case.description),
            ("open", "damaged", "carrier", "Wet"),
        )
        self.assertTrue(self.shipment.has_open_exception)

    def test_the_carrier_closes_what_it_raised(self):
        self._raise()
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 8))
        self.assertEqual(self.shipment.exception_ids.state, "closed")
        self.assertFalse(self.shipment.has_open_exception)

    def test_a_late_exception_that_was_closed_already_opens_no_work(self):
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 8))
        self._raise(hours=5)
        self.assertEqual(self.shipment.exception_ids.state, "closed")

    def test_closing_by_hand_is_a_statement_in_the_ledger(self):
        self._raise()
        case = self.shipment.exception_ids.with_user(self.ops)
        with self.assertRaises(UserError, msg="a resolution is needed"):
            case.action_close()
        case.resolution = "Replaced"
        case.action_close()
        self.assertEqual(case.state, "closed")
        closing = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "exception_closed")
        self.assertEqual((closing.system_id.kind, closing.raw_text), ("odoo", "Replaced"))
        self.assertEqual(closing.source, f"res.users,{self.ops.id}")

    def test_an_exception_of_who_does_not_own_it_opens_no_case(self):
        crm = self._create_system("crm", "crm")
        self._record(crm, self._fact(self.shipment, "exception_raised", 5, reason="other"))
        self.assertFalse(self.shipment.exception_ids)

    def test_a_withdrawn_exception_closes_its_case(self):
        self._raise(source_event_id="x1")
        self._record(self.carrier, self._fact(self.shipment, "retracted", 6, retracts="x1"))
        self.assertEqual(self.shipment.exception_ids.state, "closed")
