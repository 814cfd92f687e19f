from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestOverrides(ConnectorCase):
    """One code means something else on one connection, or for one client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("integration", "integration_admin")
        cls.returned = cls.env["logistics.milestone"].search([("code", "=", "returned")])
        cls.client_partner = cls.env["res.partner"].create({"name": "Client", "is_company": True})

    def _override(self, code="OK", submit=True, **values):
        scope = {} if "client_id" in values else {"connection_id": self.connection.id}
        override = (
            self.env["logistics.mapping.override"]
            .with_user(self.admin)
            .create(
                {
                    "mapping_id": self.mapping.id,
                    "code": code,
                    "milestone_id": self.returned.id,
                    "why": "their second account",
                    **scope,
                    **values,
                }
            )
        )
        if submit:
            override.action_submit()
        return override

    def test_an_approved_exception_counts_on_its_connection_and_shows_it(self):
        shipment = self._tracked_shipment("1ZTEST")
        override = self._override()
        note = self.env["logistics.approval"].search([("res_id", "=", override.id)], limit=1).note
        self.assertIn("their second account", note)
        self.assertIn("Delivered → Returned", note)
        self._approve(override)
        message = self._take(self._body("OK"))
        self.assertEqual(shipment.status_id.code, "returned")
        self.assertEqual(message.outcomes[0]["override"], self.connection.name)
        self.assertIn("by the exception of", message.outcomes_html)

    def test_before_it_is_approved_it_does_not_count(self):
        shipment = self._tracked_shipment("1ZTEST")
        self._override()
        message = self._take(self._body("OK"))
        self.assertEqual(shipment.status_id.code, "delivered")
        self.assertNotIn("override", message.outcomes[0])

    def test_other_connections_are_read_as_before(self):
        self._approve(self._override())
        other = self._create_connection(self.other_carrier)
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("OK"), other)
        self.assertEqual(shipment.status_id.code, "delivered")

    def test_a_clients_exception_counts_until_its_connection_has_its_own(self):
        self.carrier.client_id = self.client_partner
        self._approve(self._override(client_id=self.client_partner.id))
        overrides = self.env["logistics.mapping.override"]
        [found] = overrides._of_connection(self.connection)
        self.assertEqual((found.scope, found.row.milestone), ("client", "returned"))
        own = self._override(milestone_id=False, ignore=True)
        self._approve(own)
        self.assertEqual(
            {each.scope for each in overrides._of_connection(self.connection)},
            {"client", "connection"},
        )
        message = self._take(self._body("OK"))
        self.assertEqual(message.state, "ignored")

    def test_the_author_and_other_roles_do_not_decide(self):
        override = self._override()
        approval = self.env["logistics.approval"].search(
            [("res_model", "=", override._name), ("res_id", "=", override.id)]
        )
        with self.assertRaises(AccessError):
            approval.with_user(self.admin).action_approve()
        for group in ("user", "manager", "finance_approver", "auditor"):
            with self.assertRaises(AccessError):
                approval.with_user(self._create_user(f"o-{group}", group)).action_approve()
        self.assertEqual(override.state, "waiting")

    def test_a_newer_exception_takes_the_place_of_the_older(self):
        first, second = self._override(), self._override()
        self._approve(first)
        self._approve(second)
        self.assertEqual((first.state, second.state), ("retired", "active"))

    def test_the_profile_counts_again_when_an_exception_ends(self):
        override = self._override()
        self._approve(override)
        override.action_retire()
        self.assertEqual(override.state, "active", "nobody agreed yet")
        with self.assertRaises(AccessError):
            override.pending_approval_id.with_user(self.admin).action_approve()
        self._approve(override)
        self.assertEqual(override.state, "retired")
        shipment = self._tracked_shipment("1ZTEST")
        self._take(self._body("OK"))
        self.assertEqual(shipment.status_id.code, "delivered")

    def test_an_exception_stays_when_its_end_is_rejected_or_taken_back(self):
        override = self._override()
        self._approve(override)
        override.action_retire()
        override.action_take_back()
        self.assertEqual(override.state, "active")
        override.action_retire()
        other = self.env["res.users"].search([("login", "=", "second-pair")])
        override.pending_approval_id.with_user(other).action_reject("it is right")
        self.assertEqual(override.state, "active")

    def test_a_request_that_is_taken_back_is_a_draft_again(self):
        override = self._override()
        override.action_take_back()
        self.assertEqual((override.state, override.pending_approval_id.id), ("draft", False))
        override.why = "better said"
        override.action_submit()

    def test_what_was_submitted_does_not_change(self):
        override = self._override()
        for values in ({"code": "X"}, {"milestone_id": False}, {"why": "other"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                override.write(values)
        with self.assertRaises(UserError):
            override.unlink()
        with self.assertRaises(AccessError):
            override.write({"state": "active"})
        with self.assertRaises(AccessError):
            self._override(submit=False, state="active")

    def test_an_exception_says_what_the_code_means(self):
        with self.assertRaisesRegex(UserError, "Choose the milestone"):
            self._override(milestone_id=False)
        with self.assertRaisesRegex(UserError, "Choose the milestone"):
            self._override(ignore=True)

    @mute_logger("odoo.sql_db")
    def test_an_exception_is_for_a_connection_or_a_client(self):
        for values in ({"connection_id": False}, {"client_id": self.client_partner.id}):
            scope = {"connection_id": self.connection.id} | values
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._override(submit=False, **scope)

    def test_a_connection_of_another_profile_takes_no_exception(self):
        with self.assertRaises(ValidationError):
            self._override(submit=False, connection_id=self.wms_connection.id)

    def test_messages_on_hold_go_on_when_the_exception_is_approved(self):
        shipment = self._tracked_shipment("1ZTEST")
        message = self._take(self._body("NEW"))
        self.assertEqual(message.state, "held")
        self._approve(self._override("NEW"))
        self.assertEqual(message.state, "received")
        self._work_off()
        self.assertEqual((message.state, shipment.status_id.code), ("processed", "returned"))
