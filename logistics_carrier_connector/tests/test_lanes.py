from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestLanes(ConnectorCase):
    def _workers(self, lane):
        return self.env["ir.cron"].search([("logistics_lane", "=", lane)])

    def test_workers_are_made_woken_and_archived_by_their_count(self):
        crons = self.env["ir.cron"]
        crons._set_lane_workers("visibility", 4)
        four = self._workers("visibility")
        self.assertEqual(len(four), 4)
        self.assertEqual(set(four.mapped("code")), {'model._cron_lane("visibility")'})
        self.assertEqual(len(set(four.mapped("name"))), 4)
        self.assertEqual(set(crons._of_lane("visibility")), set(four.ids))
        crons._set_lane_workers("visibility", 1)
        self.assertEqual(len(self._workers("visibility")), 1)
        crons._set_lane_workers("visibility", 4)
        self.assertEqual(self._workers("visibility"), four)
        self.assertEqual(len(self._workers("batch")), 1)

    def test_every_worker_is_woken_by_a_message(self):
        self.env["ir.cron"]._set_lane_workers("visibility", 3)
        self.env["ir.cron.trigger"].search([]).unlink()
        self._send(self._body("PU"))
        woken = self.env["ir.cron.trigger"].search([]).cron_id
        self.assertEqual(woken, self._workers("visibility"))

    def test_the_settings_show_and_set_the_count(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.logistics_workers_visibility, len(self._workers("visibility")))
        settings.logistics_workers_visibility = 3
        settings.set_values()
        self.assertEqual(len(self._workers("visibility")), 3)
        for wrong in (0, -1, 33):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                settings.logistics_workers_batch = wrong

    def test_workers_that_were_added_do_not_stay_behind(self):
        self.env["ir.cron"]._set_lane_workers("visibility", 4)
        self.env.ref("logistics_carrier_connector.ir_cron_polling").copy()
        self._take(self._body("PU"))
        uninstall_hook(self.env)
        workers = self.env["ir.cron"].with_context(active_test=False)
        self.assertFalse(workers.search([("logistics_lane", "!=", False)]))
        self.assertFalse(workers.search([("model_id.model", "=", "logistics.poll")]))
        # Nothing holds a connection any more: the tables can be dropped in any order.
        self.env.cr.execute(
            "DELETE FROM logistics_connection WHERE id = %s RETURNING id", [self.connection.id]
        )
        self.assertTrue(self.env.cr.fetchall())

    def test_only_administrators_of_the_system_set_it(self):
        admin = self._create_user("lane-admin", "integration_admin")
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(admin).create({}).execute()

    def test_a_quiet_connection_is_served_before_a_flood_is_worked_off(self):
        flood = self._create_connection(self.other_carrier)
        for number in range(250):
            self._send(self._body("PU", number=f"F{number}"), flood)
        quiet = [self._send(self._body("PU", number=f"Q{number}")) for number in range(3)]
        self._work_off()
        served = self.env["logistics.message"].search(
            [("connection_id", "in", (flood + self.connection).ids)], order="processed_at, id"
        )
        self.assertNotIn("received", served.mapped("state"))
        last = max(self._message(receipt).processed_at for receipt in quiet)
        before = served.filtered(
            lambda each: each.connection_id == flood and each.processed_at < last
        )
        # One share of a turn at most: a half of 200, because two connections take turns.
        self.assertLessEqual(len(before), 100)

    def test_every_connection_has_its_turn_wherever_a_turn_begins(self):
        others = [self._create_connection(self.other_carrier) for _ in range(5)]
        for connection in others:
            self._send(self._body("PU"), connection)
        wanted = {connection.id for connection in others}
        beginnings = set()
        for _ in range(60):
            order = self.env["logistics.message"]._due_connections("visibility")
            self.assertEqual(set(order), wanted)
            beginnings.add(order[0])
        self.assertGreater(len(beginnings), 1)
