from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestOverride(BillingCase):
    """What an override of the status does to the money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()
        # He could approve for finance as well, were it not for the duties that do not go together.
        approves = "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver"
        cls.manager = cls._create_user("manager", "manager", approves)
        cls.shipment = cls._create_shipment()

    def setUp(self):
        super().setUp()
        dispatched, _delivered, proof = self._delivery(self.shipment)
        self._state(dispatched, proof)
        self._run_lane()
        self.release = self._release_of(self.shipment)

    def _override(self, milestone):
        catalogue = self.env["logistics.milestone"]._catalogue()
        override = (
            self.env["logistics.override"]
            .with_user(self.clerk)
            ._ask(
                self.shipment.with_user(self.clerk),
                {
                    "milestone_id": catalogue[milestone][0],
                    "reason_id": self.env["logistics.reason.code"]._find("override", "other").id,
                    "note": "The customer has it",
                },
                self.env["ir.attachment"],
            )
        )
        operations, finance = override.approval_ids.sorted("id")
        operations.with_user(self.manager).action_approve()
        finance.with_user(self.approver).action_approve()
        self._run_lane()
        return override.sudo()

    def test_finance_sees_what_an_override_would_bill(self):
        self._override("delivered")
        finance = self.shipment.override_ids.approval_ids.filtered(
            lambda approval: approval.kind == "status_override_billing"
        )
        self.assertEqual(finance.amount, 1029.9)

    def test_an_approved_delivery_bills_and_the_explanation_says_so(self):
        self.assertEqual(self.release.state, "waiting")
        self._override("delivered")
        self.assertEqual((self.release.state, self.release.move_ids.state), ("released", "posted"))
        self.assertIn("By an approved override of the status", self.release.explanation_html)

    def test_an_invoice_whose_delivery_nobody_confirmed_in_time_comes_back_to_finance(self):
        override = self._override("delivered")
        with (
            freeze_time(override.valid_until + timedelta(minutes=1)),
            self.enter_registry_test_mode(),
        ):
            self.env.ref(
                "logistics_milestone_sync.ir_cron_expire_overrides"
            ).method_direct_trigger()
        self._run_lane()
        self.assertEqual((override.state, self.release.state), ("expired", "disputed"))
        self.assertEqual(self.release.move_ids.state, "posted")

    def test_an_invoice_whose_delivery_was_confirmed_meanwhile_stays_as_it_is(self):
        override = self._override("delivered")
        self._state(self._delivery(self.shipment)[1])
        override.with_user(self.clerk).action_withdraw()
        self._run_lane()
        self.assertEqual((self.release.state, self.release.move_count), ("released", 1))

    def test_a_delivery_that_an_override_denies_is_not_billed(self):
        self._state(self._fact(self.shipment, "delivered", 1.0))
        self._override("out_for_delivery")
        self.assertEqual(self.release.state, "waiting")
        self.assertFalse(self.release.move_ids)

    def test_who_approved_the_override_does_not_approve_the_billing_of_the_shipment(self):
        self._override("delivered")
        self._state(self._exception(self.shipment))
        case = self.shipment.exception_ids
        case.with_user(self.preparer).action_request_billing_approval()
        with self.assertRaisesRegex(AccessError, "Who overrode the status"):
            case.approval_ids.with_user(self.manager).action_approve()
        case.approval_ids.with_user(self.approver).action_approve()
        self.assertTrue(case.billing_approved)
