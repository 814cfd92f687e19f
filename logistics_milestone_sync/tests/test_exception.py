from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestException(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment()
        cls.ops = cls._create_user("ops-test", "user")
        cls.replaced = cls.env["logistics.reason.code"]._find("exception_closure", "replaced")

    def _raise(self, hours=5, **values):
        values = {"reason": "damaged", "responsible_party": "carrier", "raw_text": "Wet"} | values
        return self._record(
            self.carrier, self._fact(self.shipment, "exception_raised", hours, **values)
        )

    def test_a_stated_exception_opens_a_case(self):
        self._raise()
        case = self.shipment.exception_ids
        self.assertEqual(
            (case.state, case.reason, case.responsible_party, case.description),
            ("open", "damaged", "carrier", "Wet"),
        )
        self.assertTrue(self.shipment.has_open_exception)

    def test_the_carrier_closes_what_it_raised(self):
        self._raise()
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 8))
        self.assertEqual(self.shipment.exception_ids.state, "closed")
        self.assertFalse(self.shipment.has_open_exception)

    def test_a_late_exception_that_was_closed_already_opens_no_work(self):
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 8))
        self._raise(hours=5)
        self.assertEqual(self.shipment.exception_ids.state, "closed")

    def test_closing_by_hand_is_a_statement_in_the_ledger(self):
        self._raise()
        case = self.shipment.exception_ids.with_user(self.ops)
        with self.assertRaises(UserError, msg="a reason and a resolution are needed"):
            case.action_close()
        case.resolution = "Replaced"
        with self.assertRaises(UserError, msg="a reason is needed"):
            case.action_close()
        case.closure_reason_id = self.replaced
        case.action_close()
        self.assertEqual(case.state, "closed")
        closing = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "exception_closed")
        self.assertEqual(
            (closing.system_id.kind, closing.raw_code, closing.raw_text),
            ("odoo", "replaced", "Replaced"),
        )
        self.assertEqual(closing.source, f"res.users,{self.ops.id}")

    def test_an_exception_of_who_does_not_own_it_opens_no_case(self):
        crm = self._create_system("crm", "crm")
        self._record(crm, self._fact(self.shipment, "exception_raised", 5, reason="other"))
        self.assertFalse(self.shipment.exception_ids)

    def test_a_withdrawn_exception_closes_its_case(self):
        self._raise(source_event_id="x1")
        self._record(self.carrier, self._fact(self.shipment, "retracted", 6, retracts="x1"))
        self.assertEqual(self.shipment.exception_ids.state, "closed")

    def _close(self, cases, user=None):
        cases = cases.with_user(user or self.ops)
        cases.write({"closure_reason_id": self.replaced.id, "resolution": "Replaced"})
        cases.action_close()

    # === One case among several === #

    def test_closing_one_case_leaves_the_others_open(self):
        self._raise(hours=5, reason="damaged")
        self._raise(hours=6, reason="documents")
        damaged, papers = self.shipment.exception_ids.sorted("opened_at")
        self._close(damaged)
        self.assertEqual((damaged.state, papers.state), ("closed", "open"))
        self.assertTrue(self.shipment.has_open_exception)
        self._close(papers)
        self.assertFalse(self.shipment.has_open_exception)

    def test_several_cases_of_a_shipment_close_at_once(self):
        self._raise(hours=5, reason="damaged")
        self._raise(hours=6, reason="documents")
        self._close(self.shipment.exception_ids)
        self.assertEqual(set(self.shipment.exception_ids.mapped("state")), {"closed"})

    def test_a_carrier_whose_clock_runs_ahead_cannot_keep_a_case_open(self):
        self._raise(hours=99999)
        self._close(self.shipment.exception_ids)
        self.assertEqual(self.shipment.exception_ids.state, "closed")

    def test_what_is_raised_again_after_closing_is_a_new_case(self):
        self._raise(hours=5)
        self._close(self.shipment.exception_ids)
        self._raise(hours=7)
        self.assertEqual(sorted(self.shipment.exception_ids.mapped("state")), ["closed", "open"])

    def test_a_withdrawn_closing_opens_the_case_again(self):
        self._raise(hours=5)
        self._record(
            self.carrier, self._fact(self.shipment, "exception_closed", 6, source_event_id="c1")
        )
        case = self.shipment.exception_ids
        self.assertEqual((case.state, bool(case.escalates_at)), ("closed", False))
        self._record(self.carrier, self._fact(self.shipment, "retracted", 7, retracts="c1"))
        self.assertEqual((case.state, bool(case.escalates_at)), ("open", True))

    # === By hand === #

    def _by_hand(self, user=None, **values):
        values = {
            "reason": "damaged",
            "responsible_party": "carrier",
            "description": "The customer called",
        } | values
        wizard = Form(
            self.env["logistics.exception.raise"]
            .with_user(user or self.ops)
            .with_context(default_shipment_id=self.shipment.id)
        )
        for name, value in values.items():
            setattr(wizard, name, value)
        action = wizard.save().action_raise()
        return self.env["logistics.exception"].browse(action["res_id"])

    def test_raising_by_hand_is_a_statement_in_the_ledger(self):
        case = self._by_hand()
        self.assertEqual(
            (case.state, case.reason, case.responsible_party, case.description),
            ("open", "damaged", "carrier", "The customer called"),
        )
        self.assertEqual((case.event_id.system_id.kind, case.severity), ("odoo", "2"))
        self.assertEqual(case.event_id.source, f"res.users,{self.ops.id}")
        self.assertTrue(self.shipment.has_open_exception)
        self.assertEqual(case.user_id, self.ops)

    def test_two_exceptions_in_the_same_second_are_two_cases(self):
        first, second = self._by_hand(), self._by_hand(reason="missing")
        self.assertNotEqual(first, second)
        self.assertEqual(len(self.shipment.exception_ids), 2)

    def test_evidence_is_kept_with_the_case(self):
        wizard = (
            self.env["logistics.exception.raise"]
            .with_user(self.ops)
            .create(
                {
                    "shipment_id": self.shipment.id,
                    "reason": "damaged",
                    "description": "Wet",
                    "attachment_ids": [(0, 0, {"name": "photo.txt", "raw": b"wet box"})],
                }
            )
        )
        case = self.env["logistics.exception"].browse(wizard.action_raise()["res_id"])
        self.assertEqual(case.message_ids.attachment_ids.mapped("name"), ["photo.txt"])
        self.assertEqual(case.message_ids.attachment_ids.res_id, case.id)

    def test_where_odoo_does_not_own_exceptions_nobody_raises_one(self):
        milestone = self.env["logistics.milestone"].search([("code", "=", "exception_raised")])
        self.env["logistics.ownership.rule"].search([("milestone_id", "=", milestone.id)]).write(
            {"active": False}
        )
        with self.assertRaisesRegex(UserError, "source-of-truth"):
            self._by_hand()

    def test_an_auditor_is_offered_no_button_that_changes_a_case(self):
        changing = ("action_close", "action_assign_to_me", "Close…")
        for user, offered in ((self.ops, True), (self._create_user("looks", "auditor"), False)):
            for kind in ("list", "form"):
                arch = self.env["logistics.exception"].with_user(user).get_view(None, kind)["arch"]
                found = any(name in arch for name in changing)
                self.assertEqual(found, offered, f"{user.name}, {kind}")

    def test_an_event_is_called_by_the_name_of_its_milestone(self):
        self._raise()
        event = self.shipment.exception_ids.event_id
        self.assertEqual(event.display_name, "Exception raised")
        self.assertEqual(event.with_user(self.ops).display_name, "Exception raised")

    def test_an_auditor_raises_and_closes_nothing(self):
        auditor = self._create_user("exception-auditor", "auditor")
        self._raise()
        case = self.shipment.exception_ids.with_user(auditor)
        with self.assertRaises(AccessError):
            case.action_close()
        with self.assertRaises(AccessError):
            self.env["logistics.exception.raise"].with_user(auditor).create(
                {"shipment_id": self.shipment.id, "reason": "other", "description": "x"}
            )

    # === Many at once === #

    def test_cases_are_assigned_and_closed_from_the_list(self):
        other = self._create_shipment()
        self._raise()
        self._record(self.carrier, self._fact(other, "exception_raised", 5, reason="delayed"))
        cases = (self.shipment | other).exception_ids.with_user(self.ops)
        cases.action_assign_to_me()
        self.assertEqual(cases.user_id, self.ops)
        wizard = (
            self.env["logistics.exception.close"]
            .with_user(self.ops)
            .with_context(active_ids=cases.ids)
            .create({"reason_id": self.replaced.id, "resolution": "All replaced"})
        )
        wizard.action_confirm()
        self.assertEqual(set(cases.mapped("state")), {"closed"})
        self.assertEqual(cases.closure_reason_id, self.replaced)
        self.assertFalse((self.shipment | other).filtered("has_open_exception"))

    # === Claims === #

    def test_a_claim_is_stated_in_the_ledger(self):
        self._raise()
        case = self.shipment.exception_ids.with_user(self.ops)
        with self.assertRaisesRegex(UserError, "number and the amount"):
            case.action_open_claim()
        case.write({"claim_reference": "CL-7", "claim_amount": 120.5})
        case.action_open_claim()
        self.assertEqual(case.claim_state, "opened")
        opened = self.shipment.event_ids.filtered(lambda e: e.milestone_code == "claim_opened")
        self.assertEqual(
            (opened.system_id.kind, opened.verdict, opened.raw_code), ("odoo", "accept", "CL-7")
        )
        with self.assertRaisesRegex(UserError, "already"):
            case.action_open_claim()
        case.action_close_claim()
        self.assertEqual(case.claim_state, "closed")
        self.assertIn("claim_closed", self.shipment.event_ids.mapped("milestone_code"))
        with self.assertRaisesRegex(UserError, "no open claim"):
            case.action_close_claim()

    def test_a_stated_claim_keeps_its_number_and_amount(self):
        self._raise()
        case = self.shipment.exception_ids.with_user(self.ops)
        case.write({"claim_reference": "CL-7", "claim_amount": 120.5})
        case.action_open_claim()
        with self.assertRaisesRegex(UserError, "stay as they are"):
            case.claim_amount = 5

    def test_nobody_sets_the_state_of_a_claim_or_an_escalation_by_hand(self):
        self._raise()
        case = self.shipment.exception_ids.with_user(self.ops)
        for field, value in (
            ("claim_state", "closed"),
            ("escalation_level", "2"),
            ("escalates_at", False),
        ):
            with self.subTest(field=field), self.assertRaises(AccessError):
                case.write({field: value})
