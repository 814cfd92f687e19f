from psycopg2 import IntegrityError, errors

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestLedger(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.event = cls.shipment.event_ids

    def _refused_by_the_database(self, query):
        with (
            self.assertRaises(errors.RestrictViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, [self.event.id])

    def test_the_database_refuses_to_change_a_statement(self):
        self._refused_by_the_database(
            "UPDATE logistics_milestone_event SET occurred_at = now() WHERE id = %s"
        )

    def test_the_database_refuses_to_forget_a_statement(self):
        self._refused_by_the_database("DELETE FROM logistics_milestone_event WHERE id = %s")

    def test_the_database_refuses_to_empty_the_ledger(self):
        self._refused_by_the_database("TRUNCATE logistics_milestone_event CASCADE -- %s")

    def test_nobody_writes_the_ledger_by_hand(self):
        Event = self.env["logistics.milestone.event"]
        for attempt in (
            lambda: Event.create({"shipment_id": self.shipment.id}),
            lambda: self.event.write({"verdict": "reject"}),
            self.event.unlink,
        ):
            with self.subTest(attempt=attempt), self.assertRaises(UserError):
                attempt()

    def test_a_shipment_with_history_cannot_be_deleted(self):
        with self.assertRaises(UserError):
            self.shipment.unlink()

    def test_one_statement_cannot_be_in_the_ledger_twice(self):
        columns = (
            "shipment_id, company_id, milestone_id, milestone_code, classifier, occurred_at,"
            " received_at, recorded_at, system_id, verdict, fact_key, content_hash"
        )
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                f"INSERT INTO logistics_milestone_event ({columns})"
                f" SELECT {columns} FROM logistics_milestone_event WHERE id = %s",
                [self.event.id],
            )
