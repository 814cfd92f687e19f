from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase

_LANE = "odoo.addons.logistics_billing_rules.models.logistics_release_lane"


@tagged("post_install", "-at_install", "logistics")
class TestLane(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()

    def _create_delivered(self, count):
        shipments = self.env["logistics.shipment"].union(
            *(self._create_shipment((self.pump, 1)) for _number in range(count))
        )
        self._state(*(fact for shipment in shipments for fact in self._delivery(shipment)))
        return shipments

    def _queries(self, count):
        shipments = self._create_delivered(count)
        releases = shipments.logistics_release_ids.with_context(tracking_disable=True)._lock()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        releases._process()
        self.env.flush_all()
        self.assertEqual(set(releases.mapped("state")), {"released"})
        return self.env.cr.sql_log_count - before

    def test_a_mark_is_written_also_where_there_is_one_so_that_no_worker_misses_it(self):
        release = self._release_of(self._create_delivered(1))
        self.assertTrue(release.stale)

        def version():
            self.env.flush_all()
            self.env.cr.execute("SELECT ctid FROM logistics_release WHERE id = %s", [release.id])
            return self.env.cr.fetchone()

        before = version()
        self.env["logistics.release"]._mark_stale(release.shipment_id)
        self.assertNotEqual(version(), before, "who evaluates now would not notice the change")

    def test_the_number_of_queries_hardly_grows_with_the_number_of_releases(self):
        self._queries(2)  # whatever is cached once per process
        one, fifty = self._queries(1), self._queries(50)
        self.assertLess(fifty, one + 4 * 49, f"{one} queries for one, {fifty} for fifty")

    @mute_logger(_LANE)
    def test_one_bad_release_stops_none_of_the_others(self):
        good, bad, other = self._create_delivered(3)
        # Odoo refuses a customer invoice in a journal of purchases.
        bad.sale_order_ids.journal_id = self._journal("purchase")
        self._run_lane()
        self.assertEqual({self._release_of(s).move_ids.state for s in (good, other)}, {"posted"})
        release = self._release_of(bad)
        self.assertEqual((release.state, release.reason_code), ("blocked", "error"))
        self.assertTrue(release.stale and release.error and release.next_attempt_at)
        self.assertFalse(release.move_ids)
        bad.sale_order_ids.journal_id = False
        release.next_attempt_at = False
        self._run_lane()
        self.assertEqual((release.state, release.error), ("released", False))

    def _journal(self, kind):
        return self.env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", self.company.id)], limit=1
        )

    def test_a_batch_that_dies_leaves_nothing_behind_and_is_done_later(self):
        shipment = self._create_delivered(1)
        release = shipment.logistics_release_ids
        with (
            patch.object(type(release), "_keep", side_effect=KeyboardInterrupt),
            self.assertRaises(KeyboardInterrupt),
            self.env.cr.savepoint(),
        ):
            release.with_context(tracking_disable=True)._process()
        self.env.invalidate_all()
        self.assertFalse(release.line_ids)
        self.assertTrue(release.stale)
        self._run_lane()
        self.assertEqual((release.state, release.move_count), ("released", 1))

    def test_drafts_that_were_not_posted_before_a_crash_are_posted_later(self):
        shipment = self._create_delivered(1)
        release = shipment.logistics_release_ids
        release.with_context(tracking_disable=True)._process()
        self.assertEqual((release.state, release.move_ids.state), ("released", "draft"))
        self._run_lane()
        self.assertEqual((release.move_ids.state, release.move_count), ("posted", 1))
        self.assertFalse(release.to_post)

    @mute_logger(_LANE)
    def test_an_invoice_that_cannot_be_posted_keeps_its_reason_and_is_tried_again(self):
        release = self._create_delivered(1).logistics_release_ids
        release.with_context(tracking_disable=True)._process()
        account = release.move_ids.invoice_line_ids.account_id
        account.active = False
        self._run_lane()
        self.assertIn("archived", release.error)
        self.assertTrue(release.next_attempt_at)
        self.assertEqual(release.move_ids.state, "draft")
        account.active = True
        release.next_attempt_at = False
        self._run_lane()
        self.assertEqual(release.move_ids.state, "posted")
        self.assertFalse(release.error)

    def test_a_change_of_the_order_changes_the_money_at_stake(self):
        shipment = self._create_shipment((self.pump, 2), ship=False)
        self._run_lane()
        release = self._release_of(shipment)
        self.assertEqual(release.amount_at_stake, 396.5)
        shipment.sale_order_ids.order_line.price_unit = 200.0
        self._run_lane()
        self.assertEqual(release.amount_at_stake, 418.5)

    def test_facts_wake_the_lane_once_per_transaction(self):
        triggers = self.env["ir.cron.trigger"]
        cron = self.env.ref("logistics_billing_rules.ir_cron_release")
        self.env.cr.postcommit.data.pop("logistics_billing_rules.woken", None)
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self._create_delivered(3)
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), before + 1)

    def test_somebody_who_looks_at_a_release_in_work_is_told_to_wait(self):
        release = self._create_delivered(1).logistics_release_ids
        nothing = release.browse()
        with (
            patch.object(type(release), "_lock", return_value=nothing),
            self.assertRaisesRegex(UserError, "worked on right now"),
        ):
            release.with_user(self.preparer).action_release()
