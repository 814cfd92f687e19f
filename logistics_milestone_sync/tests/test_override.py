from datetime import timedelta

from psycopg2 import errors

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestOverride(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("override-clerk", "user")
        cls.manager = cls._create_user("override-manager", "manager")
        cls.finance = cls._create_user("override-finance", "finance_approver")
        cls.shipment = cls._create_shipment()

    def setUp(self):
        super().setUp()
        self._state(self.wms, self.shipment, "picked", "packed", "handed_over", "dispatched")

    def _approve(self, override, *users):
        for approval, user in zip(self._approvals(override), users, strict=True):
            approval.with_user(user).action_approve()

    def _approvals(self, override):
        return self.env["logistics.approval"].search(
            [("res_model", "=", "logistics.override"), ("res_id", "=", override.id)], order="id"
        )

    def _overridden(self, milestone="out_for_delivery", **values):
        """An active override of an operational status."""
        override = self._ask_override(self.clerk, self.shipment, milestone, **values)
        self._approve(override, self.manager)
        return override.sudo()

    def _rebuilt(self):
        """The stored state of the shipment, computed anew from the ledger."""
        before = self.shipment.read(self.shipment._governed_fields)
        self.shipment._project()
        self.assertEqual(self.shipment.read(self.shipment._governed_fields), before)
        return self.shipment.status_id.code

    def test_what_bills_by_the_time_of_the_decision_needs_finance(self):
        override = self._ask_override(self.clerk, self.shipment, "out_for_delivery")
        self._state(self.carrier, self.shipment, "delivered")
        with self.assertRaisesRegex(UserError, "finance has to be asked"):
            self._approve(override, self.manager)
        self.assertEqual(self.shipment.phase, "delivered")

    # === Asking and deciding === #

    def test_nothing_moves_until_somebody_else_approves(self):
        override = self._ask_override(self.clerk, self.shipment, "out_for_delivery")
        self.assertEqual(override.state, "requested")
        self.assertEqual(self.shipment.status_id.code, "dispatched")
        self._approve(override, self.manager)
        self.assertEqual(override.state, "active")
        self.assertEqual(self._rebuilt(), "out_for_delivery")
        self.assertTrue(self.shipment.is_overridden)
        self.assertEqual(self.shipment.override_id, override)

    def test_a_status_that_bills_needs_finance_too(self):
        override = self._ask_override(self.clerk, self.shipment, "delivered")
        operations, finance = self._approvals(override)
        self.assertEqual(finance.kind, "status_override_billing")
        operations.with_user(self.manager).action_approve()
        self.assertEqual((override.state, self.shipment.phase), ("requested", "transit"))
        finance.with_user(self.finance).action_approve()
        self.assertEqual((override.state, self.shipment.phase), ("active", "delivered"))

    def test_to_deny_a_delivery_needs_finance_too(self):
        self._record(self.carrier, self._fact(self.shipment, "delivered", 9))
        override = self._ask_override(self.clerk, self.shipment, "out_for_delivery")
        self.assertEqual(len(self._approvals(override)), 2)
        self._approve(override, self.manager, self.finance)
        self.assertEqual(self._rebuilt(), "out_for_delivery")
        self.assertFalse(self.shipment.delivered_at)

    def test_operations_and_finance_are_two_people(self):
        both = self._create_user("both", "manager", "finance_approver")
        operations, finance = self._approvals(
            self._ask_override(self.clerk, self.shipment, "delivered")
        )
        operations.with_user(both).action_approve()
        with self.assertRaisesRegex(AccessError, "two pairs of eyes"):
            finance.with_user(both).action_approve()

    def test_a_rejection_ends_it_and_takes_the_other_request_back(self):
        override = self._ask_override(self.clerk, self.shipment, "delivered")
        operations, finance = self._approvals(override)
        finance.with_user(self.finance).action_reject("No proof at all")
        self.assertEqual(
            (override.state, operations.state, finance.state),
            ("rejected", "withdrawn", "rejected"),
        )
        with self.assertRaises(UserError):
            operations.with_user(self.manager).action_approve()
        self.assertEqual(self.shipment.status_id.code, "dispatched")

    def test_a_manager_does_not_approve_his_own(self):
        override = self._ask_override(self.manager, self.shipment, "out_for_delivery")
        with self.assertRaisesRegex(AccessError, "yourself"):
            self._approve(override, self.manager)

    def test_an_expired_request_ends_the_override(self):
        override = self._ask_override(self.clerk, self.shipment, "delivered")
        with freeze_time(fields.Datetime.now() + timedelta(days=4)):
            self._run_cron("ir_cron_expire_approvals")
        self.assertEqual(override.state, "expired")
        self.assertEqual(set(self._approvals(override).mapped("state")), {"expired", "withdrawn"})

    def test_it_is_too_late_to_approve_what_would_have_ended(self):
        soon = fields.Datetime.now() + timedelta(hours=2)
        override = self._ask_override(self.clerk, self.shipment, "delivered", valid_until=soon)
        approval = self._approvals(override)[0].with_user(self.manager)
        with (
            freeze_time(soon + timedelta(hours=1)),
            self.assertRaisesRegex(UserError, "ended already"),
        ):
            approval.action_approve()

    def test_what_makes_no_sense_is_refused_with_the_reason(self):
        now = fields.Datetime.now()
        rejection = self.env["logistics.reason.code"]._find("rejection", "other")
        other = self._create_shipment().consignment_ids
        for milestone, values, why in (
            ("pod_received", {}, "no status"),
            ("delivered", {"valid_until": now - timedelta(days=1)}, "valid for some time"),
            ("delivered", {"occurred_at": now + timedelta(days=1)}, "in the future"),
            ("delivered", {"reason_id": rejection.id}, "meant for overrides"),
            ("delivered", {"consignment": other}, "another shipment"),
        ):
            with (
                self.subTest(why=why),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex((UserError, errors.CheckViolation), why),
                self.env.cr.savepoint(),
            ):
                self._ask_override(self.clerk, self.shipment, milestone, **values)

    def test_the_same_is_not_asked_for_twice(self):
        self._ask_override(self.clerk, self.shipment, "delivered")
        with (
            self.assertRaises(errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._ask_override(self.manager, self.shipment, "lost")

    # === Ending === #

    def test_it_expires_and_the_facts_decide_again(self):
        override = self._overridden("arrived_at_hub")
        self._record(self.carrier, self._fact(self.shipment, "out_for_delivery", 20))
        self.assertEqual(self.shipment.status_id.code, "arrived_at_hub")
        with freeze_time(override.valid_until - timedelta(minutes=1)):
            self._run_cron("ir_cron_expire_overrides")
        self.assertEqual(self.shipment.status_id.code, "arrived_at_hub")
        with freeze_time(override.valid_until + timedelta(minutes=1)):
            self._run_cron("ir_cron_expire_overrides")
        self.assertEqual(override.state, "expired")
        self.assertEqual(self._rebuilt(), "out_for_delivery")
        self.assertFalse(self.shipment.is_overridden)
        self.assertFalse(self.shipment.override_id)

    def test_a_shipment_after_its_override_is_as_if_there_had_been_none(self):
        before = self.shipment.read(self.shipment._governed_fields)
        override = self._overridden()
        override.with_user(self.clerk).action_withdraw()
        self.assertEqual(override.state, "withdrawn")
        self.assertEqual(self.shipment.read(self.shipment._governed_fields), before)

    def test_many_end_with_as_many_queries_as_one(self):
        def ended(count):
            overrides = self.env["logistics.override"]
            for _number in range(count):
                shipment = self._create_shipment()
                override = self._ask_override(self.clerk, shipment, "out_for_delivery")
                self._approve(override, self.manager)
                overrides |= override.sudo()
            overrides.write({"ended_at": fields.Datetime.now()})
            self.env.flush_all()
            self.env.invalidate_all()
            count_before = self.env.cr.sql_log_count
            overrides._state_each(lambda override: override._to_end())
            self.env.flush_all()
            return self.env.cr.sql_log_count - count_before

        ended(1)  # warm caches of the registry
        self.assertLessEqual(ended(6), ended(1) + 12)

    def test_who_asked_or_decides_may_take_it_back_and_nobody_else(self):
        stranger = self._create_user("stranger-clerk", "user")
        override = self._overridden()
        with self.assertRaises(AccessError):
            override.with_user(stranger).action_withdraw()
        override.with_user(self.finance).action_withdraw()
        with self.assertRaises(UserError):
            override.with_user(self.clerk)._end("expired")

    def test_taking_back_a_request_takes_its_approvals_back(self):
        override = self._ask_override(self.clerk, self.shipment, "delivered")
        override.with_user(self.clerk).action_withdraw()
        self.assertEqual(set(self._approvals(override).mapped("state")), {"withdrawn"})

    def test_withdrawing_the_approval_takes_the_request_back(self):
        override = self._ask_override(self.clerk, self.shipment, "delivered")
        self._approvals(override)[0].with_user(self.clerk).action_withdraw()
        self.assertEqual(override.state, "withdrawn")

    # === In the ledger === #

    def test_the_ledger_names_the_request_and_owns_the_fact_by_its_approval(self):
        override = self._overridden("arrived_at_hub")
        event = override.event_id
        self.assertEqual(
            (event.system_id.kind, event.verdict, event.rule_id.id, event.is_override),
            ("odoo", "accept", False, True),
        )
        self.assertEqual(event.source_event_id, f"override/{override.id}")
        self.assertEqual(event.source, f"logistics.override,{override.id}")

    def test_the_same_words_without_an_approval_stay_advisory(self):
        [outcome] = self.shipment._state_milestone(
            "arrived_at_hub", source_event_id="override/4711"
        )
        self.assertEqual(outcome.status, "advisory")
        self.assertFalse(self.shipment.is_overridden)

    def test_a_message_in_the_voice_of_this_database_ends_no_override(self):
        override = self._overridden("arrived_at_hub")
        odoo = self.env["logistics.system"]._odoo_system(self.company)
        event_id = f"override/{override.id}"
        self._record(odoo, self._fact(self.shipment, "retracted", 50, retracts=event_id))
        self.assertEqual(self.shipment.status_id.code, "arrived_at_hub")

    def test_the_database_wants_a_request_behind_every_override(self):
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "INSERT INTO logistics_milestone_event (shipment_id, company_id, milestone_id,"
                " milestone_code, classifier, occurred_at, received_at, recorded_at, system_id,"
                " verdict, fact_key, content_hash, is_override)"
                " SELECT shipment_id, company_id, milestone_id, milestone_code, classifier,"
                " occurred_at, received_at, recorded_at, system_id, verdict, 'forged', 'x', true"
                " FROM logistics_milestone_event WHERE shipment_id = %s LIMIT 1",
                [self.shipment.id],
            )

    def test_an_override_of_one_consignment_leaves_the_other_alone(self):
        first = self.shipment.consignment_ids
        second = first.create({"shipment_id": self.shipment.id, "sequence": 20})
        self._record(self.carrier, self._fact(self.shipment, "out_for_delivery", 6))
        override = self._ask_override(
            self.clerk, self.shipment, "arrived_at_hub", consignment=second
        )
        self._approve(override, self.manager)
        self.assertEqual(
            (first.status_id.code, second.status_id.code), ("out_for_delivery", "arrived_at_hub")
        )
        self.assertEqual(override.event_id.consignment_id, second)

    def test_an_overridden_dispatch_moves_no_stock(self):
        shipment = self._create_shipment()
        override = self._ask_override(self.clerk, shipment, "dispatched")
        self._approve(override, self.manager)
        self.assertEqual(shipment.status_id.code, "dispatched")
        pickings = self.env["stock.picking"]
        self.assertNotIn(shipment.picking_ids, pickings.search(pickings._dispatched_domain()))

    # === On the screen === #

    def test_the_timeline_tells_who_why_and_until_when(self):
        self._overridden()
        html = self.shipment.timeline_html
        self.assertIn(f"approved by {self.manager.name}", self.shipment.override_text)
        for told in (
            self.clerk.name,
            self.manager.name,
            "The carrier does not report",
            "The customer called",
            "The shipment was put to",
        ):
            self.assertIn(told, html)

    def test_the_timeline_tells_that_it_is_over(self):
        self._overridden().with_user(self.clerk).action_withdraw()
        self.assertIn("This override is over", self.shipment.timeline_html)
        self.assertIn(
            f"taken back by {self.clerk.name}", " ".join(self.shipment.timeline_html.split())
        )

    def test_the_form_asks_with_evidence(self):
        wizard = self.env["logistics.override.request"].with_user(self.clerk)
        proof = (
            self.env["ir.attachment"]
            .with_user(self.clerk)
            .create({"name": "mail.txt", "raw": b"it is here", "res_model": wizard._name})
        )
        form = Form(wizard.with_context(default_shipment_id=self.shipment.id))
        self.assertFalse(form.needs_finance)
        form.milestone_id = self.env["logistics.milestone"].search([("code", "=", "delivered")])
        self.assertTrue(form.needs_finance)
        form.reason_id = self.env["logistics.reason.code"]._find("override", "carrier_silent")
        form.note = "The customer confirmed by mail"
        form.attachment_ids.add(proof)
        action = form.save().action_request()
        override = self.env["logistics.override"].browse(action["res_id"])
        self.assertEqual(override.attachment_ids, proof)
        self.assertEqual((proof.res_model, proof.res_id), ("logistics.override", override.id))
        self.assertEqual(override.with_user(self.manager).attachment_ids.raw, b"it is here")

    def test_the_evidence_of_another_record_is_not_taken_away(self):
        foreign = self.env["ir.attachment"].create(
            {
                "name": "x",
                "raw": b"x",
                "res_model": "logistics.shipment",
                "res_id": self.shipment.id,
            }
        )
        wizard = self.env["logistics.override.request"].with_user(self.clerk)
        request = wizard.create(
            {
                "shipment_id": self.shipment.id,
                "milestone_id": self.shipment.status_id.id,
                "reason_id": self.env["logistics.reason.code"]._find("override", "other").id,
                "note": "Mine now",
                "attachment_ids": [(6, 0, foreign.ids)],
            }
        )
        with self.assertRaisesRegex(AccessError, "another record"):
            request.action_request()
