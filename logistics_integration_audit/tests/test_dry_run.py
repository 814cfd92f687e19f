from odoo.tests import tagged

from odoo.addons.logistics_carrier_connector.tests.common import PROFILE, ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestDryRun(ConnectorCase):
    """A draft of a profile, tried where everything is installed: it reaches the invoices."""

    def test_a_dry_run_tells_what_would_become_of_releases_and_leaves_them_alone(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("PU", "OK"))
        release = shipment.logistics_release_ids
        before = (release.state, release.amount_at_stake)
        draft = self._draft(
            PROFILE.replace("OK], milestone: delivered", "OK], milestone: returned")
        )
        run = self.env["logistics.dry.run"].create({"version_id": draft.id})
        run.action_start()
        with self.enter_registry_test_mode():
            self.env.ref("logistics_carrier_connector.ir_cron_dry_run").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(run.state, "done")
        found = run.shipment_ids
        self.assertEqual(found.shipment_id, shipment)
        self.assertTrue(found.release_before and found.release_after)
        self.assertEqual((release.state, release.amount_at_stake), before)
        self.assertIn("shipments would stand elsewhere", run._summary())

    def test_money_at_risk_of_an_unmapped_code_is_what_its_shipments_hold(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("OK", "NEW"))
        with self.enter_registry_test_mode():
            self.env.ref("logistics_billing_rules.ir_cron_release").method_direct_trigger()
        self.env.invalidate_all()
        item = self.env["logistics.unmapped.code"].search(
            [("mapping_id", "=", self.mapping.id), ("code", "=", "NEW")]
        )
        self.assertEqual(
            item.amount_at_risk, sum(shipment.logistics_release_ids.mapped("amount_at_stake"))
        )
        self.assertGreater(item.amount_at_risk, 0)

    def test_exceptions_from_code_tables_are_under_audit(self):
        entries = self.env["logistics.audit.entry"]
        mark = entries.search([], limit=1).id
        self.env["logistics.mapping.override"].create(
            {
                "mapping_id": self.mapping.id,
                "connection_id": self.connection.id,
                "code": "OK",
                "ignore": True,
            }
        )
        written = entries.search([("id", ">", mark), ("kind", "=", "configuration")])
        self.assertIn("Exception from a Code Table created", written.mapped("summary")[0])
