from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import ChargeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import BillingCase, flat


@tagged("post_install", "-at_install", "logistics")
class TestStatedCharges(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._agree(
            {
                "charge_type": "accessorial",
                "expected": 25.0,
                "tolerance_percent": 10.0,
                "maximum": 60.0,
            }
        )
        cls.tms = cls.env["logistics.system"].create(
            {"name": "Planning", "code": "planning", "kind": "tms"}
        )
        cls.env["logistics.ownership.rule"].sudo().create(
            {
                "object_kind": "charge",
                "charge_side": "sell",
                "system_kind": "tms",
                "verdict": "accept",
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _agree(cls, *terms):
        agreement = cls._create_agreement(approve=False, rates=[flat(20)])
        author = agreement.with_user(cls.author)
        author.stated_ids = [Command.create(term) for term in terms]
        author.action_submit()
        cls._approval_of(agreement).with_user(cls.approver).action_approve()
        return agreement

    def _charge(self, shipment, amount, charge_type="accessorial", key="lift", currency="USD"):
        fact = ChargeFact(
            (Reference("shipment", shipment.name),),
            "sell",
            charge_type,
            key,
            Decimal(str(amount)),
            currency,
        )
        self._state(fact, system=self.tms)

    def _held(self, amount, **values):
        shipment = self._create_shipment()
        self._charge(shipment, amount, **values)
        return self._deliver(shipment)

    def _lines(self, release):
        return [r for r in release.explanation["requirements"] if r["code"] == "charge"]

    def test_a_stated_charge_within_its_terms_is_billed(self):
        release = self._held(27)
        self.assertEqual((release.state, release.amount_invoiced), ("released", 1048.0))
        self.assertEqual([line["satisfied"] for line in self._lines(release)], [True])

    def test_a_charge_beyond_its_tolerance_holds_the_invoice_and_says_why(self):
        release = self._held(40)
        self.assertEqual(
            (release.state, release.reason_code, release.owed_by), ("blocked", "charge", "finance")
        )
        self.assertIn("15 USD more than the 25 USD that is usual", release.reason)
        self.assertFalse(release.move_ids)
        self.assertEqual(release.amount_at_stake, 1061.0)

    def test_a_kind_of_charge_that_the_agreement_does_not_name_is_held(self):
        self.assertIn("does not name", self._held(5, charge_type="storage").reason)

    def test_a_charge_that_the_agreement_prices_itself_is_not_billed_twice(self):
        self.assertIn("charges for this already", self._held(20, charge_type="freight").reason)

    def test_the_same_charge_under_two_keys_is_held_once(self):
        shipment = self._create_shipment()
        self._charge(shipment, 25, key="lift")
        self._charge(shipment, 25, key="tail-lift")
        release = self._deliver(shipment)
        self.assertEqual(len(self._lines(release)), 1)
        self.assertIn("says the same", release.reason)

    def test_a_currency_without_a_rate_is_held_and_not_taken_for_the_own(self):
        self.env.ref("base.CHF").active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", self.env.ref("base.CHF").id)]).unlink()
        self.assertIn("no exchange rate for CHF", self._held(25, currency="CHF").reason)

    def _ask(self, release):
        release.with_user(self.preparer).action_request_approval()
        return self._approval_of(release)

    def test_finance_accepts_it_and_the_invoice_goes_out(self):
        release = self._held(40)
        approval = self._ask(release)
        self.assertEqual((release.state, release.approval_id), ("awaiting_approval", approval))
        self.assertEqual((approval.amount, approval.kind), (1061.0, "charge_billing"))
        self.assertIn("15 USD more", approval.note)
        with self.assertRaises(AccessError):
            approval.with_user(self.preparer).action_approve()
        release.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual((release.state, release.amount_invoiced), ("released", 1061.0))
        self.assertEqual([line["note"] for line in self._lines(release)], ["Accepted by finance"])

    def test_rejected_it_stays_held(self):
        release = self._held(40)
        self._ask(release)
        release.with_user(self.approver).action_reject("Ask the carrier first")
        self._run_lane()
        self.assertEqual((release.state, release.accepted_marks), ("blocked", False))

    def test_a_revised_charge_is_looked_at_again(self):
        release = self._held(40)
        approval = self._ask(release)
        self._charge(release.shipment_id, 55)
        with self.assertRaisesRegex(UserError, "changed since"):
            approval.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(release.state, "blocked")
        self.assertIn("30 USD more", release.reason)

    def test_a_corrected_charge_releases_by_itself(self):
        release = self._held(40)
        self._charge(release.shipment_id, 25)
        self._run_lane()
        self.assertEqual((release.state, release.amount_invoiced), ("released", 1046.0))

    def test_a_quote_is_compared_with_and_never_billed(self):
        shipment = self._create_shipment()
        self.env["logistics.charge"].sudo().create(
            {
                "name": "Quoted",
                "shipment_id": shipment.id,
                "side": "sell",
                "charge_type": "accessorial",
                "amount": 40.0,
                "source_kind": "quote",
            }
        )
        self._charge(shipment, 42)
        release = self._deliver(shipment)
        self.assertEqual((release.state, release.amount_invoiced), ("released", 1063.0))

    def test_nobody_accepts_by_writing_the_marks(self):
        release = self._held(40)
        for user in (self.preparer, self.approver):
            with self.assertRaises(AccessError):
                release.with_user(user).accepted_marks = ["tolerance/1"]

    def test_what_may_be_stated_is_frozen_with_the_agreement(self):
        term = self.agreement.stated_ids.with_user(self.author)
        with self.assertRaisesRegex(UserError, "fixed since it was submitted"):
            term.maximum = 900.0

    def test_a_new_version_shows_what_may_be_stated_now(self):
        author = self.agreement.with_user(self.author)
        new = author.browse(author.action_new_version()["res_id"])
        self.assertEqual(new.stated_ids._words(), self.agreement.stated_ids._words())
        new.stated_ids.maximum = 80.0
        self.assertIn("at most", new.changes_html)
