from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PROFILE, ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestUnmappedCode(ConnectorCase):
    """A code without a meaning is one piece of work, however often it comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("integration", "integration_admin")
        cls.connection.user_id = cls.admin
        milestones = cls.env["logistics.milestone"].search([])
        cls.milestones = {milestone.code: milestone for milestone in milestones}

    def _item(self, code="NEW"):
        return (
            self.env["logistics.unmapped.code"]
            .with_user(self.admin)
            .search([("mapping_id", "=", self.mapping.id), ("code", "=", code)])
        )

    def test_one_item_per_code_counts_the_messages_that_wait_for_it(self):
        first = self._take(self._body("NEW"))
        for number in range(3):
            self._take(self._body("NEW", "PU", "NEW", n=number))
        self._take(self._body("ODD"))
        item = self._item()
        self.assertEqual(len(item), 1)
        self.assertEqual((item.message_held_count, item.first_message_id), (4, first))
        self.assertEqual(item.state, "open")
        self.assertGreaterEqual(item.last_seen_at, item.first_seen_at)
        self.assertEqual(self._item("ODD").message_held_count, 1)

    def test_its_responsible_is_told_once(self):
        self._take(self._body("NEW"))
        self._take(self._body("NEW", n=2))
        self.assertEqual(self._item().activity_ids.mapped("user_id"), self.admin)
        self.assertEqual(len(self._item().activity_ids), 1)

    def test_two_codes_in_one_batch_are_two_items_and_one_query_each_at_most(self):
        for number in range(6):
            self._send(self._body("A1", "A2", n=number))
        self._work_off()
        self.assertEqual(self._item("A1").message_held_count, 6)
        self.assertEqual(self._item("A2").message_held_count, 6)

    def test_other_profiles_suggest_a_meaning(self):
        other = self.env["logistics.mapping"].create(
            {"code": "other_carrier", "name": "Other carrier", "format": "json"}
        )
        text = PROFILE.replace("test_carrier", "other_carrier")
        self.env["logistics.mapping.version"]._load(other, text.replace("[HUB]", "[HUB, QQ7]"))
        self._take(self._body("QQ7"))
        item = self._item("QQ7")
        self.assertEqual(item.suggested_milestone_id, self.milestones["arrived_at_hub"])
        self.assertIn("Other carrier", item.suggestion)
        item.action_take_suggestion()
        self.assertEqual(item.milestone_id, self.milestones["arrived_at_hub"])

    def test_two_clicks_put_it_into_a_draft_and_approval_frees_all_messages(self):
        shipment = self._tracked_shipment("1ZTEST")
        messages = [self._take(self._body("NEW", n=number)) for number in range(3)]
        item = self._item()
        item.milestone_id = self.milestones["out_for_delivery"]
        action = item.action_add_to_profile()
        draft = self.env["logistics.mapping.version"].browse(action["res_id"])
        self.assertEqual(item.draft_id, draft)
        self.assertEqual(draft._code_table()["NEW"].milestone, "out_for_delivery")
        self.assertIn(self.admin, draft.contributor_ids)
        draft.with_user(self.admin).go_live_reason = "freight is waiting"
        draft.with_user(self.admin).action_submit()
        self._approve(draft)
        self.assertEqual({message.state for message in messages}, {"received"})
        self.assertEqual(item.state, "mapped")
        self.assertFalse(item.activity_ids)
        self._work_off()
        self.assertEqual({message.state for message in messages}, {"processed"})
        self.assertEqual(
            (item.message_held_count, shipment.status_id.code), (0, "out_for_delivery")
        )

    def test_several_codes_go_into_the_same_draft(self):
        self._take(self._body("A1", "A2"))
        drafts = self.env["logistics.mapping.version"]
        for code in ("A1", "A2"):
            item = self._item(code)
            item.milestone_id = self.milestones["picked"]
            drafts |= drafts.browse(item.action_add_to_profile()["res_id"])
        self.assertEqual(len(drafts), 1)
        self.assertLessEqual({"A1", "A2"}, set(drafts._code_table()))

    def test_it_may_be_an_exception_of_its_connection_instead(self):
        self._take(self._body("NEW"))
        item = self._item()
        item.write({"ignore": True})
        item.action_override()
        self.assertEqual(item.override_id.state, "waiting")
        self.assertEqual(item.override_id.connection_id, self.connection)
        self._approve(item.override_id)
        self.assertEqual(item.state, "mapped")
        self._work_off()
        self.assertEqual(item.first_message_id.state, "ignored")

    def test_it_needs_a_meaning_first(self):
        self._take(self._body("NEW"))
        for action in ("action_add_to_profile", "action_override"):
            with self.subTest(action=action), self.assertRaisesRegex(UserError, "Choose"):
                getattr(self._item(), action)()

    def test_a_code_that_loses_its_meaning_is_opened_again(self):
        self._take(self._body("NEW"))
        item = self._item()
        item.sudo()._move_to("mapped")
        self._take(self._body("NEW", n=2))
        self.assertEqual(item.state, "open")

    def test_what_was_dismissed_stays_dismissed(self):
        self._take(self._body("NEW"))
        self._item().action_dismiss()
        self._take(self._body("NEW", n=2))
        self.assertEqual(self._item().state, "dismissed")

    def test_its_messages_open_from_it(self):
        message = self._take(self._body("NEW"))
        self._take(self._body("ODD"))
        domain = self._item().action_open_messages()["domain"]
        self.assertEqual(self.env["logistics.message"].search(domain), message)

    def test_only_integration_administrators_give_meanings(self):
        self._take(self._body("NEW"))
        for group in ("user", "manager", "finance_preparer", "auditor"):
            item = self._item().with_user(self._create_user(f"u-{group}", group))
            self.assertEqual(item.code, "NEW")
            for action in ("action_take_suggestion", "action_dismiss", "action_add_to_profile"):
                with self.subTest(group=group, action=action), self.assertRaises(AccessError):
                    getattr(item, action)()

    def test_nobody_changes_what_was_seen(self):
        self._take(self._body("NEW"))
        for values in ({"code": "X"}, {"state": "mapped"}, {"first_seen_at": False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._item().write(values)

    def test_releasing_many_costs_no_more_queries_than_releasing_few(self):
        spent = []
        for count in (2, 12):
            for number in range(count):
                self._send(self._body("NEW", n=(count, number)))
            self._work_off()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["logistics.message"]._release_held(self.connection)
            self.env.flush_all()
            spent.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(spent[1], spent[0])

    def test_counting_many_codes_costs_one_query(self):
        self._take(self._body(*(f"C{number}" for number in range(12))))
        spent = []
        for count in (2, 12):
            items = self.env["logistics.unmapped.code"].search(
                [("mapping_id", "=", self.mapping.id)], limit=count
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(sum(items.mapped("message_held_count")), count)
            spent.append(self.env.cr.sql_log_count - before)
        self.assertEqual(spent[0], spent[1])
