from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged

from .common import START, LogisticsCase


def _naive(hours):
    return (START + timedelta(hours=hours)).replace(tzinfo=None)


@tagged("post_install", "-at_install", "logistics")
class TestSilence(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_user("silence-owner", "user")
        cls.manager = cls._create_user("silence-manager", "manager")
        cls.company.logistics_manager_id = cls.manager
        cls.shipment = cls._create_shipment()
        cls.shipment.user_id = cls.owner
        cls.slow = cls.env["delivery.carrier"].create(
            {"name": "Slow Boat", "product_id": cls.product.id}
        )

    def _activities(self, shipment=None):
        return (shipment or self.shipment)._silence_activities()

    def _watch(self, hours):
        with freeze_time(_naive(hours)):
            self._run_cron("ir_cron_watch_silence")

    def _silent_at(self, hours):
        with freeze_time(_naive(hours)):
            self.shipment.invalidate_recordset(["is_silent"])
            found = self.env["logistics.shipment"].search(
                [("is_silent", "=", True), ("id", "=", self.shipment.id)]
            )
            spoken = self.env["logistics.shipment"].search(
                [("is_silent", "=", False), ("id", "=", self.shipment.id)]
            )
            self.assertEqual(found | spoken, self.shipment)
            self.assertEqual(bool(found), self.shipment.is_silent)
            return self.shipment.is_silent

    # === What is expected === #

    def test_the_catalogue_says_what_is_expected_next(self):
        self._state(self.wms, self.shipment, "dispatched")
        self.assertEqual(self.shipment.next_milestone_id.code, "arrived_at_hub")
        self.assertEqual(self.shipment.next_expected_at, _naive(72))
        self.assertEqual([self._silent_at(hours) for hours in (71, 73)], [False, True])

    def test_an_estimate_is_a_better_expectation_and_gets_a_grace(self):
        self.company.logistics_silence_grace = 6
        self._record(
            self.carrier,
            self._fact(self.shipment, "dispatched", 0),
            self._fact(self.shipment, "eta_changed", 200, classifier="estimated"),
        )
        self.assertEqual(self.shipment.next_milestone_id.code, "delivered")
        self.assertEqual(self.shipment.next_expected_at, _naive(206))

    def test_what_has_arrived_expects_nothing(self):
        self._state(self.carrier, self.shipment, "dispatched", "delivered")
        self.assertFalse(self.shipment.next_milestone_id or self.shipment.next_expected_at)
        self.assertFalse(self._silent_at(9999))

    def test_it_is_expected_from_who_owns_the_milestone(self):
        self._state(self.wms, self.shipment, "picked")
        self.assertEqual(self.shipment.expected_from, "Warehouse management (WMS)")
        self.shipment.delivery_carrier_id = self.slow
        self._state(self.wms, self.shipment, "picked", "dispatched")
        self.assertEqual(self.shipment.expected_from, "Slow Boat")

    def test_a_delivery_method_may_be_slower_than_the_catalogue(self):
        self.shipment.delivery_carrier_id = self.slow
        self.env["logistics.expectation"].create(
            {
                "milestone_id": self._milestone("dispatched").id,
                "next_milestone_id": self._milestone("arrived_at_hub").id,
                "delivery_carrier_id": self.slow.id,
                "within_hours": 480,
            }
        )
        self._state(self.wms, self.shipment, "dispatched")
        self.assertEqual(self.shipment.next_expected_at, _naive(480))

    def test_an_expectation_can_be_switched_off(self):
        self.env["logistics.expectation"].create(
            {
                "milestone_id": self._milestone("dispatched").id,
                "next_milestone_id": self._milestone("arrived_at_hub").id,
                "company_id": self.company.id,
                "within_hours": 0,
            }
        )
        self._state(self.wms, self.shipment, "dispatched")
        self.assertFalse(self.shipment.next_expected_at)

    def test_a_changed_expectation_reaches_shipments_that_are_on_their_way(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._milestone("dispatched").silence_hours = 5
        self.assertEqual(self.shipment.next_expected_at, _naive(72))
        self._run_cron("ir_cron_refresh_outlook")
        self.assertEqual(self.shipment.next_expected_at, _naive(5))

    def test_nobody_sets_by_hand_what_is_expected(self):
        with self.assertRaises(AccessError):
            self.shipment.with_user(self.owner).write({"next_expected_at": _naive(1)})

    def test_the_form_and_the_settings_show_it(self):
        self._state(self.wms, self.shipment, "dispatched")
        with Form(self.shipment.with_user(self.owner)) as form:
            self.assertEqual(form.next_milestone_id.code, "arrived_at_hub")
            self.assertTrue(form.is_silent)

    # === Whom it concerns === #

    def test_its_responsible_is_told_once(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(71)
        self.assertFalse(self._activities())
        self._watch(73)
        self._watch(74)
        activity = self._activities()
        self.assertEqual((len(activity), activity.user_id), (1, self.owner))
        self.assertIn("Arrived at hub", activity.summary)

    def test_who_is_done_with_it_is_not_told_again(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self._activities().action_feedback("Asked the carrier")
        self._watch(80)
        self.assertFalse(self._activities())

    def test_without_a_responsible_the_manager_is_told(self):
        self.shipment.user_id = False
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self.assertEqual(self._activities().user_id, self.manager)

    def test_who_has_left_the_company_is_not_told(self):
        self.owner.active = False
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self.assertEqual(self._activities().user_id, self.manager)

    def test_without_a_named_manager_a_member_of_the_group_is_told(self):
        self.company.logistics_manager_id = False
        self.shipment.user_id = False
        members = self.company._logistics_managers()
        self.assertIn(self.manager, members)
        self.assertNotIn(self.owner, members)
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self.assertEqual(self._activities().user_id, members[0])

    def test_the_activity_goes_when_the_shipment_speaks_again(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self._record(self.carrier, self._fact(self.shipment, "arrived_at_hub", 74))
        self.assertFalse(self._activities())
        self.assertFalse(self.shipment.silence_told_for)

    def test_a_new_silence_is_told_again(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self._record(self.carrier, self._fact(self.shipment, "arrived_at_hub", 74))
        self._watch(74 + 73)
        self.assertEqual(len(self._activities()), 1)

    def test_a_late_announcement_breaks_the_silence_too(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._watch(73)
        self._record(
            self.carrier, self._fact(self.shipment, "eta_changed", 100, classifier="estimated")
        )
        self.assertFalse(self._activities())
        self.assertFalse(self._silent_at(80))

    def test_a_pattern_that_was_corrected_meanwhile_raises_no_alarm(self):
        self._state(self.wms, self.shipment, "dispatched")
        self._milestone("dispatched").silence_hours = 100
        self._watch(73)
        self.assertFalse(self._activities())

    def test_many_silent_shipments_take_no_more_queries_each(self):
        def queries(count):
            shipments = self.env["logistics.shipment"].union(
                *(self._create_shipment() for _turn in range(count))
            )
            shipments.user_id = self.owner
            self._record(self.carrier, *(self._fact(s, "dispatched", 0) for s in shipments))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["logistics.shipment"].browse(shipments.ids)._project_outlook()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(2), queries(12))

    def _milestone(self, code):
        return self.env["logistics.milestone"].search([("code", "=", code)])


@tagged("post_install", "-at_install", "logistics")
class TestEta(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipment = cls._create_shipment(commitment_date=_naive(49))

    def _estimate(self, hours, stated, **values):
        return self._fact(
            self.shipment,
            "eta_changed",
            hours,
            classifier="estimated",
            stated_at=self._at(stated),
            **values,
        )

    def _estimates(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.shipment.eta_ids.sorted("stated_at")

    def test_the_history_shows_who_moved_the_estimate(self):
        self._record(self.other_carrier, self._estimate(50, 3))
        self._record(self.carrier, self._estimate(40, 1), self._estimate(45, 5))
        told = self._estimates()
        self.assertEqual(told.mapped("estimated_at"), [_naive(40), _naive(50), _naive(45)])
        self.assertEqual(told.mapped("moved_hours"), [0.0, 10.0, -5.0])
        self.assertEqual(
            list(told.mapped("system_id.code")), [self.carrier.code, self.other_carrier.code]
        )

    def test_the_error_is_the_arrival_against_the_last_estimate_before_it(self):
        self._record(
            self.carrier,
            self._estimate(40, 1),
            self._estimate(46, 20),
            self._estimate(48, 49),  # it was there already
            self._fact(self.shipment, "delivered", 48),
        )
        self.assertEqual(self.shipment.first_eta, _naive(40))
        self.assertEqual(self.shipment.last_eta, _naive(46))
        self.assertEqual(self.shipment.eta_error_hours, 2.0)

    def test_the_figures_do_not_depend_on_the_order_of_arrival(self):
        self._record(self.carrier, self._fact(self.shipment, "delivered", 48))
        self._record(self.carrier, self._estimate(46, 20))
        self._record(self.carrier, self._estimate(40, 1))
        self.assertEqual(
            (self.shipment.first_eta, self.shipment.last_eta, self.shipment.eta_error_hours),
            (_naive(40), _naive(46), 2.0),
        )

    def test_before_the_arrival_there_is_an_estimate_and_no_error(self):
        self._record(self.carrier, self._estimate(40, 1))
        self.assertEqual((self.shipment.last_eta, self.shipment.eta), (_naive(40), _naive(40)))
        self.assertFalse(self.shipment.eta_error_hours)

    def test_the_analysis_agrees_with_the_shipment(self):
        self._record(
            self.carrier,
            self._estimate(40, 1),
            self._estimate(46, 20),
            self._fact(self.shipment, "delivered", 48),
        )
        told = self._estimates()
        self.assertEqual(told.mapped("error_hours"), [8.0, 2.0])
        self.assertEqual(told.mapped("lead_hours"), [47.0, 28.0])
        self.assertEqual(told.mapped("lead_time"), ["3", "3"])
        self.assertEqual(told.mapped("within_day"), [1.0, 1.0])
        self.assertEqual(told[-1].estimated_at, self.shipment.last_eta)
        self.assertEqual(told[-1].error_hours, self.shipment.eta_error_hours)

    def test_a_withdrawn_or_advisory_estimate_is_no_history(self):
        crm = self._create_system("crm", "crm")
        self._record(self.carrier, self._estimate(40, 1, source_event_id="e1"))
        self._record(self.carrier, self._fact(self.shipment, "retracted", 2, retracts="e1"))
        self._record(crm, self._estimate(41, 2))
        self.assertFalse(self._estimates())
        self.assertFalse(self.shipment.last_eta)

    def test_arrivals_are_measured_against_the_promise(self):
        late = self.shipment
        early = self._create_shipment(commitment_date=_naive(60))
        self._record(
            self.carrier, self._fact(late, "delivered", 52), self._fact(early, "delivered", 50)
        )
        self.assertEqual((late.promise, early.promise), ("broken", "kept"))
        self.assertEqual((late.delay_hours, early.delay_hours), (3.0, -10.0))

    def test_without_a_promise_nothing_is_kept_or_broken(self):
        self.shipment.promised_at = False
        self._record(self.carrier, self._fact(self.shipment, "delivered", 52))
        self.assertEqual(self.shipment.promise, "open")
        self.assertFalse(self.shipment.delay_hours)
