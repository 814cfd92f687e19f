from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestDeadLetters(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.keeper = self._create_user("dead-keeper", "integration_admin")
        self.connection.user_id = self.keeper
        self.type = self.env.ref("logistics_carrier_connector.mail_activity_dead_letter")

    def _weigh(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "logistics_carrier_connector.ir_cron_weigh_dead_letters"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _dead(self, body=b'{"tracking": "1Z-DEAD-1", "events": ', connection=None):
        message = self._take(body, connection)
        self.assertEqual(message.state, "dead")
        return message

    def _age(self, message, hours):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_message SET received_at = received_at - make_interval(hours => %s)"
            " WHERE id = ANY(%s)",
            [hours, message.ids],
        )
        self.env.invalidate_all()

    def _told(self):
        return self.connection.activity_ids.filtered(
            lambda each: each.activity_type_id == self.type
        )

    def test_the_responsible_of_the_connection_owns_what_nobody_took(self):
        message = self._dead()
        taken = self._dead(b"[")
        other = self._create_user("dead-other", "integration_admin")
        taken.with_user(other).action_assign_to_me()
        self._weigh()
        self.assertEqual(message.owner_id, self.keeper)
        self.assertEqual(taken.owner_id, other)

    def test_an_unreadable_message_still_names_its_shipments(self):
        shipment = self._tracked_shipment("1Z-DEAD-1")
        twin = self._tracked_shipment("1Z-DEAD-2")
        message = self._dead(b'{"t": "1z dead", "x": ["1ZDEAD1", "1Z-DEAD-2", "99999-9"')
        self.assertEqual(message._named_shipments(), {message.id: {shipment.id, twin.id}})

    def test_shipments_of_another_company_are_not_named(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        foreign = self._create_system("abroad", "carrier", company=abroad)
        connection = self._create_connection(foreign)
        self._tracked_shipment("1Z-DEAD-1")
        message = self._dead(connection=connection)
        self.assertEqual(message._named_shipments(), {message.id: set()})

    def test_naming_takes_as_many_queries_for_many_messages_as_for_one(self):
        self._tracked_shipment("1Z-DEAD-1")
        messages = self._dead()
        for number in range(9):
            messages |= self._dead(b'{"t": "1Z-DEAD-1", "n": %d' % number)
        counts = []
        for some in (messages[:1], messages):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._named_shipments()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_without_billing_nothing_is_at_stake(self):
        shipment = self._tracked_shipment("1Z-DEAD-1")
        if "logistics.release" not in self.env:
            self.assertEqual(shipment._amounts_at_stake(), {})

    def test_what_to_do_next_is_said_in_words(self):
        dead, held = self._dead(), self._take(self._body("NEW"))
        done = self._take(self._body("INFO"))
        self.assertIn("resend", dead.next_action)
        self.assertIn("profile", held.next_action)
        self.assertFalse(done.next_action)
        self._send(self._body("PU", number="1"), Idempotency_Key="a")
        receipt = self._send(self._body("OK", number="1"), **{"Idempotency-Key": "a"})
        again = self._send(self._body("HUB", number="1"), **{"Idempotency-Key": "a"})
        self.assertEqual(receipt.status, "accepted")
        self.assertIn("which one is right", self._message(again).next_action)

    def test_its_age_is_counted_from_when_it_came(self):
        message = self._dead()
        self._age(message, 30)
        self.assertAlmostEqual(message.age_hours, 30, places=1)

    def test_overdue_ones_are_told_of_once(self):
        young, old = self._dead(), self._dead(b"[")
        self._age(old, 25)
        self._weigh()
        self.assertEqual(self._told().user_id, self.keeper)
        self.assertIn("1 dead letters", self._told().note)
        self.assertTrue(old.told_overdue)
        self.assertFalse(young.told_overdue)
        self._told().unlink()
        self._weigh()
        self.assertFalse(self._told())
        self._age(young, 25)
        self._weigh()
        self.assertTrue(self._told())

    def test_how_long_they_may_take_is_the_connections(self):
        message = self._dead()
        self.connection.dead_letter_hours = 48
        self._age(message, 25)
        self._weigh()
        self.assertFalse(self._told())

    def test_what_was_weighed_a_moment_ago_is_left_alone(self):
        message = self._dead()
        self._weigh()
        first = message.weighed_at
        self.assertTrue(first)
        self.env.cr.execute("UPDATE logistics_message SET money_at_risk = 7")
        self._weigh()
        self.assertEqual(message.money_at_risk, 7)
        message.weighed_at = fields.Datetime.now() - timedelta(hours=1)
        self._weigh()
        self.assertEqual(message.money_at_risk, 0)

    def test_administrators_assign_them_to_whoever_may_see_them(self):
        message = self._dead()
        user = self._create_user("dead-user", "user")
        with self.assertRaises(AccessError):
            message.with_user(user).action_assign_to_me()
        dialogue = (
            self.env["logistics.message.assign"]
            .with_user(self.keeper)
            .with_context(active_ids=message.ids)
            .create({"user_id": user.id})
        )
        dialogue.action_confirm()
        self.assertEqual(message.owner_id, user)
        stranger = self._create_user("dead-stranger")
        with self.assertRaisesRegex(UserError, "may not see"):
            dialogue.user_id = stranger
            dialogue.action_confirm()
        with self.assertRaises(AccessError):
            message.with_user(self.keeper).owner_id = self.keeper

    def test_most_money_comes_first_and_then_age(self):
        small, big, none = self._dead(), self._dead(b"["), self._dead(b"{")
        small.money_at_risk, big.money_at_risk = 10, 2000
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_message_dead_action"
        )
        view = self.env["logistics.message"].get_view(action["views"][0][0], "list")
        self.assertIn('default_order="money_at_risk desc, received_at"', view["arch"])
        found = self.env["logistics.message"].search(
            [("id", "in", (small | big | none).ids)], order="money_at_risk desc, received_at"
        )
        self.assertEqual(found[-1], none)
        self.assertEqual(found[:2], big + small)
