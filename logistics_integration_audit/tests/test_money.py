import json

from odoo.tests import tagged

from odoo.addons.logistics_billing_rules.tests.common import BillingCase


@tagged("post_install", "-at_install", "logistics")
class TestMoney(BillingCase):
    """From the agreement to the posted invoice, every step is told."""

    def _mark(self):
        return self.env["logistics.audit.entry"].search([], limit=1).id

    def _entries(self, mark, kind):
        return self.env["logistics.audit.entry"].search(
            [("id", ">", mark), ("kind", "=", kind)], order="id"
        )

    def test_a_delivery_that_is_billed_leaves_its_decision_and_its_invoice(self):
        self._create_agreement()
        mark = self._mark()
        shipment = self._create_shipment()
        release = self._deliver(shipment)
        invoice = release.move_ids
        self.assertEqual(invoice.state, "posted")
        decided = self._entries(mark, "decision")[-1]
        self.assertEqual(decided.shipment_id, shipment)
        after = json.loads(decided.after)
        self.assertEqual(after["state"], "released")
        proof = shipment.event_ids.filtered(lambda event: event.milestone_code == "pod_received")
        self.assertIn(str(proof.id), after["events"])
        posted = self._entries(mark, "invoice")
        self.assertEqual((posted.res_model, posted.res_id), ("account.move", invoice.id))
        self.assertEqual(posted.shipment_id, shipment)
        self.assertEqual(json.loads(posted.after)["amount"], f"{invoice.amount_total:.2f}")
        self.assertIn(f"Invoice {invoice.name} posted", posted.summary)

    def test_an_invoice_that_is_taken_back_is_told_with_the_person(self):
        self._create_agreement()
        invoice = self._deliver(self._create_shipment()).move_ids
        mark = self._mark()
        invoice.button_draft()
        invoice.button_cancel()
        told = self._entries(mark, "invoice")
        self.assertEqual(told.mapped("actor_id"), self.env.user)
        self.assertEqual([json.loads(e.after)["state"] for e in told], ["reset to draft"])
        self.assertEqual(json.loads(told.before), {"state": "posted"})

    def test_an_invoice_that_bills_no_shipment_is_none_of_our_business(self):
        mark = self._mark()
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [(0, 0, {"name": "Advice", "price_unit": 10})],
            }
        )
        move.action_post()
        self.assertEqual(move.state, "posted")
        self.assertFalse(self._entries(mark, "invoice"))

    def test_a_held_delivery_says_why_until_it_is_approved(self):
        self._create_agreement()
        shipment = self._create_shipment()
        self._state(self._exception(shipment))
        mark = self._mark()
        self._deliver(shipment)
        held = json.loads(self._entries(mark, "decision")[-1].after)
        self.assertIn(held["state"], ("blocked", "awaiting_approval"))
        self.assertTrue(held["why"])
        shipment.exception_ids.with_user(self.preparer).action_request_billing_approval()
        approval = shipment.exception_ids.approval_ids
        approval.with_user(self.approver).action_approve()
        self._run_lane()
        self.assertEqual(self._release_of(shipment).state, "released")
        self.assertEqual(self._entries(mark, "approval_requested").actor_id, self.preparer)
        self.assertEqual(self._entries(mark, "approval_decided").actor_id, self.approver)
        self.assertTrue(self._entries(mark, "invoice"))

    def test_an_agreement_is_told_from_the_draft_to_the_approval(self):
        mark = self._mark()
        agreement = self._create_agreement()
        told = self._entries(mark, "configuration").filtered(
            lambda entry: entry.res_model == "logistics.agreement"
        )
        states = [json.loads(entry.after).get("state") for entry in told]
        self.assertEqual(states, ["draft", "in_review", "approved"])
        self.assertEqual(told.mapped("res_id"), [agreement.id] * 3)
        self.assertEqual(told[-1].actor_id, self.approver)

    def test_the_terms_of_an_agreement_are_told_too(self):
        agreement = self._create_agreement(approve=False)
        mark = self._mark()
        agreement.rate_ids.with_user(self.author).write({"rate": 0.95})
        agreement.rule_ids.with_user(self.author).write({"weight_source": "certified"})
        told = self._entries(mark, "configuration").sorted("id")
        self.assertEqual(
            [(json.loads(entry.before), json.loads(entry.after)) for entry in told],
            [
                ({"rate": 0.85}, {"rate": 0.95}),
                ({"weight_source": "declared"}, {"weight_source": "certified"}),
            ],
        )

    def test_the_release_opens_the_entries_about_its_shipment(self):
        self._create_agreement()
        release = self._deliver(self._create_shipment())
        action = release.with_user(self.auditor).action_open_audit_entries()
        found = self.env["logistics.audit.entry"].search(action["domain"])
        self.assertEqual(found.shipment_id, release.shipment_id)
        self.assertLessEqual({"event", "state", "decision", "invoice"}, set(found.mapped("kind")))
