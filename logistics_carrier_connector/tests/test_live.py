from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestGoingLive(ConnectorCase):
    """Nobody alone makes a sender whose words count."""

    def setUp(self):
        super().setUp()
        self.admin = self._create_user("live-admin", "integration_admin")
        self.manager = self._create_user("live-manager", "manager")
        self.draft = self._create_connection(self.carrier, activate=False).with_user(self.admin)

    def _ask(self):
        told = self.draft.action_activate()
        self.draft.invalidate_recordset()
        return told

    def test_in_production_a_manager_opens_what_an_administrator_asked_for(self):
        told = self._ask()
        self.assertIn("second person", told["params"]["message"])
        self.assertEqual(self.draft.state, "draft")
        approval = self.draft.pending_approval_id.with_user(self.manager)
        self.assertTrue(approval.can_decide)
        self.assertIn(self.carrier.name, approval.note)
        approval.action_approve()
        self.assertEqual(self.draft.state, "active")
        self.draft.invalidate_recordset()
        self.assertFalse(self.draft.pending_approval_id)

    def test_whoever_asked_does_not_approve_even_as_a_manager(self):
        self.admin.group_ids += self.manager.group_ids
        self._ask()
        with self.assertRaises(AccessError):
            self.draft.pending_approval_id.action_approve()
        self.assertEqual(self.draft.state, "draft")

    def test_another_administrator_alone_does_not_approve(self):
        self._ask()
        other = self._create_user("live-other", "integration_admin")
        with self.assertRaises(AccessError):
            self.draft.pending_approval_id.with_user(other).action_approve()

    def test_what_was_changed_after_it_was_asked_for_is_not_approved(self):
        for change in (
            {"verifier_header": "X-Other"},
            {"secret": "another secret for tests"},
            {"mapping_id": self.env.ref("logistics_carrier_connector.logistics_mapping_canonical")},
            {"system_id": self.other_carrier},
            {"proof_ids": [(0, 0, {"verifier_kind": "network", "verifier_networks": "192.0.2.1"})]},
        ):
            with self.subTest(change=list(change)):
                self._ask()
                approval = self.draft.pending_approval_id
                values = {k: getattr(v, "id", v) for k, v in change.items()}
                self.draft.write(values)
                with self.assertRaisesRegex(UserError, "was changed after"):
                    approval.with_user(self.manager).action_approve()
                approval.with_user(self.manager).action_reject("It was changed.")
                self.draft.invalidate_recordset()
        self.assertEqual(self.draft.state, "draft")

    def test_it_is_asked_for_once_and_not_without_a_secret(self):
        self._ask()
        with self.assertRaisesRegex(UserError, "submitted"):
            self._ask()
        bare = self._create_connection(self.carrier, activate=False, secret=False)
        with self.assertRaisesRegex(UserError, "Set a secret"):
            bare.with_user(self.admin).action_activate()

    def test_a_rejected_request_leaves_a_draft_that_may_be_asked_for_again(self):
        self._ask()
        self.draft.pending_approval_id.with_user(self.manager).action_reject("Not yet.")
        self.draft.invalidate_recordset()
        self.assertEqual(self.draft.state, "draft")
        self._ask()
        self.assertTrue(self.draft.pending_approval_id)

    def test_a_test_connection_and_a_company_that_wants_it_so_need_nobody(self):
        trial = self._create_connection(self.carrier, activate=False, environment="test")
        self.assertIsNone(trial.with_user(self.admin).action_activate())
        self.assertEqual(trial.state, "active")
        self.company.logistics_second_person_live = False
        self._ask()
        self.assertEqual(self.draft.state, "active")

    def test_the_setting_is_on_and_no_administrator_of_connections_switches_it_off(self):
        fresh = self.env["res.company"].create({"name": "Careful"})
        self.assertTrue(fresh.logistics_second_person_live)
        with self.assertRaises(AccessError):
            self.company.with_user(self.admin).logistics_second_person_live = False

    def test_an_open_test_connection_does_not_become_production(self):
        trial = self._create_connection(self.carrier, activate=False, environment="test")
        trial = trial.with_user(self.admin)
        trial.action_activate()
        for values in ({"environment": "production"}, {"system_id": self.other_carrier.id}):
            with self.assertRaisesRegex(UserError, "fixed once"):
                trial.write(values)
        trial.action_suspend()
        with self.assertRaisesRegex(UserError, "fixed once"):
            trial.environment = "production"

    def test_a_suspended_connection_goes_on_without_being_asked_again(self):
        self._ask()
        self.draft.pending_approval_id.with_user(self.manager).action_approve()
        self.draft.action_suspend()
        self.assertIsNone(self.draft.action_activate())
        self.assertEqual(self.draft.state, "active")


@tagged("post_install", "-at_install", "logistics")
class TestNothingFromTest(ConnectorCase):
    """Attempts to get money out of a test connection."""

    def setUp(self):
        super().setUp()
        self.shipment = self._tracked_shipment("1ZTEST")
        self.trial = self._create_connection(self.carrier, environment="test")

    def _unmoved(self):
        self.env.invalidate_all()
        self.assertFalse(self.shipment.delivered_at)
        self.assertNotIn("delivered", self.shipment.event_ids.mapped("milestone_id.code"))
        self.assertFalse(
            self.env["logistics.parked.fact"].search([("system_id", "=", self.carrier.id)])
        )

    def test_trying_again_stays_a_test(self):
        message = self._take(self._body("OK"), self.trial)
        message.action_retry()
        self._work_off()
        self.assertEqual(message.state, "tested")
        self._unmoved()

    def test_a_connection_with_messages_never_changes_what_they_are(self):
        message = self._take(self._body("OK"), self.trial)
        with self.assertRaisesRegex(UserError, "real"):
            self.trial.environment = "production"
        self.assertEqual(message.state, "tested")
        self._unmoved()

    def test_a_twin_in_production_knows_none_of_its_messages(self):
        self._take(self._body("OK"), self.trial)
        twin = self.trial.copy({"environment": "production"})
        self.assertFalse(twin.message_count)
        self._unmoved()

    def test_codes_that_are_explained_later_stay_a_test(self):
        message = self._take(self._body("NEW", "OK"), self.trial)
        self.assertEqual(message.state, "held")
        version = self.mapping.active_version_id
        other = self.env["logistics.mapping.version"].create(
            {
                "mapping_id": self.mapping.id,
                "content": version.content + "  - {codes: [NEW], milestone: out_for_delivery}\n",
            }
        )
        other._activate()
        self._work_off()
        self.assertEqual(message.state, "tested")
        self._unmoved()

    def test_a_number_that_becomes_known_later_places_nothing(self):
        self._take(self._body("OK", tracking="1ZLATER"), self.trial)
        later = self._tracked_shipment("1ZLATER")
        self.assertFalse(later.delivered_at)
        self._unmoved()
