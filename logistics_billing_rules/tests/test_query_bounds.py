from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import BillingCase

# What Odoo itself asks for each invoice: journal, analytic rules, number, taxes of its lines.
_ODOO_PER_INVOICE = 7
_FEW, _MANY = 4, 40


@tagged("post_install", "-at_install", "logistics")
class TestQueryBounds(BillingCase):
    """What releasing costs in queries: as much for many as for few, but for Odoo's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_agreement()

    def _delivered(self, count):
        shipments = self.env["logistics.shipment"].union(
            *(self._create_shipment((self.pump, 1)) for _number in range(count))
        )
        self._state(*(fact for shipment in shipments for fact in self._delivery(shipment)))
        return shipments.logistics_release_ids.with_context(tracking_disable=True)._lock()

    def _drafted(self, count):
        releases = self._delivered(count)
        releases._process()
        return releases

    def _spent(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def test_deciding_about_many_takes_as_many_queries_as_about_few(self):
        self._delivered(1)._evaluate()  # whatever is cached once per process
        few, many = self._delivered(_FEW), self._delivered(_MANY)
        spent, judged = self._spent(few._evaluate)
        self.assertLessEqual(self._spent(many._evaluate)[0], spent)
        self.assertEqual({what.decision.state for what in judged.values()}, {"ready"})

    def test_the_guard_asks_about_many_invoices_as_it_asks_about_few(self):
        moves = self.env["account.move"]
        few, many = (moves.browse(self._drafted(n).move_ids.ids) for n in (_FEW, _MANY))
        few._check_logistics_released()
        spent, _none = self._spent(few._check_logistics_released)
        self.assertLessEqual(self._spent(many._check_logistics_released)[0], spent)

    def test_posting_adds_no_query_of_ours_per_invoice(self):
        self._drafted(1)._post_invoices()
        few, many = self._drafted(_FEW), self._drafted(_MANY)
        spent, _none = self._spent(few._post_invoices)
        allowed = spent + _ODOO_PER_INVOICE * (_MANY - _FEW)
        self.assertLessEqual(self._spent(many._post_invoices)[0], allowed)
        self.assertEqual(set(many.move_ids.mapped("state")), {"posted"})

    # === Dates are written once for all === #

    def test_invoices_bear_the_day_of_their_posting(self):
        releases = self._drafted(4)
        moves = [release.move_ids for release in releases]
        today = fields.Date.context_today(releases)
        self.assertEqual(moves[0].invoice_date, today, "it is posted in a moment")
        yesterday = today - timedelta(days=1)
        # What could not be posted yesterday, and two drafts that finance dated.
        releases[1].released_at -= timedelta(days=1)
        moves[1].invoice_date = yesterday
        moves[2].invoice_date = "2026-01-15"
        moves[3].invoice_date = False
        releases._post_invoices()
        said = [str(move.invoice_date) for move in moves]
        self.assertEqual(said, [str(today), str(today), "2026-01-15", str(today)])

    def test_a_rate_that_finance_chose_for_a_draft_is_left_to_odoo(self):
        releases = self._drafted(2)
        releases.move_ids.invoice_date = False
        move = releases[0].move_ids
        move.currency_id = self._foreign()
        move.invoice_currency_rate = 0.5
        releases._date(releases.move_ids)
        self.assertFalse(move.invoice_date)
        self.assertTrue(releases[1].move_ids.invoice_date)

    def test_drafts_for_people_get_no_date(self):
        self._create_agreement(partner=self.customer, invoicing="draft")
        self.assertFalse(self._drafted(1).move_ids.invoice_date)

    def _foreign(self):
        foreign = self.env.ref("base.EUR")
        foreign.active = True
        return foreign

    # === The lane finds its work by an index === #

    def _plan(self, condition):
        """How PostgreSQL looks for due releases among thousands of settled ones."""
        release = self._drafted(1)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO logistics_release (release_key, shipment_id, name, company_id, state,"
                " currency_id, amount_at_stake, stale, to_post)"
                " SELECT 'plan/' || n, %s, n, %s, 'released', %s, 0, false, false"
                "   FROM generate_series(1, 5000) AS n",
                release.shipment_id.id,
                self.company.id,
                self.currency.id,
            )
        )
        self.env.cr.execute("ANALYZE logistics_release")
        self.env.cr.execute(
            SQL(
                "EXPLAIN SELECT release.id FROM logistics_release release WHERE %s"
                " ORDER BY release.stale_since, release.id LIMIT 100",
                release._due(condition),
            )
        )
        return "\n".join(row[0] for row in self.env.cr.fetchall())

    def test_what_is_stale_is_found_by_its_index(self):
        self.assertIn("logistics_release_stale_idx", self._plan(SQL("release.stale")))

    def test_what_is_to_be_posted_is_found_by_its_index(self):
        self.assertIn("logistics_release_to_post_idx", self._plan(SQL("release.to_post")))
