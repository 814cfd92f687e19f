from odoo.tests import Form, tagged

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestScreens(AuditCase):
    def test_an_entry_shows_what_changed_as_a_table(self):
        self.Entry._record([])
        shipment = self._create_shipment()
        mark = self._mark()
        self._state(self.wms, shipment, "picked")
        entry = self._entries_since(mark, kind="state")
        self.assertIn("<td>created</td><td>picked</td>", entry.changes_html)
        with Form(entry.with_user(self.auditor)) as form:
            self.assertEqual(form.shipment_id, shipment)

    def test_what_others_wrote_is_shown_as_text(self):
        shipment = self._create_shipment()
        mark = self._mark()
        self._state(self.wms, shipment, "picked", raw_text="<script>alert(1)</script>")
        entry = self._entries_since(mark, kind="event")
        self.assertNotIn("<script>", entry.changes_html)
        self.assertIn("&lt;script&gt;", entry.changes_html)

    def test_entries_are_found_by_area_and_by_sealing(self):
        mark = self._mark()
        self._state(self.wms, self._create_shipment(), "picked")
        mine = [("id", ">", mark)]
        waiting = self.Entry.search([*mine, ("sealing", "=", "waiting")])
        self.assertEqual(waiting, self.Entry.search(mine))
        self._seal_all()
        self.assertFalse(self.Entry.search([*mine, ("sealing", "=", "waiting")]))
        self.assertEqual(self.Entry.search([*mine, ("sealing", "=", "sealed")]), waiting)
        self.assertEqual(
            set(self.Entry.search([*mine, ("area", "=", "shipment")]).mapped("area")), {"shipment"}
        )
        self.assertFalse(self.Entry.search([*mine, ("area", "=", "audit")]))

    def test_the_record_of_an_entry_opens_from_it(self):
        shipment = self._create_shipment()
        entry = self.Entry.search(
            [("res_model", "=", "logistics.shipment"), ("res_id", "=", shipment.id)], limit=1
        )
        action = entry.action_open_record()
        self.assertEqual((action["res_model"], action["res_id"]), (shipment._name, shipment.id))

    def test_every_view_of_the_module_opens_for_the_auditor(self):
        for name in ("logistics.audit.entry", "logistics.integration"):
            views = [(False, "list"), (False, "form"), (False, "search")]
            with self.subTest(model=name):
                self.env[name].with_user(self.auditor).get_views(views)
