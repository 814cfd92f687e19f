"""Every role, through the very door that RPC uses: what is public, and what it refuses."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import LogisticsCase

ROLES = ("user", "manager", "integration_admin", "finance_preparer", "finance_approver", "auditor")
REFUSALS = (AccessError, UserError, ValidationError)


@tagged("post_install", "-at_install", "logistics")
class TestRpc(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {role: cls._create_user(f"rpc-{role}", role) for role in ROLES}
        cls.roles["portal"] = new_test_user(cls.env, "rpc-portal", groups="base.group_portal")
        cls.roles["stranger"] = cls._create_user("rpc-stranger")
        cls.asker = cls._create_user("rpc-asker", "finance_preparer")
        cls.shipment = cls._create_shipment()

    def setUp(self):
        super().setUp()
        fact = self._fact(self.shipment, "exception_raised", 5, reason="damaged")
        self._record(self.carrier, fact)
        self.case = self.shipment.exception_ids
        self.case.with_user(self.asker).action_request_billing_approval()
        self.approval = self.case.approval_ids
        self.override = self._ask_override(self.asker, self.shipment, "arrived_at_hub").sudo()

    def _call(self, role, record, method, *args, context=None):
        """As JSON-RPC does it: public methods only, ids in, the rights of the user."""
        model = self.env[record._name].with_user(self.roles[role])
        ids = [record.ids] if record.ids else []
        return call_kw(model, method, [*ids, *args], {"context": context or {}})

    def _may(self, role, record, method, *args, **kwargs):
        """Whether it went through; what it did is undone."""
        savepoint = self.env.cr.savepoint()
        try:
            self._call(role, record, method, *args, **kwargs)
            self.env.flush_all()
            return True
        except REFUSALS:
            return False
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _who_may(self, record, method, *args, **kwargs):
        return {role for role in self.roles if self._may(role, record, method, *args, **kwargs)}

    # === Public methods, one by one === #

    def test_who_may_decide_the_billing_of_an_exception(self):
        for method, args in (("action_approve", ()), ("action_reject", ("No",))):
            with self.subTest(method=method):
                self.assertEqual(self._who_may(self.approval, method, *args), {"finance_approver"})

    def test_who_may_decide_an_override(self):
        approval = self.env["logistics.approval"].search(
            [("res_id", "=", self.override.id)], limit=1
        )
        for method, args in (("action_approve", ()), ("action_reject", ("No",))):
            with self.subTest(method=method):
                self.assertEqual(self._who_may(approval, method, *args), {"manager"})

    def test_nobody_withdraws_the_request_of_another(self):
        self.assertEqual(self._who_may(self.approval, "action_withdraw"), set())

    def test_who_may_take_an_override_back(self):
        self.assertEqual(
            self._who_may(self.override, "action_withdraw"), {"manager", "finance_approver"}
        )

    def test_who_may_ask(self):
        self.approval.with_user(self.asker).action_withdraw()
        self.override.with_user(self.asker).action_withdraw()
        workers = set(ROLES) - {"auditor"}
        self.assertEqual(self._who_may(self.case, "action_request_billing_approval"), workers)
        self.assertEqual(self._who_may(self.shipment, "action_request_override"), workers)

    def test_asking_for_an_override_needs_the_right_to_the_shipment(self):
        self.override.with_user(self.asker).action_withdraw()
        for role, user in self.roles.items():
            with self.subTest(role=role):
                wizard = (
                    self.env["logistics.override.request"]
                    .sudo()
                    .create(
                        {
                            "shipment_id": self.shipment.id,
                            "milestone_id": self.override.milestone_id.id,
                            "reason_id": self.override.reason_id.id,
                            "note": "Because",
                        }
                    )
                )
                self.env.cr.execute(
                    "UPDATE logistics_override_request SET create_uid = %s WHERE id = %s",
                    [user.id, wizard.id],
                )
                self.env.invalidate_all()
                allowed = role not in ("auditor", "portal", "stranger")
                self.assertEqual(self._may(role, wizard, "action_request"), allowed)

    def test_what_only_opens_a_screen_needs_the_right_to_read(self):
        readers = set(ROLES)
        for record, method in (
            (self.approval, "action_open_record"),
            (self.shipment, "action_open_overrides"),
        ):
            with self.subTest(method=method):
                self.assertLessEqual(readers, self._who_may(record, method))

    def test_every_public_method_of_these_models_is_tried_here(self):
        tried = {
            "logistics.approval": {
                "action_approve",
                "action_reject",
                "action_withdraw",
                "action_open_record",
            },
            "logistics.approval.kind": set(),
            "logistics.duty.conflict": set(),
            "logistics.override": {"action_withdraw"},
            "logistics.override.request": {"action_request"},
            "logistics.approval.rejection": {"action_reject"},
            "logistics.billing.request": {"action_request"},
        }
        for model, expected in tried.items():
            with self.subTest(model=model):
                own = {
                    name
                    for cls in type(self.env[model]).mro()
                    if cls.__module__.startswith("odoo.addons.logistics_milestone_sync")
                    for name, value in vars(cls).items()
                    if callable(value)
                    and not name.startswith("_")
                    and not getattr(value, "_api_private", False)
                }
                self.assertEqual(own - {"create", "write", "unlink"}, expected)

    def test_private_methods_are_no_doors(self):
        for record, method in (
            (self.approval, "_close"),
            (self.approval, "_decide"),
            (self.approval, "_move_to"),
            (self.override, "_ask"),
            (self.override, "_activate"),
            (self.override, "_end"),
            (self.shipment, "_record_facts"),
            (self.shipment, "_state_milestone"),
            (self.env["logistics.duty.conflict"].search([], limit=1), "to_conflict"),
        ):
            with self.subTest(method=method):
                self.assertEqual(self._who_may(record, method), set())

    # === Writing past the methods === #

    def test_nobody_writes_what_an_approval_decides(self):
        later = fields.Datetime.now() + timedelta(days=99)
        for record, values in (
            (self.approval, {"state": "approved"}),
            (self.approval, {"approver_id": self.roles["finance_approver"].id}),
            (self.approval, {"requester_id": self.roles["user"].id}),
            (self.approval, {"expires_at": fields.Datetime.to_string(later)}),
            (self.approval, {"decision_note": "Fine"}),
            (self.case, {"billing_approved": True}),
            (self.case, {"state": "closed"}),
            (self.override, {"state": "active"}),
            (self.override, {"valid_until": fields.Datetime.to_string(later)}),
            (self.override, {"milestone_id": 1}),
            (self.shipment, {"is_overridden": True}),
            (self.shipment, {"is_overridden": False}),
            (self.shipment, {"override_ids": [[2, self.override.id]]}),
            (self.shipment.event_ids[:1], {"is_override": True}),
        ):
            with self.subTest(model=record._name, values=values):
                self.assertEqual(self._who_may(record, "write", values), set())

    def test_nobody_makes_them_by_hand_or_through_defaults(self):
        now = fields.Datetime.to_string(fields.Datetime.now())
        approval = {
            "kind": "exception_billing",
            "res_model": "logistics.exception",
            "res_id": self.case.id,
            "company_id": self.company.id,
            "requester_id": self.asker.id,
            "requested_at": now,
            "state": "approved",
        }
        override = {
            "shipment_id": self.shipment.id,
            "milestone_id": self.override.milestone_id.id,
            "reason_id": self.override.reason_id.id,
            "note": "x",
            "state": "active",
        }
        for model, values in (
            ("logistics.approval", approval),
            ("logistics.override", override),
            ("logistics.approval.kind", {"code": "exception_billing"}),
        ):
            defaults = {f"default_{name}": value for name, value in values.items()}
            with self.subTest(model=model):
                self.assertEqual(self._who_may(self.env[model], "create", values), set())
                self.assertEqual(
                    self._who_may(self.env[model], "create", {}, context=defaults), set()
                )

    def test_a_default_in_the_context_of_asking_decides_nothing(self):
        self.approval.with_user(self.asker).action_withdraw()
        forged = {
            "default_state": "approved",
            "default_approver_id": self.roles["manager"].id,
            "default_requester_id": self.roles["manager"].id,
            "default_billing_approved": True,
        }
        self._call("finance_preparer", self.case, "action_request_billing_approval", context=forged)
        approval = self.case.approval_ids.filtered(lambda a: a.state == "pending")
        self.assertEqual(approval.requester_id, self.roles["finance_preparer"])
        self.assertFalse(approval.approver_id)
        self.assertFalse(self.case.billing_approved)

    def test_a_default_state_does_not_make_an_override_active(self):
        self.override.with_user(self.asker).action_withdraw()
        values = {
            "shipment_id": self.shipment.id,
            "milestone_id": self.override.milestone_id.id,
            "reason_id": self.override.reason_id.id,
            "note": "Because",
        }
        forged = {"default_state": "active", "default_activated_at": "2026-01-01 00:00:00"}
        model = self.env["logistics.override.request"]
        wizard = model.browse(self._call("user", model, "create", values, context=forged))
        self._call("user", wizard, "action_request", context=forged)
        override = self.shipment.override_ids.filtered(lambda o: o.state != "withdrawn")
        self.assertEqual((override.state, override.activated_at), ("requested", False))
        self.assertFalse(self.shipment.is_overridden)

    def test_nobody_removes_them(self):
        for record in (self.approval, self.override):
            with self.subTest(model=record._name):
                self.assertEqual(self._who_may(record, "unlink"), set())

    # === One's own request, by every way === #

    def test_nobody_approves_his_own_request_by_any_way(self):
        both = self._create_user("rpc-both", "manager", "finance_approver")
        self.roles["both"] = both
        self.approval.with_user(self.asker).action_withdraw()
        self.override.with_user(self.asker).action_withdraw()
        self.case.with_user(both).action_request_billing_approval()
        self._ask_override(both, self.shipment, "lost")
        own = self.env["logistics.approval"].search([("requester_id", "=", both.id)])
        self.assertEqual(len(own), 3)
        for approval in own:
            with self.subTest(kind=approval.kind):
                self.assertFalse(self._may("both", approval, "action_approve"))
                self.assertFalse(self._may("both", approval, "action_reject", "No"))
                with self.assertRaises(AccessError):
                    approval.with_user(both).sudo().action_approve()
        dialog = self.env["logistics.approval.rejection"]
        values = {"approval_ids": [[6, 0, own.ids]], "answer": "No"}
        wizard = dialog.browse(self._call("both", dialog, "create", values))
        self.assertFalse(self._may("both", wizard, "action_reject"))
        self.assertEqual(set(own.mapped("state")), {"pending"})
