import itertools
from datetime import timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import ChargeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase


class ChargeCase(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.preparer = cls._create_user("preparer-charge", "finance_preparer")
        cls.approver = cls._create_user("approver-charge", "finance_approver")

    def _charge(self, amount, key="f1", stated=None, shipment=None, **values):
        values = {"side": "buy", "charge_type": "freight", "currency": "USD"} | values
        named = (Reference("shipment", (shipment or self.shipment).name),)
        stated_at = None if stated is None else self._at(stated)
        return ChargeFact(
            named, charge_key=key, amount=Decimal(amount), stated_at=stated_at, **values
        )

    def _all(self):
        return self.shipment.stated_charge_ids.sorted("id")

    def _enter(self, user, **values):
        values = {
            "name": "Lift gate",
            "shipment_id": self.shipment.id,
            "side": "sell",
            "charge_type": "accessorial",
            "amount": 40,
            "reason": "The customer asked for it by phone.",
        } | values
        return self.env["logistics.charge"].with_user(user).create(values)

    def _approval_of(self, record):
        return self.env["logistics.approval"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )


@tagged("post_install", "-at_install", "logistics")
class TestStatedCharge(ChargeCase):
    def test_an_owner_is_counted_and_the_rule_is_named(self):
        [outcome] = self._record(self.carrier, self._charge("12.50"))
        self.assertEqual(outcome.status, "recorded")
        charge = self.shipment.charge_ids
        self.assertEqual((charge.amount, charge.verdict, charge.standing), (12.5, "accept", "live"))
        rule = self.env.ref("logistics_milestone_sync.ownership_charge_buy_carrier")
        self.assertEqual(charge.rule_id, rule)
        self.assertEqual(charge.client_id, self.shipment.client_id)
        self.assertEqual(charge.company_id, self.company)

    def test_who_does_not_own_a_charge_is_shown_and_never_live(self):
        [outcome] = self._record(self.carrier, self._charge("99", side="sell"))
        self.assertEqual(outcome.status, "advisory")
        self.assertFalse(self.shipment.charge_ids)
        charge = self._all()
        self.assertEqual((charge.amount, charge.standing), (99.0, "advisory"))

    def test_what_a_rule_refuses_is_kept_as_refused(self):
        self.env["logistics.ownership.rule"].create(
            {
                "company_id": self.company.id,
                "object_kind": "charge",
                "charge_type": "freight",
                "charge_side": "buy",
                "system_id": self.carrier.id,
                "verdict": "reject",
            }
        )
        outcomes = self._record(
            self.carrier, self._charge("12"), self._charge("3", "u1", charge_type="fuel")
        )
        self.assertEqual([o.status for o in outcomes], ["rejected", "recorded"])
        self.assertEqual(self._all().mapped("standing"), ["refused", "live"])

    def test_several_revisions_of_one_batch_are_chained_in_order(self):
        facts = [self._charge(amount) for amount in ("10", "11", "12")]
        outcomes = self._record(self.carrier, *facts)
        self.assertEqual([o.status for o in outcomes], ["recorded"] * 3)
        first, second, third = self._all()
        self.assertEqual(first.superseded_by_id, second)
        self.assertEqual(second.superseded_by_id, third)
        self.assertEqual(self.shipment.charge_ids, third)
        self.assertEqual(third.revision_ids, first + second + third)

    def test_the_newest_by_the_source_stands_in_whatever_order_it_is_heard(self):
        facts = [self._charge(str(10 + n), stated=n) for n in range(3)]
        for order in itertools.permutations(facts):
            shipment = self._create_shipment()
            for stated in order:
                named = (Reference("shipment", shipment.name),)
                self._record(
                    self.carrier,
                    ChargeFact(
                        named,
                        stated.side,
                        stated.charge_type,
                        "f1",
                        stated.amount,
                        "USD",
                        stated_at=stated.stated_at,
                    ),
                )
            with self.subTest(order=[str(f.amount) for f in order]):
                self.assertEqual(shipment.charge_ids.amount, 12.0)
                chain = shipment.stated_charge_ids.sorted("stated_at")
                self.assertEqual(chain[0].superseded_by_id, chain[1])
                self.assertEqual(chain[1].superseded_by_id, chain[2])

    def test_an_amount_that_is_stated_again_leaves_the_invoiced_row_live(self):
        self._record(self.carrier, self._charge("10", stated=1))
        live = self.shipment.charge_ids
        self._record(self.carrier, self._charge("10", stated=5))
        self.assertEqual(self.shipment.charge_ids, live)
        self.assertEqual((self._all() - live).standing, "confirmation")
        self._record(self.carrier, self._charge("9", stated=3))
        self.assertEqual(self.shipment.charge_ids, self._all()[1], "9 lies between the two")
        self.assertEqual(self.shipment.charge_ids.amount, 10.0)

    def test_repetitions_are_counted(self):
        said = self._charge("10", stated=1)
        outcomes = self._record(self.carrier, said, said)
        outcomes += self._record(self.carrier, said)
        self.assertEqual([o.status for o in outcomes], ["recorded", "duplicate", "duplicate"])
        self.assertEqual(self.shipment.charge_ids.duplicate_count, 2)

    def test_two_systems_may_use_the_same_key(self):
        self._record(self.carrier, self._charge("10"))
        self._record(self.other_carrier, self._charge("20"))
        self.assertEqual(sorted(self.shipment.charge_ids.mapped("amount")), [10.0, 20.0])

    def test_odd_amounts_are_kept_and_flagged(self):
        self._record(
            self.carrier,
            self._charge("-5", "a"),
            self._charge("0", "b"),
            self._charge("25000000", "c"),
            self._charge("7", "d"),
        )
        issues = {charge.charge_key: charge.issue for charge in self.shipment.charge_ids}
        self.assertEqual(
            issues,
            {
                "a": "negative amount",
                "b": "amount is zero",
                "c": "unusually large amount",
                "d": False,
            },
        )

    def test_a_revision_in_another_currency_is_visible(self):
        self.env.ref("base.EUR").active = True
        self._record(self.carrier, self._charge("10", stated=1))
        self._record(self.carrier, self._charge("10", stated=2, currency="EUR"))
        charge = self.shipment.charge_ids
        self.assertEqual((charge.currency_id.name, charge.issue), ("EUR", "was in USD before"))

    def test_the_number_of_queries_does_not_depend_on_the_number_of_charges(self):
        shipments = [self._create_shipment() for _n in range(5)]

        def count(keys, amount):
            facts = [
                self._charge(amount, f"k{n}", shipment=shipment)
                for shipment in shipments
                for n in keys
            ]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(range(1), "1")
        self.assertEqual(count(range(2, 3), "1"), count(range(10, 60), "1"))
        self.assertEqual(count(range(2, 3), "2"), count(range(10, 60), "2"), "revisions")

    def test_the_original_of_a_charge_opens(self):
        [outcome] = self._record(self.carrier, self._charge("10"))
        self.assertEqual(outcome.status, "recorded")
        charge = self.shipment.charge_ids
        with self.assertRaisesRegex(UserError, "not kept"):
            charge.action_open_source()  # of a model that is not installed
        charge.source = f"res.users,{self.env.uid}"
        self.assertEqual(charge.action_open_source()["res_id"], self.env.uid)


@tagged("post_install", "-at_install", "logistics")
class TestManualCharge(ChargeCase):
    def test_revenue_by_hand_counts_once_somebody_else_approved_it(self):
        charge = self._enter(self.preparer)
        self.assertEqual(charge.standing, "waiting")
        self.assertFalse(self.shipment.charge_ids)
        approval = self._approval_of(charge)
        self.assertEqual((approval.kind, approval.amount), ("manual_charge", 40.0))
        approval.with_user(self.approver).action_approve()
        self.assertEqual(self.shipment.charge_ids, charge)
        self.assertEqual(charge.standing, "live")

    def test_nobody_approves_revenue_that_he_entered(self):
        charge = self._enter(self.approver)
        for user in (self.approver, self.preparer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._approval_of(charge).with_user(user).action_approve()
        self.assertFalse(self.shipment.charge_ids)

    def test_rejected_revenue_is_kept_as_refused(self):
        charge = self._enter(self.preparer)
        self._approval_of(charge).with_user(self.approver).action_reject("Not agreed")
        self.assertEqual(charge.standing, "refused")
        self.assertFalse(self.shipment.charge_ids)

    def test_revenue_that_was_taken_back_is_kept_as_refused(self):
        charge = self._enter(self.preparer)
        self._approval_of(charge).with_user(self.preparer).action_withdraw()
        self.assertEqual(charge.standing, "refused")
        self.assertFalse(self.shipment.charge_ids)

    def test_revenue_by_hand_says_why(self):
        with self.assertRaisesRegex(ValidationError, "why"):
            self._enter(self.preparer, reason=" ")

    def test_a_revision_takes_the_place_of_the_old_one_when_it_is_approved(self):
        old = self._enter(self.preparer)
        self._approval_of(old).with_user(self.approver).action_approve()
        context = old.with_user(self.preparer).action_revise()["context"]
        new = (
            self.env["logistics.charge"]
            .with_user(self.preparer)
            .with_context(**context)
            .create({"amount": 55, "reason": "Two of them."})
        )
        self.assertEqual(self.shipment.charge_ids, old, "not approved yet")
        self._approval_of(new).with_user(self.approver).action_approve()
        self.assertEqual(self.shipment.charge_ids, new)
        self.assertEqual((old.standing, old.superseded_by_id), ("superseded", new))

    def test_what_a_charge_says_is_not_edited(self):
        charge = self._enter(self.preparer)
        for vals in ({"amount": 4000}, {"side": "buy"}, {"shipment_id": 1}, {"active": True}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                charge.with_user(self.preparer).write(vals)
        charge.with_user(self.preparer).write({"reason": "Written down again."})
        self._approval_of(charge).with_user(self.approver).action_approve()
        with self.assertRaises(AccessError):
            charge.with_user(self.preparer).write({"name": "Other"})

    def test_nobody_enters_live_revenue_through_rpc(self):
        for vals in ({"active": True}, {"decision": "approved"}, {"source_kind": "contract"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self._enter(self.approver, **vals)
        charges = self.env["logistics.charge"].with_user(self.approver)
        with self.assertRaises(AccessError):
            charges.with_context(default_active=True).create(
                {
                    "name": "Through the context",
                    "shipment_id": self.shipment.id,
                    "side": "sell",
                    "charge_type": "other",
                    "amount": 1,
                    "reason": "Nobody looks.",
                }
            )

    def test_a_cost_by_hand_is_judged_like_any_statement(self):
        advisory = self._enter(self.preparer, side="buy", reason=False)
        self.assertEqual(advisory.standing, "advisory", "carriers own costs, Odoo does not")
        self.env["logistics.ownership.rule"].create(
            {
                "company_id": self.company.id,
                "object_kind": "charge",
                "charge_side": "buy",
                "system_kind": "odoo",
            }
        )
        live = self._enter(self.preparer, side="buy", reason=False)
        self.assertEqual((live.standing, live.decision), ("live", False))

    def test_deleting_what_waits_takes_the_question_back(self):
        charge = self._enter(self.preparer)
        approval = self._approval_of(charge)
        charge.with_user(self.preparer).unlink()
        self.assertEqual(approval.state, "withdrawn")

    def test_what_was_approved_stays(self):
        charge = self._enter(self.preparer)
        self._approval_of(charge).with_user(self.approver).action_approve()
        with self.assertRaises(UserError):
            charge.with_user(self.preparer).unlink()

    def test_a_clerk_enters_no_charge(self):
        with self.assertRaises(AccessError):
            self._enter(self._create_user("clerk-charge", "user"))

    def test_a_system_s_charge_is_not_touched_by_people(self):
        self._record(self.carrier, self._charge("10"))
        charge = self.shipment.charge_ids.with_user(self.preparer)
        with self.assertRaises(AccessError):
            charge.write({"name": "Mine"})
        with self.assertRaises(UserError):
            charge.unlink()
        with self.assertRaises(UserError):
            charge.action_revise()

    def test_an_expired_question_is_decided_by_nobody(self):
        charge = self._enter(self.preparer)
        approval = self._approval_of(charge)
        approval.expires_at -= timedelta(days=400)
        with self.assertRaises(UserError):
            approval.with_user(self.approver).action_approve()
        approval._close("expired")
        self.assertEqual((charge.decision, charge.standing), ("rejected", "refused"))
        self.assertFalse(self.shipment.charge_ids)
