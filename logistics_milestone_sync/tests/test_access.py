from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.core.fact import DocumentFact, Location
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase

MODELS = [
    "logistics.approval",
    "logistics.approval.kind",
    "logistics.charge",
    "logistics.consignment",
    "logistics.document",
    "logistics.duty.conflict",
    "logistics.eta.estimate",
    "logistics.exception",
    "logistics.exception.deadline",
    "logistics.exception.severity",
    "logistics.expectation",
    "logistics.field.statement",
    "logistics.flow.policy",
    "logistics.leg",
    "logistics.location",
    "logistics.location.alias",
    "logistics.milestone",
    "logistics.milestone.crosswalk",
    "logistics.milestone.event",
    "logistics.override",
    "logistics.ownership.change",
    "logistics.ownership.rule",
    "logistics.package",
    "logistics.parked.fact",
    "logistics.parked.reference",
    "logistics.reason.code",
    "logistics.reference",
    "logistics.route",
    "logistics.shipment",
    "logistics.state.check",
    "logistics.state.difference",
    "logistics.stop",
    "logistics.system",
    "logistics.unit.alias",
    "logistics.unknown.place",
]
EVIDENCE = [
    "logistics.milestone.event",
    "logistics.document",
    "logistics.field.statement",
    "logistics.ownership.rule",
    "logistics.approval",
    "logistics.override",
    "logistics.state.difference",
]
# Shared by all companies: nothing secret in them.
SHARED = [
    "logistics.approval.kind",
    "logistics.duty.conflict",
    "logistics.exception.deadline",
    "logistics.exception.severity",
    "logistics.expectation",
    "logistics.flow.policy",
    "logistics.milestone",
    "logistics.milestone.crosswalk",
    "logistics.ownership.rule",
    "logistics.reason.code",
]


