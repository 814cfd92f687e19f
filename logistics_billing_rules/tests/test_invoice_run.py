from datetime import UTC, datetime, timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import BillingCase, flat

_CLOSING = "odoo.addons.logistics_billing_rules.models.logistics_invoice_run_closing"
_TUESDAY = datetime(2026, 3, 17, 12, tzinfo=UTC)


@tagged("post_install", "-at_install", "logistics")
class RunCase(BillingCase):
    """A week of March 2026: Monday the 16th to Sunday the 22nd."""

    WEEKLY = {"invoice_per": "customer", "invoice_period": "week"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = _TUESDAY - timedelta(days=1)  # ``_delivery`` delivers a day later

    def _at(self, text):
        """From now on it is that moment (UTC)."""
        frozen = freeze_time(text)
        frozen.start()
        self.addCleanup(frozen.stop)

    def _runs(self):
        return self.env["logistics.invoice.run"].search([("company_id", "=", self.company.id)])

    def _invoice(self, runs):
        """Somebody of finance wants the invoices of these runs now; the lane makes them."""
        runs.with_user(self.preparer).action_invoice()
        self._run_lane()

    def _agree(self, **rule):
        return self._create_agreement(rates=[flat(10.0)], **(self.WEEKLY | rule))


@tagged("post_install", "-at_install", "logistics")
class TestInvoiceRun(RunCase):
    def test_what_is_ready_in_a_week_waits_for_its_end_and_shares_one_invoice(self):
        self._agree()
        self._at("2026-03-19 09:00")
        releases = self._deliver(*(self._create_shipment((self.valve, 2)) for _n in range(3)))
        run = self._runs()
        self.assertEqual(releases.run_id, run)
        self.assertEqual((run.state, run.release_count), ("collecting", 3))
        self.assertEqual(run.amount_at_stake, 177)
        self.assertEqual(run.closes_at, datetime(2026, 3, 23))
        self.assertEqual(set(releases.mapped("state")), {"ready"})
        self.assertEqual(set(releases.mapped("reason_code")), {"run"})
        self.assertFalse(releases.mapped("owed_by")[0])
        self.assertRegex(releases[0].reason, "Collected for the invoice of .*22.*made on 3/23/26")
        self.assertIn("Collected", releases[0]._why_text())
        self._at("2026-03-23 00:01")
        self._run_lane()
        invoice = releases.move_ids
        self.assertEqual((len(invoice), invoice.state), (1, "posted"))
        self.assertEqual(invoice.logistics_run_id, run)
        self.assertEqual(invoice.amount_untaxed, 177.0)
        self.assertEqual(set(releases.mapped("amount_invoiced")), {59.0})
        self.assertEqual(set(releases.mapped("state")), {"released"})
        self.assertEqual((run.state, run.amount_invoiced, run.move_ids), ("invoiced", 177, invoice))
        orders = releases.sale_order_ids.sorted("name").mapped("name")
        self.assertEqual(invoice.invoice_origin, ", ".join(orders))
        sections = invoice.line_ids.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(sections.logistics_shipment_id, releases.shipment_id)

    def test_the_time_of_the_delivery_decides_and_not_when_it_was_heard(self):
        self._agree(grace_hours=48)
        shipment = self._create_shipment((self.valve, 1))
        self._at("2026-03-24 23:00")
        release = self._deliver(shipment)
        self.assertEqual(release.run_id.date_to, fields.Date.to_date("2026-03-22"))
        self.assertEqual(release.run_id.closes_at, datetime(2026, 3, 25))

    def test_what_is_heard_after_the_grace_goes_with_the_next_invoice(self):
        self._agree(grace_hours=48)
        shipment = self._create_shipment((self.valve, 1))
        self._at("2026-03-25 00:00")
        release = self._deliver(shipment)
        self.assertEqual(release.run_id.date_to, fields.Date.to_date("2026-03-29"))
        self._run_lane()
        self.assertEqual(len(self._runs()), 1)

    def test_a_cut_off_in_the_time_zone_of_the_company_ends_the_day(self):
        self.company.partner_id.tz = "America/Chicago"
        self._agree(invoice_period="day", cutoff_hour=6.5)
        self._at("2026-03-17 13:00")
        # Noon UTC is seven in the morning in Chicago.
        release = self._deliver(self._create_shipment((self.valve, 1)))
        self.assertEqual(release.run_id.date_to, fields.Date.to_date("2026-03-18"))
        self.assertEqual(release.run_id.closes_at, datetime(2026, 3, 18, 11, 30))

    def test_one_that_is_not_justified_any_more_leaves_the_run(self):
        self._agree()
        self._at("2026-03-19 09:00")
        keeps, loses = self._create_shipment((self.valve, 1)), self._create_shipment()
        releases = self._deliver(keeps, loses)
        self._state(self._fact(loses, "retracted", 2, retracts=f"pod-{loses.id}"))
        self._run_lane()
        self.assertFalse(self._release_of(loses).run_id)
        self.assertEqual(self._release_of(loses).state, "waiting")
        self._at("2026-03-23 01:00")
        self._run_lane()
        self.assertEqual(releases.move_ids.amount_untaxed, 34.5)

    def test_facts_that_were_not_looked_at_yet_count_when_the_invoice_is_made(self):
        self._agree()
        self._at("2026-03-19 09:00")
        shipment = self._create_shipment((self.valve, 1))
        release = self._deliver(shipment)
        run = release.run_id
        self._state(self._fact(shipment, "retracted", 2, retracts=f"pod-{shipment.id}"))
        self.assertEqual(release.state, "ready")
        self._invoice(run)
        self.assertEqual((run.state, release.state), ("empty", "waiting"))
        self.assertFalse(release.move_ids)

    def test_a_draft_that_is_shared_loses_only_the_lines_of_what_is_withdrawn(self):
        self._agree(invoicing="draft")
        self._at("2026-03-19 09:00")
        keeps, loses = self._create_shipment((self.valve, 1)), self._create_shipment()
        releases = self._deliver(keeps, loses)
        self._at("2026-03-23 01:00")
        self._run_lane()
        draft = releases.move_ids
        self._state(self._fact(loses, "retracted", 2, retracts=f"pod-{loses.id}"))
        self._run_lane()
        self.assertEqual((draft.state, draft.amount_untaxed), ("draft", 34.5))
        self.assertEqual(draft.line_ids.logistics_shipment_id, keeps)
        self.assertEqual(self._release_of(loses).state, "waiting")
        self.assertEqual(self._release_of(keeps).state, "released")
        draft.with_user(self.approver).action_post()
        self.assertEqual(draft.state, "posted")

    def test_less_than_the_least_amount_is_carried_to_the_next_invoice(self):
        self._agree(minimum_invoice=60.0)
        self._at("2026-03-19 09:00")
        first = self._deliver(self._create_shipment((self.valve, 1)))
        small = first.run_id
        self._at("2026-03-23 01:00")
        self._run_lane()
        self.assertEqual((small.state, first.state), ("carried", "ready"))
        self.assertEqual(first.run_id, small.carried_to_id)
        self.assertEqual(first.run_id.date_from, fields.Date.to_date("2026-03-23"))
        self._run_lane()
        self.assertEqual(first.run_id, small.carried_to_id, "looking again changes nothing")
        second = self._create_shipment((self.valve, 1))
        self._at("2026-03-25 09:00")
        self._state(self._fact(second, "delivered", 8), self._fact(second, "pod_received", 8))
        self._run_lane()
        second = self._release_of(second)
        self.assertEqual(second.run_id, first.run_id)
        self._at("2026-03-30 01:00")
        self._run_lane()
        self.assertEqual((first | second).move_ids.amount_untaxed, 69.0)

    def test_by_hand_an_invoice_is_made_early_however_little_it_is(self):
        self._agree(minimum_invoice=60.0)
        self._at("2026-03-19 09:00")
        release = self._deliver(self._create_shipment((self.valve, 1)))
        for user in (self.clerk, self.auditor):
            with self.assertRaises(AccessError):
                release.run_id.with_user(user).action_invoice()
        self._invoice(release.run_id)
        self.assertEqual((release.state, release.run_id.state), ("released", "invoiced"))
        self.assertEqual(release.run_id.prepared_by_id, self.preparer)
        self.assertEqual(release.prepared_by_id, self.preparer)
        self.assertEqual(release.decision_ids[:1].user_id, self.preparer)
        with self.assertRaisesRegex(UserError, "does not collect any more"):
            release.run_id.with_user(self.preparer).action_invoice()
        late = self._deliver(self._create_shipment((self.valve, 1)))
        self.assertEqual(late.run_id.date_to, release.run_id.date_to)
        self.assertNotEqual(late.run_id, release.run_id)

    def test_one_release_may_be_invoiced_alone_before_its_run_is_due(self):
        self._agree()
        self._at("2026-03-19 09:00")
        releases = self._deliver(*(self._create_shipment((self.valve, 1)) for _n in range(2)))
        run = releases.run_id
        releases[0].with_user(self.preparer).action_release()
        self.assertEqual(releases[0].state, "released")
        self.assertEqual(run.release_ids, releases[1])

    def test_where_finance_releases_runs_wait_for_it(self):
        self._agree(invoicing="manual")
        self._at("2026-03-19 09:00")
        release = self._deliver(self._create_shipment((self.valve, 1)))
        self._at("2026-03-25 09:00")
        self._run_lane()
        self.assertEqual((release.run_id.state, release.state), ("collecting", "ready"))
        self._invoice(release.run_id)
        self.assertEqual((release.state, release.move_ids.state), ("released", "draft"))

    def test_orders_with_other_terms_of_payment_or_currency_get_an_invoice_of_their_own(self):
        self._agree()
        terms = self.env.ref("account.account_payment_term_30days")
        eur = self.env.ref("base.EUR")
        eur.active = True
        euros = self.env["product.pricelist"].create({"name": "Euros", "currency_id": eur.id})
        self._at("2026-03-19 09:00")
        releases = self._deliver(
            self._create_shipment((self.valve, 1)),
            self._create_shipment((self.valve, 1), payment_term_id=terms.id),
            self._create_shipment((self.valve, 1), pricelist_id=euros.id),
        )
        self.assertEqual(len(releases.run_id), 2, "a run for each currency")
        self._at("2026-03-23 01:00")
        self._run_lane()
        self.assertEqual(len(releases.move_ids), 3)
        self.assertEqual(len(set(releases.mapped("move_ids.currency_id"))), 2)

    def test_clients_of_a_3pl_have_an_invoice_each(self):
        self._agree(invoice_per="client")
        clients = self.env["res.partner"].create([{"name": "North"}, {"name": "South"}])
        shipments = [self._create_shipment((self.valve, 1)) for _n in range(3)]
        for shipment, client in zip(shipments, [*clients, clients[0]], strict=True):
            shipment.sudo().client_id = client
        self._at("2026-03-19 09:00")
        releases = self._deliver(*shipments)
        self.assertEqual(releases[0].run_id, releases[2].run_id)
        self.assertNotEqual(releases[0].run_id, releases[1].run_id)
        self.assertEqual(releases.run_id.client_id, clients)

    def test_an_order_is_invoiced_once_nothing_of_it_is_waited_for(self):
        self._agree(invoice_per="order", invoice_period="none")
        shipment = self._create_shipment((self.pump, 10), ship=False)
        self._ship(shipment.picking_ids, Pump=6.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        first = self._deliver(shipment)
        self.assertEqual((first.state, first.run_id.closes_at), ("ready", False))
        self.assertIn(shipment.sale_order_ids.name, first.reason)
        self._ship(rest.picking_ids)
        second = self._deliver(rest)
        self.assertEqual(first.move_ids, second.move_ids)
        self.assertEqual(first.move_ids.amount_untaxed, 10 * 189.0 + 2 * 10.0)

    def test_an_order_whose_rest_is_cancelled_waits_no_longer(self):
        self._agree(invoice_per="order", invoice_period="none")
        shipment = self._create_shipment((self.pump, 10), ship=False)
        self._ship(shipment.picking_ids, Pump=6.0)
        rest = shipment.sale_order_ids.logistics_shipment_ids - shipment
        first = self._deliver(shipment)
        rest.picking_ids.action_cancel()
        self._run_lane()
        self.assertEqual((first.state, first.amount_invoiced), ("released", 6 * 189.0 + 10.0))

    def test_orders_with_one_reference_of_the_customer_share_an_invoice(self):
        self._agree(invoice_per="reference", invoice_period="none")
        one = self._create_shipment((self.valve, 1), client_order_ref="PO 7")
        two = self._create_shipment((self.valve, 1), client_order_ref="PO 7")
        other = self._create_shipment((self.valve, 1), client_order_ref="PO 8")
        releases = self._deliver(one, other)
        self.assertEqual(self._release_of(one).state, "ready", "waits for the other order")
        self.assertEqual(self._release_of(other).state, "released")
        releases |= self._deliver(two)
        self.assertEqual(self._release_of(one).move_ids, self._release_of(two).move_ids)
        self.assertEqual(self._release_of(one).move_ids.ref, "PO 7")

    @mute_logger(_CLOSING)
    def test_one_bad_release_does_not_keep_the_others_from_their_invoice(self):
        self._agree()
        self._at("2026-03-19 09:00")
        good, bad = self._create_shipment((self.valve, 1)), self._create_shipment()
        releases = self._deliver(good, bad)
        bad.sale_order_ids.journal_id = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        self._at("2026-03-23 01:00")
        self._run_lane()
        self.assertEqual(self._release_of(good).state, "released")
        failed = self._release_of(bad)
        self.assertEqual((failed.state, failed.reason_code), ("blocked", "error"))
        self.assertEqual(releases.move_ids.amount_untaxed, 34.5)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_run_that_collects_for_the_same_key(self):
        self._agree()
        self._at("2026-03-19 09:00")
        run = self._deliver(self._create_shipment((self.valve, 1))).run_id
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            run.copy()

    def test_nobody_writes_a_run(self):
        self._agree()
        self._at("2026-03-19 09:00")
        run = self._deliver(self._create_shipment((self.valve, 1))).run_id
        for user in (self.clerk, self.preparer, self.approver, self.auditor):
            self.assertTrue(run.with_user(user).display_name)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(run.with_user(user).has_access(operation), user.login)

    def test_an_invoice_for_all_shipments_of_a_customer_needs_a_period(self):
        with self.assertRaisesRegex(ValidationError, "needs a period"):
            self._agree(invoice_period="none")
        with self.assertRaisesRegex(ValidationError, "least amount needs a period"):
            self._agree(invoice_per="order", invoice_period="none", minimum_invoice=5)

    def test_the_terms_say_how_often_is_invoiced_and_what_a_new_version_changes_about_it(self):
        agreement = self._agree()
        summary = agreement.rule_ids.summary
        self.assertIn("One for each customer, at the end of the week", summary)
        action = agreement.with_user(self.author).action_new_version()
        new = agreement.browse(action["res_id"])
        new.rule_ids.with_user(self.author).write({"invoice_period": "month", "grace_hours": 12})
        changes = [row for row in new._changes() if row[0] in ("When", "Wait For (Hours)")]
        self.assertEqual(
            changes,
            [
                ("When", "At the end of the week", "At the end of the month"),
                ("Wait For (Hours)", "", "12"),
            ],
        )

    def test_the_number_of_queries_to_collect_does_not_grow_with_the_releases(self):
        self._agree()
        self._at("2026-03-19 09:00")

        def queries(count):
            shipments = self.env["logistics.shipment"].union(
                *(self._create_shipment((self.valve, 1)) for _n in range(count))
            )
            self._state(*(fact for shipment in shipments for fact in self._delivery(shipment)))
            releases = shipments.logistics_release_ids.with_context(tracking_disable=True)._lock()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            releases._process()
            self.env.flush_all()
            self.assertEqual(set(releases.mapped("reason_code")), {"run"})
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertLessEqual(queries(12), queries(2) + 12)
