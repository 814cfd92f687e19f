from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestDecision(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreement = cls._create_agreement()

    def test_the_history_tells_how_the_release_came_about(self):
        shipment = self._create_shipment()
        self._run_lane()
        self._state(*self._delivery(shipment)[:2])
        self._run_lane()
        self._state(self._delivery(shipment)[2])
        self._run_lane()
        decisions = self._release_of(shipment).decision_ids.sorted("id")
        self.assertEqual(
            [(d.state_before, d.state, d.why) for d in decisions],
            [
                ("waiting", "waiting", "Delivered (and 1 more)"),
                ("waiting", "waiting", "Proof of delivery received"),
                ("waiting", "released", False),
            ],
        )
        last = decisions[-1]
        self.assertEqual(
            set(last.event_ids.mapped("milestone_code")), {"delivered", "pod_received"}
        )
        self.assertEqual((last.agreement_id, last.amount), (self.agreement, 1029.9))

    def test_looking_again_without_news_adds_nothing(self):
        shipment = self._create_shipment()
        self._run_lane()
        release = self._release_of(shipment)
        count = len(release.decision_ids)
        release.with_user(self.preparer).action_evaluate()
        self.assertEqual(len(release.decision_ids), count)

    @mute_logger("odoo.sql_db")
    def test_a_decision_is_never_changed_or_removed(self):
        decision = self._deliver(self._create_shipment()).decision_ids[:1]
        with self.assertRaisesRegex(UserError, "evidence"):
            decision.sudo().write({"why": "no reason"})
        with self.assertRaisesRegex(UserError, "evidence"):
            decision.sudo().unlink()
        for statement in (
            "UPDATE logistics_decision SET why = 'x' WHERE id = %s",
            "DELETE FROM logistics_decision WHERE id = %s",
            "TRUNCATE logistics_decision CASCADE",
        ):
            with self.assertRaisesRegex(IntegrityError, "append-only"), self.env.cr.savepoint():
                self.env.cr.execute(statement, [decision.id] if "%s" in statement else None)