@tagged("post_install", "-at_install", "logistics")
class TestAccess(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        roles = (
            "user",
            "manager",
            "integration_admin",
            "finance_preparer",
            "finance_approver",
            "auditor",
        )
        cls.roles = {role: cls._create_user(f"role-{role}", role) for role in roles}
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})
        cls.shipment = cls._create_shipment()

    def _rights(self, user, model):
        return {
            operation
            for operation in ("read", "write", "create", "unlink")
            if self.env[model].with_user(user).has_access(operation)
        }

    def test_this_list_of_models_is_complete(self):
        own = self.env["ir.model"].search([("model", "=like", "logistics.%")])
        own = own.filtered(lambda m: "logistics_milestone_sync" in (m.modules or "").split(", "))
        concrete = {
            m.model
            for m in own
            if not self.env[m.model]._abstract and not self.env[m.model]._transient
        }
        # Dialogues may be listed, where their rights are worth a look; they need not be.
        self.assertEqual(concrete, {m for m in MODELS if not self.env[m]._transient})

    def test_every_role_reads_and_the_auditor_changes_nothing(self):
        for model in MODELS:
            for role, user in self.roles.items():
                with self.subTest(model=model, role=role):
                    self.assertIn("read", self._rights(user, model))
            with self.subTest(model=model, role="auditor"):
                self.assertEqual(self._rights(self.roles["auditor"], model), {"read"})

    def test_nobody_may_write_evidence(self):
        for model in EVIDENCE:
            for role, user in self.roles.items():
                with self.subTest(model=model, role=role):
                    self.assertEqual(self._rights(user, model), {"read"})

    def test_an_employee_without_a_role_sees_nothing(self):
        stranger = self._create_user("stranger")
        for model in MODELS:
            with self.subTest(model=model):
                self.assertEqual(self._rights(stranger, model), set())

    def test_another_company_sees_nothing(self):
        foreigner = self._create_user("foreigner", "manager", company=self.other_company)
        self._record(
            self.carrier,
            self._fact(self.shipment, "exception_raised", 1, reason="other"),
            self._fact(self.shipment, "eta_changed", 9, classifier="estimated"),
            self._fact(self.shipment, "delivered", 9),
            self._fact(("tracking", "nobody"), "delivered", 1),
            self._fact(self.shipment, "arrived_at_hub", 1, location=Location(code="NOWHERE")),
        )
        self.shipment.exception_ids.action_request_billing_approval()
        self._ask_override(self.roles["user"], self.shipment, "picked")
        self.env["logistics.charge"].create(
            {
                "name": "Freight",
                "shipment_id": self.shipment.id,
                "side": "sell",
                "charge_type": "freight",
                "charge_key": "manual",
                "amount": 5,
                "currency_id": self.company.currency_id.id,
            }
        )
        here = self.env["logistics.location"].create({"name": "Hub", "company_id": self.company.id})
        self.env["logistics.location.alias"].create(
            {"location_id": here.id, "system_id": self.carrier.id, "code": "HUB1"}
        )
        self.env["logistics.unit.alias"].create(
            {
                "system_id": self.carrier.id,
                "spelling": "ctns",
                "code": "XCT",
                "uom_id": self.env.ref("logistics_milestone_sync.uom_carton").id,
            }
        )
        self.env["logistics.ownership.change"].create(
            {"company_id": self.company.id, "system_kind": "crm", "reason": "a test"}
        )
        self._record(
            self.carrier,
            DocumentFact(
                (Reference("shipment", self.shipment.name),), "photo", content=b"some bytes"
            ),
        )
        stops = self.env["logistics.stop"].create(
            [{"shipment_id": self.shipment.id, "kind": kind} for kind in ("pickup", "delivery")]
        )
        self.env["logistics.leg"].create(
            {
                "shipment_id": self.shipment.id,
                "from_stop_id": stops[0].id,
                "to_stop_id": stops[1].id,
            }
        )
        self.env["logistics.package"].create({"consignment_id": self.shipment.consignment_ids.id})
        check = self.env["logistics.state.check"].create({})
        self.env["logistics.state.difference"].create(
            {"check_id": check.id, "shipment_id": self.shipment.id}
        )
        for model in MODELS:
            if model in SHARED:
                continue
            with self.subTest(model=model):
                everything = self.env[model].sudo().search([])
                foreign = everything.filtered(lambda r: self._company_of(r) == self.company)
                self.assertTrue(foreign, "the test needs a record to hide")
                seen = self.env[model].with_user(foreigner).search([])
                self.assertFalse(seen & foreign.with_user(foreigner))
                with self.assertRaises(AccessError):
                    foreign[:1].with_user(foreigner).read(["id", "display_name"])

    def _company_of(self, record):
        return record.parked_id.company_id if "parked_id" in record else record.company_id

    def test_the_door_of_one_company_never_touches_another(self):
        foreign_carrier = self._create_system("foreign", "carrier", self.other_company)
        [outcome] = self._record(foreign_carrier, self._fact(self.shipment, "delivered", 1))
        self.assertEqual(outcome.status, "parked")

    def test_state_does_not_come_in_through_the_context_either(self):
        clerk = self.env["logistics.shipment"].with_user(self.roles["user"])
        with self.assertRaises(AccessError):
            clerk.with_context(default_phase="delivered").create({"weight": 1})

    def test_documents_are_not_exchanged_by_hand(self):
        clerk = self.roles["user"]
        clerk.group_ids += self.env.ref("sales_team.group_sale_manager")
        order = self._create_order()
        with self.assertRaises(AccessError):
            self.shipment.with_user(clerk).write({"sale_order_ids": [(4, order.id)]})
        with self.assertRaises(AccessError):
            order.with_user(clerk).write({"logistics_shipment_ids": [(4, self.shipment.id)]})

    def test_a_shipment_made_by_hand_can_be_found_and_moved(self):
        manual = self.env["logistics.shipment"].with_user(self.roles["user"]).create({"weight": 3})
        self._state(self.wms, manual, "picked")
        self.assertEqual(manual.status_id.code, "picked")
        self.assertEqual(len(manual.consignment_ids), 1)

    def test_state_is_not_written_by_hand(self):
        clerk = self.shipment.with_user(self.roles["user"])
        for field, value in (("phase", "delivered"), ("pod_at", "2026-03-01 10:00:00")):
            with self.subTest(field=field), self.assertRaises(AccessError):
                clerk.write({field: value})

    def test_nobody_draws_the_news_of_another_shipment(self):
        mine, other = self.shipment, self._create_shipment()
        references = self.env["logistics.reference"]
        number = {"scheme": "tracking", "value": "1ZTEST"}
        references.create(number | {"shipment_id": other.id})
        for role in ("user", "manager", "finance_preparer"):
            by_role = references.with_user(self.roles[role])
            for issuer in (self.carrier, self.wms):
                with self.assertRaises(ValidationError):
                    by_role.create(number | {"shipment_id": mine.id, "system_id": issuer.id})
            with self.assertRaises(ValidationError):
                by_role.create(
                    {
                        "shipment_id": mine.id,
                        "consignment_id": other.consignment_ids.id,
                        "scheme": "tracking",
                        "value": "1ZOTHER",
                    }
                )
            with self.assertRaises(AccessError):
                mine.with_user(self.roles[role]).write(
                    {"consignment_ids": [(4, other.consignment_ids.id)]}
                )
