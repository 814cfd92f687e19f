from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestScreens(LogisticsCase):
    """Filters, figures, searching by number, and what people do to many shipments at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("on-screen", "user")
        cls.shipment = cls._create_shipment()

    def _promise(self, shipment, **ahead):
        shipment.promised_at = fields.Datetime.now() + timedelta(**ahead)

    def _found(self, *domain):
        return self.env["logistics.shipment"].search([("id", "=", self.shipment.id), *domain])

    # === Any number === #

    def test_a_number_finds_its_shipment_however_it_is_written(self):
        self._record(
            self.wms, self._names(self.shipment, ("tracking", "1Z 999-aa1"), ("container", "MSKU1"))
        )
        order, picking = self.shipment.sale_order_ids, self.shipment.picking_ids
        order.client_order_ref = "po-17 b"
        for written in (
            "1z999aa1",
            "1Z 999-AA1",
            " 1z-999.aa1 ",
            "999aa",
            "msku 1",
            order.name.lower(),
            picking.name,
            "PO-17 B",
            self.shipment.name,
        ):
            with self.subTest(written=written):
                self.assertTrue(self._found(("any_number", "ilike", written)))
                answers = self.env["logistics.shipment"].find_by_number(written, 20)
                self.assertIn(self.shipment.id, [answer["id"] for answer in answers])

    def test_an_exact_number_comes_first(self):
        other = self._create_shipment()
        self._record(self.wms, self._names(self.shipment, ("tracking", "EXACT77")))
        self._record(self.wms, self._names(other, ("tracking", "EXACT777")))
        answers = self.env["logistics.shipment"].find_by_number("exact-77")
        self.assertEqual([a["id"] for a in answers], [self.shipment.id, other.id])
        self.assertEqual(answers[0]["number"], "EXACT77")
        self.assertEqual(answers[0]["partner"], "Customer")

    def test_hardly_anything_typed_finds_nothing(self):
        for text in ("", "  ", "1", "1-.", None):
            self.assertEqual(self.env["logistics.shipment"].find_by_number(text), [])

    def test_a_number_is_found_by_those_who_may_read_its_shipment(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        foreigner = self._create_user("foreign-search", "manager", company=other)
        stranger = self._create_user("strange-search")
        name = self.shipment.name
        shipments = self.env["logistics.shipment"]
        self.assertTrue(shipments.with_user(self.clerk).find_by_number(name))
        self.assertEqual(shipments.with_user(foreigner).find_by_number(name), [])
        self.assertEqual(shipments.with_user(stranger).find_by_number(name), [])

    def _plan(self, operator, value):
        """How PostgreSQL looks among thousands of numbers; among few, any index is as good."""
        self.env.cr.execute(
            "INSERT INTO logistics_reference (shipment_id, company_id, scheme, value, normalised)"
            " SELECT %s, %s, 'client_ref', n, n FROM generate_series(1, 5000) AS n",
            [self.shipment.id, self.company.id],
        )
        self.env.cr.execute("ANALYZE logistics_reference")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")  # a scan, too, if no index fits
        query = self.env["logistics.reference"]._search([("normalised", operator, value)])
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        return "\n".join(row[0] for row in self.env.cr.fetchall())

    def test_a_whole_number_is_found_by_an_index(self):
        self.assertNotIn("Seq Scan", self._plan("in", ["1Z999AA1"]))

    def test_the_beginning_of_a_number_is_found_by_an_index(self):
        self.assertIn("logistics_reference_number_idx", self._plan("=like", "1Z999%"))

    def test_the_middle_of_a_number_is_found_by_an_index(self):
        if not self.registry.has_trigram:
            self.skipTest("the server has no pg_trgm")
        self.assertIn("logistics_reference__normalised_index", self._plan("like", "999AA1"))

    # === What needs a person === #

    def test_promised_for_today_is_at_risk_until_it_is_delivered(self):
        today = fields.Datetime.now().replace(hour=12, minute=0)
        self.shipment.promised_at = today
        self.assertTrue(self.shipment.is_at_risk)
        self.assertTrue(self._found(("is_at_risk", "=", True)))
        self._state(self.carrier, self.shipment, "delivered")
        self.assertFalse(self.shipment.is_at_risk)
        self.assertTrue(self._found(("is_at_risk", "=", False)))

    def test_expected_after_its_promise_is_at_risk(self):
        self._promise(self.shipment, days=5)
        self.assertFalse(self.shipment.is_at_risk)
        eta = fields.Datetime.now() + timedelta(days=6)
        hours = (eta - self._at(0).replace(tzinfo=None)).total_seconds() / 3600
        self._record(
            self.carrier,
            self._fact(self.shipment, "eta_changed", hours, classifier="estimated"),
        )
        self.assertTrue(self.shipment.is_at_risk)
        self.assertTrue(self._found(("is_at_risk", "=", True)))
        self.assertEqual(self.shipment.attention, "risk")
        self.assertTrue(self._found(("attention", "=", "risk")))

    def test_attention_says_the_same_in_python_and_in_sql(self):
        cases = [self._create_shipment() for _number in range(4)]
        late, excepted, arrived, unpromised = cases
        self._promise(late, days=-1)
        self._promise(excepted, days=-1)
        self._promise(arrived, days=-1)
        unpromised.promised_at = False
        self._record(self.carrier, self._fact(excepted, "exception_raised", 3, reason="damaged"))
        self._state(self.carrier, arrived, "delivered")
        everything = self.env["logistics.shipment"].union(self.shipment, *cases)
        self.assertEqual([case.attention for case in cases], ["late", "exception", "fine", "fine"])
        groups = everything._read_group(
            [("id", "in", everything.ids)], ["attention"], ["id:recordset"]
        )
        for attention, shipments in groups:
            self.assertEqual(set(shipments.mapped("attention")), {attention})
        self.assertEqual(sum(len(shipments) for _a, shipments in groups), len(everything))

    # === Figures === #

    def test_averages_leave_out_what_cannot_be_measured_yet(self):
        kept, broken, open_one = (self._create_shipment() for _number in range(3))
        for shipment, hours in ((kept, 10), (broken, 40)):
            self._record(
                self.carrier,
                self._fact(shipment, "dispatched", 4),
                self._fact(shipment, "delivered", hours),
            )
            shipment.promised_at = self._at(20).replace(tzinfo=None)
        shipments = kept | broken | open_one
        [figures] = shipments._read_group(
            [("id", "in", shipments.ids)],
            [],
            ["on_time_rate:avg", "delay_hours:avg", "transit_hours:avg", "__count"],
        )
        self.assertEqual(figures, (50.0, 5.0, 21.0, 3))
        self.assertEqual(kept.delay_hours, -10)
        self.assertEqual(broken.transit_hours, 36)
        self.assertEqual((kept.on_time_rate, broken.on_time_rate), (100, 0))

    def test_the_pivot_can_use_the_figures(self):
        described = self.env["logistics.shipment"].fields_get(["on_time_rate", "attention"])
        self.assertEqual(described["on_time_rate"]["aggregator"], "avg")
        self.assertTrue(described["attention"]["groupable"])

    def test_the_figures_of_the_list_count_what_is_on_its_way(self):
        module = "logistics_milestone_sync.logistics_shipment"
        listing = self.env.ref(f"{module}_action")
        reporting = self.env.ref(f"{module}_performance_action")
        self.assertEqual(listing.views[0][1], "list", "it opens as a list")
        for action, measures in ((listing, False), (reporting, True)):
            for view_id, kind in action.views:
                if kind in ("pivot", "graph"):
                    arch = self.env["logistics.shipment"].get_view(view_id, kind)["arch"]
                    self.assertEqual("on_time_rate" in arch, measures, (action.name, kind))

    # === Many at once === #

    def _update(self, shipments, **values):
        wizard = self.env["logistics.shipment.update"].with_user(self.clerk)
        wizard = wizard.with_context(active_ids=shipments.ids).create(values)
        return wizard.action_apply()

    def test_many_get_a_responsible_and_a_note(self):
        shipments = self.shipment | self._create_shipment()
        self._update(shipments, user_id=self.clerk.id, note="Customer calls at noon")
        self.assertEqual(shipments.user_id, self.clerk)
        for shipment in shipments:
            self.assertIn("Customer calls at noon", "".join(shipment.message_ids.mapped("body")))

    def test_a_new_promise_needs_a_reason_and_keeps_the_old_one_on_record(self):
        self.clerk.tz = "America/New_York"
        self.shipment.promised_at = "2026-03-05 12:00:00"
        with self.assertRaisesRegex(UserError, "Write why"):
            self._update(self.shipment, promised_at="2026-03-07 12:00:00")
        self._update(self.shipment, promised_at="2026-03-07 12:00:00", note="Strike")
        self.assertEqual(str(self.shipment.promised_at), "2026-03-07 12:00:00")
        told = "".join(self.shipment.message_ids.mapped("body"))
        told = told.replace("\N{NARROW NO-BREAK SPACE}", " ")
        before, after = "3/5/26, 7:00 AM America/New_York", "3/7/26, 7:00 AM America/New_York"
        self.assertIn(f"from {before} to {after}: Strike", told)

    def test_what_arrived_gets_no_new_promise(self):
        self._state(self.carrier, self.shipment, "delivered")
        with self.assertRaisesRegex(UserError, "at its end"):
            self._update(self.shipment, promised_at="2026-03-07 12:00:00", note="x")

    def test_an_update_that_says_nothing_is_refused(self):
        with self.assertRaisesRegex(UserError, "Fill in"):
            self._update(self.shipment)

    def test_the_auditor_updates_nothing(self):
        auditor = self._create_user("audit-screen", "auditor")
        with self.assertRaises(AccessError):
            self.env["logistics.shipment.update"].with_user(auditor).create(
                {"shipment_ids": self.shipment.ids, "note": "x"}
            )

    def test_the_dialog_opens_for_the_chosen_shipments(self):
        wizard = self.env["logistics.shipment.update"].with_user(self.clerk)
        with Form(wizard.with_context(active_ids=self.shipment.ids)) as form:
            form.note = "From the list"
        self.assertEqual(form.record.shipment_ids, self.shipment)

    def test_parked_facts_of_chosen_shipments_are_tried_again(self):
        self._record(self.carrier, self._fact(("tracking", "1ZPARKED"), "delivered", 3))
        self.env["logistics.reference"].create(
            {"shipment_id": self.shipment.id, "scheme": "tracking", "value": "1z parked"}
        )
        self.assertEqual(self.shipment.status_id.code, "created")
        manager = self._create_user("rematches", "manager")
        self.shipment.with_user(manager).action_rematch_parked()
        self.assertEqual(self.shipment.status_id.code, "delivered")

    # === Links === #

    def test_each_number_links_to_the_carriers_page(self):
        service = self.env["product.product"].create({"name": "Parcel", "type": "service"})
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "Parcel",
                "product_id": service.id,
                "delivery_type": "fixed",
                "tracking_url": "https://track.example.com/<shipmenttrackingnumber>",
            }
        )
        self.shipment.picking_ids.carrier_id = carrier
        self._record(
            self.wms, self._names(self.shipment, ("tracking", '1Z"><script>'), ("pro", "P 5"))
        )
        links = self.shipment.tracking_links
        self.assertIn('href="https://track.example.com/P%205"', links)
        self.assertIn("https://track.example.com/1Z%22%3E%3Cscript%3E", links)
        self.assertNotIn("<script>", links)
