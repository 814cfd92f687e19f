from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NEW_CODE, PROFILE, ConnectorCase

RETURNS = PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned")


@tagged("post_install", "-at_install", "logistics")
class TestDryRun(ConnectorCase):
    """A draft is tried on messages that came, and nothing but the result is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("integration", "integration_admin")

    def _run(self, content, start=True, **values):
        draft = self._draft(content, user=self.admin)
        run = (
            self.env["logistics.dry.run"]
            .with_user(self.admin)
            .create({"version_id": draft.id, **values})
        )
        if start:
            run.action_start()
            self._let_run()
        return run

    def _let_run(self):
        cron = self.env.ref("logistics_carrier_connector.ir_cron_dry_run")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_another_meaning_moves_its_shipments_on_paper_only(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("PU", "OK"))
        events = shipment.event_ids
        run = self._run(RETURNS)
        self.assertEqual((run.state, run.read_count, run.progress), ("done", 1, 100.0))
        fact = run.fact_ids
        self.assertEqual((fact.kind, fact.item, fact.message_id), ("changed", 2, message))
        self.assertEqual(fact.shipment_id, shipment)
        self.assertIn("OK", fact.said_after)
        moved = run.shipment_ids
        self.assertEqual(moved.shipment_id, shipment)
        self.assertEqual(
            (moved.milestone_before, moved.milestone_after), ("Delivered", "Returned to shipper")
        )
        self.assertEqual(run.milestone_changed_count, 1)
        self.assertEqual(shipment.status_id.code, "delivered")
        self.assertEqual(shipment.event_ids, events)
        self.assertEqual(message.state, "processed")

    def test_the_same_text_changes_nothing(self):
        self._tracked_shipment("1ZTEST")
        self._take(self._body("PU", "OK"))
        run = self._run(PROFILE + "# the same\n")
        self.assertEqual((run.differing_count, run.fact_ids.ids, run.shipment_ids.ids), (0, [], []))
        self.assertEqual((run.freed_count, run.stopped_count), (0, 0))

    def test_a_new_code_frees_messages_and_a_lost_one_stops_them(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("NEW"))
        freed = self._run(PROFILE + NEW_CODE)
        self.assertEqual((freed.freed_count, freed.stopped_count), (1, 0))
        self.assertEqual(freed.fact_ids.kind, "added")
        self.assertEqual(freed.shipment_ids.shipment_id, shipment)
        self._take(self._body("OK"))
        stopped = self._run(PROFILE.replace("  - {codes: [OK], milestone: delivered}\n", ""))
        self.assertEqual((stopped.freed_count, stopped.stopped_count), (0, 1))
        self.assertEqual(stopped.fact_ids.kind, "removed")

    def test_exceptions_count_on_both_sides(self):
        self._tracked_shipment("1ZTEST")
        override = self.env["logistics.mapping.override"].create(
            {
                "mapping_id": self.mapping.id,
                "connection_id": self.connection.id,
                "code": "OK",
                "ignore": True,
            }
        )
        override.action_submit()
        self._approve(override)
        self._take(self._body("OK"))
        self.assertEqual(self._run(RETURNS).differing_count, 0)

    def test_what_the_source_may_not_say_moves_nothing(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("PU"))
        run = self._run(PROFILE.replace("PU], milestone: dispatched", "PU], milestone: picked"))
        self.assertEqual(run.fact_ids.kind, "changed")
        self.assertEqual(run.fact_ids.shipment_id, shipment)
        self.assertNotEqual(run.shipment_ids.milestone_after, "Picked")

    def test_a_fact_without_a_shipment_is_told_and_decides_nothing(self):
        self._take(self._body("OK", tracking="1ZUNKNOWN"))
        run = self._run(RETURNS)
        self.assertEqual((run.state, run.fact_ids.shipment_id.id), ("done", False))
        self.assertFalse(run.shipment_ids)

    def test_it_reads_what_it_is_asked_to_and_no_more(self):
        for number in range(5):
            self._take(self._body("OK", n=number))
        old = self._take(self._body("OK", n="old"))
        past = fields.Datetime.now() - timedelta(days=30)
        self.env.cr.execute(
            "UPDATE logistics_message SET received_at = %s WHERE id = %s", [past, old.id]
        )
        other = self._create_connection(self.other_carrier)
        self._take(self._body("OK"), other)
        pinned = self._create_connection(self.other_carrier)
        pinned.mapping_version_id = self.mapping.active_version_id
        self._take(self._body("OK"), pinned)
        self.assertEqual(self._run(RETURNS).read_count, 6)
        self.assertEqual(self._run(RETURNS, connection_id=other.id).read_count, 1)
        self.assertEqual(self._run(RETURNS, days=60).read_count, 7)
        limited = self._run(RETURNS, most=2)
        self.assertEqual((limited.read_count, limited.is_limited), (2, True))

    def test_it_goes_on_where_it_stopped_and_can_be_cancelled(self):
        self._tracked_shipment("1ZTEST")
        for number in range(3):
            self._take(self._body("OK", n=number))
        run = self._run(RETURNS, start=False)
        run.action_start()
        self.assertEqual(run.sudo()._step(), 3)
        self.assertEqual((run.state, run.read_count), ("running", 3))
        run.action_cancel()
        self._let_run()
        self.assertEqual((run.state, run.read_count), ("cancelled", 3))
        with self.assertRaisesRegex(UserError, "started already"):
            run.action_start()

    def test_the_one_who_decides_reads_the_result(self):
        self._tracked_shipment("1ZTEST")
        self._take(self._body("OK"))
        run = self._run(RETURNS)
        draft = run.version_id
        draft.go_live_reason = "no sample yet"
        draft.action_submit()
        self.assertRegex(draft.pending_approval_id.note, "Tried on 1 messages .*1 facts differ")

    def test_a_result_belongs_to_the_text_that_it_was_made_with(self):
        self._take(self._body("OK"))
        run = self._run(RETURNS)
        self.assertFalse(run.is_outdated)
        run.version_id.with_user(self.admin).content = RETURNS + "# changed\n"
        self.assertTrue(run.is_outdated)
        points = {point.name: point.passed for point in run.version_id._go_live_points()}
        self.assertFalse(points["Dry run"])

    def test_the_number_of_queries_does_not_depend_on_the_number_of_messages(self):
        spent = []
        for count in (3, 12):
            for number in range(count):
                self._tracked_shipment(f"1Z{count}{number}")
                self._send(self._body("OK", tracking=f"1Z{count}{number}", n=number))
            self._work_off()
            run = self._run(RETURNS, start=False, most=count)
            run.action_start()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(run.sudo()._step(), count)
            self.assertEqual(run.sudo()._step(), 1)
            self.assertEqual(run.sudo()._step(), count)
            self.env.flush_all()
            spent.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(spent[1], spent[0], "the first one also fills caches")

    def test_only_integration_administrators_try_drafts_and_nobody_writes_results(self):
        self._tracked_shipment("1ZTEST")
        self._take(self._body("OK"))
        run = self._run(RETURNS)
        auditor = self._create_user("auditor-test", "auditor")
        self.assertTrue(run.with_user(auditor).shipment_ids.mapped("milestone_after"))
        for group in ("user", "manager", "auditor"):
            user = self._create_user(f"d-{group}", group)
            with self.assertRaises(AccessError):
                self.env["logistics.dry.run"].with_user(user).create(
                    {"version_id": run.version_id.id}
                )
        with self.assertRaises(AccessError):
            run.write({"state": "new"})
        with self.assertRaises(AccessError):
            run.fact_ids.with_user(self.admin).write({"kind": "added"})

    def test_another_company_sees_nothing_of_it(self):
        self._tracked_shipment("1ZTEST")
        self._take(self._body("OK"))
        run = self._run(RETURNS)
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", company=other)
        for records in (run, run.fact_ids, run.shipment_ids):
            self.assertFalse(
                self.env[records._name].with_user(stranger).search([("id", "in", records.ids)])
            )
