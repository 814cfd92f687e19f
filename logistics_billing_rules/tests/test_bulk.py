from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BillingCase

_LANE = "odoo.addons.logistics_billing_rules.models.logistics_release_lane"


@tagged("post_install", "-at_install", "logistics")
class TestBulk(BillingCase):
    """Doing something with a selection: each is done, or named with the reason why not."""

    def _said(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]["message"]

    def _manual(self):
        """Three releases: ready, ready, and waiting for the delivery."""
        self._create_agreement(invoicing="manual")
        shipments = [self._create_shipment((self.pump, 1)) for _number in range(3)]
        self._deliver(*shipments[:2])
        return self.env["logistics.release"].union(*map(self._release_of, shipments))

    def test_releasing_names_what_waits_and_releases_the_rest(self):
        releases = self._manual()
        action = releases.with_user(self.preparer).action_release()
        self.assertEqual(releases.mapped("state"), ["released", "released", "waiting"])
        said = self._said(action)
        self.assertIn("2 released.", said)
        self.assertIn(f"1 left as they are:\n{releases[2].name}: Delivered", said)
        self.assertEqual((action["params"]["type"], action["params"]["sticky"]), ("warning", True))

    def test_nothing_left_is_a_success_that_goes_away(self):
        ready = self._manual()[:2]
        action = ready.with_user(self.preparer).action_release()
        self.assertEqual(self._said(action), "2 released.")
        self.assertEqual((action["params"]["type"], action["params"]["sticky"]), ("success", False))

    @mute_logger(_LANE)
    def test_one_whose_invoice_cannot_be_made_holds_none_of_the_others(self):
        good, bad, _waiting = self._manual()
        bad.sale_order_ids.journal_id = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        said = self._said((good | bad).with_user(self.preparer).action_release())
        self.assertEqual((good.state, bad.state), ("released", "blocked"))
        self.assertIn("1 released.", said)
        self.assertIn(f"{bad.name}: {bad.error}", said)
        self.assertTrue(bad.error)

    def test_one_that_somebody_works_on_is_left_and_named(self):
        mine, other, _waiting = self._manual()
        lock = type(mine)._lock
        busy = other.id
        with patch.object(
            type(mine), "_lock", lambda self: lock(self.filtered(lambda r: r.id != busy))
        ):
            said = self._said((mine | other).with_user(self.preparer).action_release())
        self.assertEqual((mine.state, other.state), ("released", "ready"))
        self.assertIn(f"{other.name}: is being worked on right now", said)

    def test_a_long_list_of_reasons_is_cut_and_counted(self):
        self._create_agreement(invoicing="manual")
        shipments = [self._create_shipment((self.pump, 1)) for _number in range(12)]
        self._run_lane()
        releases = self.env["logistics.release"].union(*map(self._release_of, shipments))
        said = self._said(releases.with_user(self.preparer).action_release())
        self.assertIn("12 left as they are:", said)
        self.assertIn("and 2 more.", said)
        self.assertEqual(said.count("Delivered"), 10)

    def test_asking_names_what_there_is_nothing_to_ask_about(self):
        self._create_agreement()
        held, other = self._create_shipment((self.pump, 1)), self._create_shipment((self.pump, 1))
        self._state(self._exception(held))
        releases = self._deliver(held) | self._release_of(other)
        said = self._said(releases.with_user(self.preparer).action_request_approval())
        self.assertIn("Finance was asked about 1.", said)
        self.assertIn(f"{self._release_of(other).name}: No exception and no charge", said)
        self.assertEqual(self._release_of(held).state, "awaiting_approval")
        with self.assertRaisesRegex(UserError, "No exception"):
            self._release_of(other).with_user(self.preparer).action_request_approval()

    def test_asking_about_several_opens_one_dialog_where_a_reason_is_required(self):
        self._create_agreement()
        kind = self.env["logistics.approval.kind"].search([("code", "=", "exception_billing")])
        kind.reason_required = True
        shipments = [self._create_shipment((self.pump, 1)) for _number in range(2)]
        self._state(*(self._exception(shipment) for shipment in shipments))
        releases = self._deliver(*shipments)
        action = releases.with_user(self.preparer).action_request_approval()
        self.assertEqual(action["res_model"], "logistics.billing.request")
        self.assertFalse(releases.shipment_id.exception_ids.filtered("pending_approval"))

    def test_approving_names_what_waits_for_no_decision(self):
        self._create_agreement()
        held, other = self._create_shipment((self.pump, 1)), self._create_shipment((self.pump, 1))
        self._state(self._exception(held))
        releases = self._deliver(held) | self._release_of(other)
        self._release_of(held).with_user(self.preparer).action_request_approval()
        said = self._said(releases.with_user(self.approver).action_approve())
        self.assertIn("1 decided.", said)
        self.assertIn(f"{self._release_of(other).name}: Nothing waits for your decision", said)
        self.assertEqual(self._release_of(held).state, "released")

    def test_withdrawing_takes_the_drafts_and_leaves_what_is_posted(self):
        self._create_agreement(invoicing="draft")
        draft, posted = self._deliver(
            self._create_shipment((self.pump, 1)), self._create_shipment((self.pump, 1))
        )
        posted.move_ids.action_post()
        before = draft.move_ids
        said = self._said((draft | posted).with_user(self.preparer).action_withdraw())
        self.assertIn("1 withdrawn.", said)
        self.assertIn(f"{posted.name}: Only a release whose invoices are drafts", said)
        self.assertEqual((before.state, posted.move_ids.state), ("cancel", "posted"))
        with self.assertRaisesRegex(UserError, "Only a release"):
            posted.with_user(self.preparer).action_withdraw()

    def test_a_selection_is_given_to_a_person_and_found_as_his(self):
        releases = self._manual()
        action = releases.with_user(self.preparer).action_assign()
        dialogs = self.env[action["res_model"]].with_user(self.preparer)
        form = Form(dialogs.with_context(**action["context"]))
        self.assertEqual(form.user_id, self.preparer)
        form.user_id = self.approver
        said = self._said(form.save().action_assign())
        self.assertEqual(said, f"3 assigned to {self.approver.name}.")
        self.assertEqual(releases.user_id, self.approver)

    def test_nobody_is_given_what_he_may_not_see(self):
        releases = self._manual()
        elsewhere = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = self._create_user("stranger", "finance_preparer")
        stranger.write({"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        dialog = self.env["logistics.release.assignment"].create(
            {"release_ids": releases.ids, "user_id": stranger.id}
        )
        self.assertIn("does not work for Distribution Ltd", self._said(dialog.action_assign()))
        self.assertFalse(releases.user_id)

    def test_only_who_prepares_assigns_and_nobody_sees_the_dialog_of_somebody_else(self):
        releases = self._manual()
        for user in (self.clerk, self.auditor):
            with self.assertRaises(AccessError):
                releases.with_user(user).action_assign()
        dialogs = self.env["logistics.release.assignment"].with_user(self.preparer)
        dialog = dialogs.create({"release_ids": releases.ids})
        self.assertFalse(dialog.with_user(self.approver).has_access("read"))

    def test_the_queue_has_the_most_money_first_and_of_the_same_money_the_oldest(self):
        self._create_agreement()
        shipments = [self._create_shipment((self.pump, n)) for n in (1, 3, 1)]
        for days, shipment in zip((0.3, 0.4, 0.2), shipments, strict=True):
            self._state(self._fact(shipment, "dispatched", days))
        self._run_lane()
        view = self.env.ref("logistics_billing_rules.logistics_release_view_list")
        order = self.env["logistics.release"].get_view(view.id, "list")["arch"]
        self.assertIn('default_order="amount_at_stake desc, missing_since"', order)
        queue = self.env["logistics.release"].search(
            [("company_id", "=", self.company.id)], order="amount_at_stake desc, missing_since"
        )
        self.assertEqual(queue.shipment_id.mapped("id"), [shipments[n].id for n in (1, 2, 0)])

    def test_every_filter_of_the_queue_can_be_searched(self):
        self._create_agreement()
        self._create_shipment((self.pump, 1))
        self._run_lane()
        arch = self.env.ref("logistics_billing_rules.logistics_release_view_search").arch
        releases = self.env["logistics.release"].with_user(self.preparer)
        for name in ("old", "limit", "owed_outside", "owed_inside", "unassigned", "mine"):
            self.assertIn(f'name="{name}"', arch)
        self.assertFalse(releases.search([("missing_since", "<", "today -7d")]))
        self.assertTrue(releases.search([("owed_by", "in", ("carrier", "warehouse"))]))
