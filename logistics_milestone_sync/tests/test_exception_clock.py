from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import LogisticsCase

MODULE = "logistics_milestone_sync"


@tagged("post_install", "-at_install", "logistics")
class TestExceptionClock(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_user("case-owner", "user")
        cls.manager = cls._create_user("case-manager", "manager")
        cls.company.logistics_manager_id = cls.manager
        cls.shipment = cls._create_shipment()
        cls.shipment.user_id = cls.owner
        # Cases count from when we heard of them, which is the clock of the database.
        cls.heard = fields.Datetime.now()

    def _case(self, reason="damaged", shipment=None):
        shipment = shipment or self.shipment
        with freeze_time(self.heard):
            self._record(self.carrier, self._fact(shipment, "exception_raised", 5, reason=reason))
        return shipment.exception_ids.sorted("id")[-1:]

    def _escalate(self, hours):
        with freeze_time(self.heard + timedelta(hours=hours)):
            self._run_cron("ir_cron_escalate")

    def _told(self, case):
        """``{login: name of the activity}`` of everybody who was told about the case."""
        self.env.invalidate_all()
        return {a.user_id.login: a.activity_type_id.name for a in case._clock_activities()}

    def test_the_severity_follows_from_the_reason_and_the_due_date_from_the_severity(self):
        for reason, severity, hours in (("damaged", "2", 24), ("missing", "3", 4)):
            with self.subTest(reason=reason):
                case = self._case(reason, self._create_shipment())
                self.assertEqual(case.severity, severity)
                self.assertEqual(case.due_at, self.heard + timedelta(hours=hours))

    def test_a_company_has_severities_and_deadlines_of_its_own(self):
        own = {"company_id": self.company.id}
        self.env["logistics.exception.severity"].create(
            own | {"reason": "damaged", "severity": "0"}
        )
        self.env["logistics.exception.deadline"].create(
            own | {"severity": "0", "due_hours": 5, "grace_hours": 1}
        )
        case = self._case()
        self.assertEqual((case.severity, case.due_at), ("0", self.heard + timedelta(hours=5)))

    def test_its_owner_is_the_one_who_looks_after_the_shipment(self):
        self.assertEqual(self._case().user_id, self.owner)
        self.assertFalse(self._case(shipment=self._create_shipment()).user_id)

    def test_a_case_that_was_closed_already_has_no_deadline(self):
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 8))
        case = self._case()
        self.assertEqual((case.state, case.due_at, case.escalates_at), ("closed", False, False))

    def test_another_severity_moves_the_due_date(self):
        case = self._case()
        case.with_user(self.owner).severity = "3"
        self.assertEqual(case.due_at, case.create_date.replace(microsecond=0) + timedelta(hours=4))
        self.assertEqual(case.escalates_at, case.due_at)

    def test_first_the_owner_and_then_the_manager_is_told_each_once(self):
        case = self._case()  # due after 24 hours, the manager after another 24
        self._escalate(23)
        self.assertEqual((case.escalation_level, self._told(case)), ("0", {}))
        self._escalate(25)
        self.assertEqual(case.escalation_level, "1")
        self.assertEqual(self._told(case), {"case-owner": "Overdue Exception"})
        case._clock_activities().action_feedback("Called the carrier")
        self._escalate(26)
        self.assertEqual(self._told(case), {}, "nobody is told twice")
        self._escalate(49)
        self.assertEqual(case.escalation_level, "2")
        self.assertEqual(self._told(case), {"case-manager": "Escalated Exception"})
        case._clock_activities().action_feedback("Seen")
        self._escalate(500)
        self.assertEqual((case.escalation_level, self._told(case)), ("2", {}))

    def test_after_a_long_weekend_both_are_told_at_once(self):
        case = self._case()
        self._escalate(100)
        self.assertEqual(set(self._told(case)), {"case-owner", "case-manager"})

    def test_without_a_named_manager_the_whole_group_is_told(self):
        self.company.logistics_manager_id = False
        case = self._case()
        self._escalate(100)
        managers = set(self.company._logistics_managers().mapped("login"))
        self.assertIn("case-manager", managers)
        self.assertEqual(set(self._told(case)) - {"case-owner"}, managers)

    def test_without_an_owner_the_manager_is_told_of_both(self):
        case = self._case(shipment=self._create_shipment())
        self._escalate(25)
        self.assertEqual(self._told(case), {"case-manager": "Overdue Exception"})

    def test_more_time_takes_the_alarm_back_and_the_clock_starts_anew(self):
        case = self._case()
        self._escalate(25)
        case.with_user(self.owner).due_at = self.heard + timedelta(hours=60)
        self.assertEqual((case.escalation_level, self._told(case)), ("0", {}))
        self._escalate(59)
        self.assertEqual(self._told(case), {})
        self._escalate(61)
        self.assertEqual(set(self._told(case)), {"case-owner"})

    def test_a_closed_case_alarms_nobody(self):
        case = self._case()
        self._escalate(25)
        self._record(self.carrier, self._fact(self.shipment, "exception_closed", 8))
        self.assertEqual((case.state, self._told(case)), ("closed", {}))
        self._escalate(500)
        self.assertEqual((self._told(case), case.escalates_at), ({}, False))

    def test_overdue_cases_can_be_found(self):
        case = self._case()
        cases = self.env["logistics.exception"]
        mine = [("id", "=", case.id)]
        for hours, overdue in ((23, False), (25, True)):
            with freeze_time(self.heard + timedelta(hours=hours)):
                case.invalidate_recordset(["is_overdue"])
                self.assertEqual(case.is_overdue, overdue)
                found = cases.search([*mine, ("is_overdue", "=", True)])
                self.assertEqual(bool(found), overdue)
                self.assertEqual(
                    bool(cases.search([*mine, ("is_overdue", "=", False)])), not overdue
                )

    def test_the_age_of_a_case_ends_with_its_closing(self):
        case = self._case()
        opened = self._at(5).replace(tzinfo=None)
        with freeze_time(opened + timedelta(days=3)):
            case.invalidate_recordset(["age_days"])
            self.assertEqual(case.age_days, 3.0)

    def test_many_overdue_cases_take_no_more_activity_queries_each(self):
        cases = self.env["logistics.exception"].union(
            *(self._case(shipment=self._create_shipment()) for _turn in range(3))
        )
        with freeze_time(self.heard + timedelta(hours=100)):
            cases._escalate()
        self.assertEqual(set(cases.mapped("escalation_level")), {"2"})
        self.assertEqual(len(cases._clock_activities()), 6)

    def test_only_managers_change_severities_and_deadlines(self):
        deadline = self.env.ref(f"{MODULE}.exception_deadline_high")
        deadline.with_user(self.manager).due_hours = 20
        with self.assertRaises(AccessError):
            deadline.with_user(self.owner).due_hours = 2
