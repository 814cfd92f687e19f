from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestLimit(BillingCase):
    """Every shipment is worth 207.50: a pump of 189.00 and the least freight of 18.50."""

    def _deliver_pumps(self, number, **values):
        return self._deliver(
            *(self._create_shipment((self.pump, 1), **values) for _number in range(number))
        )

    def _day(self):
        return self.env["logistics.release.day"].search([("company_id", "=", self.company.id)])

    def _states(self, releases):
        return releases.sorted("id").mapped("state")

    def test_what_goes_beyond_the_number_of_a_day_waits_for_finance(self):
        self._create_agreement(limit_count=2)
        releases = self._deliver_pumps(4)
        held = releases[2:]
        self.assertEqual(self._states(releases - held), ["released"] * 2)
        self.assertEqual(self._states(held), ["awaiting_approval"] * 2)
        self.assertEqual(set(held.mapped("reason_code")), {"limit"})
        self.assertEqual(set(held.mapped("owed_by")), {"approver"})
        self.assertFalse(held.move_ids)
        self.assertIn("More than 2 releases in one day.", held[0].explanation_html)
        self.assertEqual(held[0].amount_at_stake, 207.5)
        day = self._day()
        self.assertEqual((day.state, day.count, day.held_count), ("stopped", 2, 2))
        self.assertEqual((day.amount, day.held_amount), (415.0, 415.0))
        self.assertEqual(day.approval_id, held.approval_id)
        self.assertEqual(day.approval_id.amount, 415.0)

    def test_what_goes_beyond_the_amount_of_a_day_waits_also_where_it_is_small(self):
        self._create_agreement(limit_amount=300)
        first, large, small = self._deliver(
            self._create_shipment((self.pump, 1)),
            self._create_shipment((self.pump, 3)),
            self._create_shipment((self.valve, 1)),
        )
        self.assertEqual(first.state, "released")
        self.assertEqual(self._states(large | small), ["awaiting_approval"] * 2)
        self.assertIn("More than 300 USD in one day.", large.explanation_html)

    def test_batches_of_one_day_count_together(self):
        self._create_agreement(limit_count=2)
        states = [self._deliver_pumps(1).state for _number in range(3)]
        self.assertEqual(states, ["released", "released", "awaiting_approval"])
        later = self._deliver_pumps(2)
        self.assertEqual(self._states(later), ["awaiting_approval"] * 2)
        self.assertEqual(self._day().approval_id.amount, 3 * 207.5)

    def test_each_customer_has_a_day_of_his_own(self):
        self._create_agreement(limit_count=1)
        other = self.env["res.partner"].create({"name": "Quay Road", "is_company": True})
        mine, his = self._deliver_pumps(2), self._deliver_pumps(1, partner_id=other.id)
        self.assertEqual(self._states(mine), ["released", "awaiting_approval"])
        self.assertEqual(his.state, "released")

    def test_a_new_day_counts_anew_and_lets_nothing_of_the_old_one_go(self):
        self._create_agreement(limit_count=1)
        releases = self._deliver_pumps(2)
        self._day().day -= timedelta(days=1)
        self.assertEqual(self._deliver_pumps(1).state, "released")
        releases[1]._mark_stale(releases[1].shipment_id)
        self._run_lane()
        self.assertEqual(releases[1].state, "awaiting_approval")

    def test_the_company_says_it_where_the_agreement_does_not(self):
        self._create_agreement()
        self.assertEqual(self.company.logistics_limit_count, 1000)
        self.company.logistics_limit_count = 1
        self.assertEqual(self._states(self._deliver_pumps(2)), ["released", "awaiting_approval"])

    def test_without_a_limit_nothing_is_counted(self):
        self._create_agreement()
        self.company.logistics_limit_count = 0
        self.assertEqual(set(self._states(self._deliver_pumps(2))), {"released"})
        self.assertFalse(self._day())

    def test_an_approver_who_did_not_write_the_terms_lets_all_of_them_go_with_one_click(self):
        self._create_agreement(limit_count=1)
        releases = self._deliver_pumps(4)
        day = self._day()
        activities = day.approval_id.activity_ids
        self.assertIn(self.approver, activities.user_id)
        day.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(set(self._states(releases)), {"released"})
        self.assertEqual((day.state, day.count, day.held_count), ("open", 0, 0))
        self.assertEqual(self._states(self._deliver_pumps(2)), ["released", "awaiting_approval"])

    def test_a_held_release_is_approved_from_the_queue_as_everything_else(self):
        self._create_agreement(limit_count=1)
        held = self._deliver_pumps(2)[1]
        queue = self.env["logistics.release"].with_user(self.approver)
        waiting = queue.search([("approval_id.can_decide", "=", True)])
        self.assertEqual(waiting.ids, held.ids)
        waiting.action_approve()
        self.assertEqual((held.state, held.move_ids.amount_untaxed), ("released", 207.5))

    def test_who_wrote_the_terms_does_not_lift_their_limit(self):
        self._create_agreement(limit_count=1)
        self.author.group_ids |= self.approver.group_ids
        held = self._deliver_pumps(2)[1]
        day = self._day().with_user(self.author)
        with self.assertRaisesRegex(AccessError, "You wrote the terms of Terms"):
            day.action_approve()
        self.assertEqual(held.state, "awaiting_approval")

    def test_who_released_by_hand_beyond_the_limit_does_not_lift_it(self):
        self._create_agreement(limit_count=1, invoicing="manual")
        releases = self._deliver_pumps(2)
        action = releases.with_user(self.approver).action_release()
        self.assertIn("1 released", action["params"]["message"])
        self.assertEqual(self._states(releases), ["released", "awaiting_approval"])
        with self.assertRaisesRegex(AccessError, "yourself"):
            self._day().with_user(self.approver).action_approve()

    def test_what_is_let_go_of_a_manual_agreement_waits_for_its_release_by_hand(self):
        self._create_agreement(limit_count=1, invoicing="manual")
        releases = self._deliver_pumps(2)
        releases.with_user(self.preparer).action_release()
        self._day().with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(releases[1].state, "ready")
        releases[1].with_user(self.preparer).action_release()
        self.assertEqual(releases[1].state, "released")

    def test_kept_back_it_is_blocked_until_somebody_asks_again(self):
        self._create_agreement(limit_count=1)
        held = self._deliver_pumps(2)[1]
        day = self._day()
        day.approval_id.with_user(self.approver).action_reject("The prices are wrong")
        self._run_lane()
        self.assertEqual((day.state, held.state, held.owed_by), ("kept", "blocked", "finance"))
        self.assertIn("Finance keeps it back", held.explanation_html)
        self.assertEqual(self._deliver_pumps(1).state, "blocked")
        held.with_user(self.preparer).action_request_approval()
        self.assertEqual((day.state, held.state), ("stopped", "awaiting_approval"))
        day.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(held.state, "released")

    def test_what_is_not_ready_any_more_is_counted_when_it_is_again(self):
        self._create_agreement(limit_count=1)
        held = self._deliver_pumps(2)[1]
        shipment = held.shipment_id
        self._state(self._fact(shipment, "retracted", 3, retracts=f"pod-{shipment.id}"))
        self._run_lane()
        self.assertEqual((held.state, held.day_id.id), ("waiting", False))
        self._day().day -= timedelta(days=1)
        self._state(self._fact(shipment, "pod_received", 4, source_event_id="second"))
        self._run_lane()
        self.assertEqual(held.state, "released")

    def test_a_release_that_comes_and_goes_uses_up_its_day(self):
        self._create_agreement(limit_count=2, invoicing="draft")
        release = self._deliver_pumps(1)
        for expected in ("released", "awaiting_approval"):
            release.with_user(self.preparer).action_withdraw()
            self.assertEqual(release.state, expected)

    def test_what_is_collected_counts_when_it_is_collected_and_not_when_it_is_invoiced(self):
        self._create_agreement(limit_count=2, invoice_per="customer", invoice_period="week")
        releases = self._deliver_pumps(3)
        self.assertEqual(self._states(releases), ["ready", "ready", "awaiting_approval"])
        run = releases.run_id
        self.assertEqual(run.release_ids, releases[:2])
        day = self._day()
        day.day -= timedelta(days=1)
        run.with_user(self.preparer).action_invoice()
        self._run_lane()
        self.assertEqual(self._states(releases[:2]), ["released"] * 2)
        self.assertEqual((self._day(), day.count), (day, 2))
        day.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(releases[2].state, "ready")
        self.assertTrue(releases[2].run_id)

    def test_an_agreement_in_another_currency_is_held_against_its_own_amount(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        today = fields.Date.context_today(self.company)
        self.env["res.currency.rate"].create(
            {"name": today, "currency_id": euro.id, "company_id": self.company.id, "rate": 0.5}
        )
        agreement = self._create_agreement(approve=False, limit_amount=100)
        agreement.currency_id = euro
        limit = agreement.sudo()._limit_of_day()
        self.assertEqual((str(limit.amount), limit.count), ("200.0 USD", 1000))

    def test_two_versions_are_compared_by_their_limits_too(self):
        agreement = self._create_agreement(limit_count=5)
        action = agreement.with_user(self.author).action_new_version()
        new = self.env["logistics.agreement"].browse(action["res_id"])
        new.rule_ids.limit_count = 8
        self.assertIn(("Most Releases a Day", "5", "8"), new._changes())

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_counter_and_negative_limits(self):
        agreement = self._create_agreement(limit_count=1)
        self._deliver_pumps(1)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._day().copy()
            self.env.flush_all()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE logistics_billing_rule SET limit_count = -1 WHERE agreement_id = %s",
                [agreement.id],
            )
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.company.logistics_limit_amount = -1
            self.env.flush_all()

    def test_everybody_in_logistics_reads_it_and_nobody_writes_it(self):
        self._create_agreement(limit_count=1)
        self._deliver_pumps(2)
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            day = self._day().with_user(user)
            self.assertEqual(day.read(["held_count"])[0]["held_count"], 1)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(day.has_access(operation))
            Form(day)
        with self.assertRaisesRegex(AccessError, "Only"):
            self._day().with_user(self.clerk).action_approve()
        with self.assertRaises(AccessError):
            self._day().with_user(self.clerk).action_ask_again()

    def test_a_batch_of_many_customers_costs_as_many_queries_as_one_of_a_few(self):
        self._create_agreement()
        self._queries(1)
        self.assertLessEqual(self._queries(8), self._queries(2))

    def _queries(self, number):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}", "is_company": True} for n in range(number)]
        )
        shipments = self.env["logistics.shipment"].union(
            *(self._create_shipment((self.pump, 1), partner_id=p.id) for p in partners)
        )
        self._state(*(fact for each in shipments for fact in self._delivery(each)))
        releases = shipments.logistics_release_ids.with_context(tracking_disable=True)
        judged = releases._evaluate()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertFalse(releases._held_by_limit(judged, False))
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
