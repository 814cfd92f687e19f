from odoo.tests import tagged

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestFacts(AuditCase):
    """Every fact about a shipment leaves entries that tell its story."""

    def test_a_new_shipment_starts_with_its_own_creation(self):
        mark = self._mark()
        shipment = self._create_shipment()
        entries = self._entries_since(mark, shipment_id=shipment.id)
        told = [kind for kind in entries.mapped("kind") if kind != "field"]
        self.assertEqual(told[:2], ["event", "state"])
        self.assertIn("Odoo states declared weight 10", " ".join(entries.mapped("summary")))
        self.assertEqual(entries.company_id, shipment.company_id)

    def test_a_recorded_milestone_tells_who_said_it_and_from_which_message(self):
        shipment = self._create_shipment()
        mark = self._mark()
        self._state(self.wms, shipment, "picked")
        entry = self._entries_since(mark, kind="event")
        self.assertEqual(
            entry.summary,
            f"System wms stated picked (actual) of {shipment.name} at 2026-03-02 08:00 UTC.",
        )
        self.assertEqual(entry.source, "test.message,1")
        self.assertEqual(entry.res_model, "logistics.milestone.event")
        self.assertEqual(
            entry.res_id,
            shipment.event_ids.filtered(lambda event: event.milestone_code == "picked").id,
        )
        self.assertEqual(self._after(entry)["verdict"], "accept")

    def test_a_change_of_status_keeps_before_and_after(self):
        shipment = self._create_shipment()
        self._state(self.wms, shipment, "picked")
        mark = self._mark()
        self._record(self.wms, self._fact(shipment, "packed", 2))
        entry = self._entries_since(mark, kind="state")
        self.assertEqual(self._before(entry), {"status": "picked"})
        self.assertEqual(self._after(entry), {"status": "packed"})

    def test_repetitions_are_one_entry_with_a_count(self):
        shipment = self._create_shipment()
        facts = [self._fact(shipment, "picked", 1), self._fact(shipment, "packed", 2)]
        self._record(self.wms, *facts)
        mark = self._mark()
        self._record(self.wms, *facts, *facts)
        entries = self._entries_since(mark)
        self.assertEqual(entries.mapped("kind"), ["duplicate"])
        self.assertEqual(self._after(entries), {"count": 4})

    def test_a_statement_that_does_not_count_is_told_as_such(self):
        shipment = self._create_shipment()
        mark = self._mark()
        self._state(self.carrier, shipment, "picked")
        entry = self._entries_since(mark, kind="advisory")
        self.assertIn("It moves nothing", entry.summary)

    def test_a_new_number_is_told(self):
        shipment = self._create_shipment()
        mark = self._mark()
        self._record(self.wms, self._names(shipment, ("tracking", "1Z999AA10123456784")))
        entry = self._entries_since(mark, kind="reference")
        self.assertIn("1Z999AA10123456784", entry.summary)
        self.assertEqual(entry.shipment_id, shipment)

    def test_an_exception_and_its_approval_are_told_with_the_people(self):
        shipment = self._create_shipment()
        preparer = self._create_user("prepares-audit", "finance_preparer")
        approver = self._create_user("approves-audit", "finance_approver")
        mark = self._mark()
        self._record(self.carrier, self._fact(shipment, "exception_raised", 5, reason="damaged"))
        case = shipment.exception_ids
        case.with_user(preparer).action_request_billing_approval()
        approval = case.approval_ids
        approval.with_user(approver).action_approve()
        kinds = self._entries_since(mark, shipment_id=shipment.id).mapped("kind")
        for kind in ("exception_opened", "approval_requested", "approval_decided"):
            self.assertIn(kind, kinds)
        asked = self._entries_since(mark, kind="approval_requested")
        decided = self._entries_since(mark, kind="approval_decided")
        self.assertEqual((asked.actor_id, decided.actor_id), (preparer, approver))
        self.assertIn(f"approved by {approver.name}, asked for by {preparer.name}", decided.summary)
        self.assertEqual(self._entries_since(mark, kind="exception_approved").res_id, case.id)

    def test_an_override_and_its_end_are_told(self):
        shipment = self._create_shipment()
        clerk = self._create_user("overrides-audit", "user")
        manager = self._create_user("manages-audit", "manager")
        mark = self._mark()
        override = self._ask_override(clerk, shipment, "picked")
        override.approval_ids.with_user(manager).action_approve()
        override.with_user(clerk).action_withdraw()
        stated, ended = self._entries_since(mark, kind="override")
        self.assertIn(f"The status of {shipment.name} was overridden: picked", stated.summary)
        self.assertIn("retracted", ended.summary)
        self.assertEqual((stated.actor_id, ended.actor_id), (manager, clerk))
        self.assertEqual(stated.source, f"logistics.override,{override.id}")

    def test_a_hundred_facts_need_no_more_queries_than_two(self):
        shipments = [self._create_shipment() for _n in range(4)]
        self._record(self.wms, *(self._fact(s, "picked", 1) for s in shipments))

        def queries(hours, count):
            facts = [
                self._fact(s, "arrived_at_hub", hours + s.id / 1000) for s in shipments[:count]
            ]
            before = self.env.cr.sql_log_count
            self._record(self.carrier, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(5, 4)  # warm the caches
        self.assertLessEqual(queries(7, 4), queries(6, 1) + 2)

    def test_the_shipment_opens_its_own_entries(self):
        shipment = self._create_shipment()
        self._create_shipment()
        as_auditor = shipment.with_user(self.auditor)
        action = as_auditor.action_open_audit_entries()
        entries = self.Entry.with_user(self.auditor).search(action["domain"])
        self.assertEqual(entries.shipment_id, as_auditor)
        self.assertEqual(len(entries), as_auditor.audit_entry_count)
