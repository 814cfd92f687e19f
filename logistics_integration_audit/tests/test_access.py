from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestAccess(AuditCase):
    def _models(self):
        return [
            model
            for name, model in sorted(self.env.items())
            if name.startswith("logistics.") and not model._abstract and not model._transient
        ]

    def test_the_auditor_reads_every_model_of_the_suite_and_changes_none(self):
        self.assertGreater(len(self._models()), 20)
        for model in self._models():
            as_auditor = model.with_user(self.auditor)
            with self.subTest(model=model._name):
                rights = {
                    operation
                    for operation in ("read", "write", "create", "unlink")
                    if as_auditor.has_access(operation)
                }
                self.assertEqual(rights, {"read"})

    def test_the_auditor_really_reads_what_is_there(self):
        self._state(self.wms, self._create_shipment(), "picked", "packed")
        for model in self._models():
            with self.subTest(model=model._name):
                records = model.with_user(self.auditor).search([], limit=1)
                records.read()

    def test_the_auditor_is_refused_by_every_server_side_write(self):
        shipment = self._create_shipment().with_user(self.auditor)
        with self.assertRaises(AccessError):
            shipment.write({"weight": 1})
        with self.assertRaises(AccessError):
            self.env["logistics.shipment"].with_user(self.auditor).create({})
        with self.assertRaises(AccessError):
            shipment.unlink()

    def test_the_auditor_opens_every_menu_of_the_suite(self):
        menus = self.env["ir.ui.menu"].with_user(self.auditor)
        root = self.env.ref("logistics_milestone_sync.menu_root")
        below = menus.sudo().search([("id", "child_of", root.id), ("action", "!=", False)])
        visible = below.filtered(lambda menu: menu.id in menus._visible_menu_ids())
        self.assertGreater(len(visible), 3)
        for menu in visible:
            action = menu.sudo().action
            if action._name != "ir.actions.act_window":
                continue
            with self.subTest(menu=menu.complete_name):
                model = self.env[action.res_model].with_user(self.auditor)
                model.get_views([(False, mode) for mode in action.view_mode.split(",")])
                model.search([], limit=1)

    def test_nobody_but_auditors_and_managers_reads_entries(self):
        expected = {"user": False, "finance_approver": False, "manager": True, "auditor": True}
        for role, may in expected.items():
            user = self._create_user(f"reads-{role}", role)
            with self.subTest(role=role):
                self.assertEqual(self.Entry.with_user(user).has_access("read"), may)

    def test_nobody_writes_entries(self):
        roles = ("user", "manager", "integration_admin", "finance_approver", "auditor")
        for role in roles:
            user = self._create_user(f"writes-{role}", role)
            for operation in ("write", "create", "unlink"):
                with self.subTest(role=role, operation=operation):
                    self.assertFalse(self.Entry.with_user(user).has_access(operation))

    def test_an_auditor_sees_the_entries_of_his_own_companies_only(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        mine = self._write_entries(1, company_id=self.company.id)
        theirs = self._write_entries(1, company_id=other.id)
        shared = self._write_entries(1)
        found = self.Entry.with_user(self.auditor).search([("id", ">=", mine.id)])
        self.assertEqual(set(found.ids), {mine.id, shared.id})
        with self.assertRaises(AccessError):
            theirs.with_user(self.auditor).read(["summary"])

    def test_a_clerk_opens_a_shipment_without_the_right_to_audit(self):
        clerk = self._create_user("clerk-form", "user")
        shipment = self._create_shipment().with_user(clerk)
        arch = shipment.get_view(view_type="form")["arch"]
        self.assertNotIn("audit_entry_count", arch)

    def test_nothing_outside_this_module_points_into_it(self):
        """So it can be uninstalled without losing a fact."""
        own = {"logistics.audit.entry", "logistics.audit.chain", "logistics.integration"}
        pointing = self.env["ir.model.fields"].search(
            [
                ("relation", "in", sorted(own)),
                ("model", "not in", sorted(own)),
                ("store", "=", True),
            ]
        )
        self.assertFalse(pointing.mapped(lambda field: f"{field.model}.{field.name}"))
