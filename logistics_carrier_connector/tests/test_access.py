from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SECRET, ConnectorCase

MODELS = (
    "logistics.connection",
    "logistics.connection.proof",
    "logistics.connection.secret",
    "logistics.refusal",
    "logistics.message",
    "logistics.message.duplicate",
    "logistics.message.acknowledgement",
    "logistics.mapping",
    "logistics.mapping.version",
    "logistics.contract",
    "logistics.contract.version",
    "logistics.rate.bucket",
    "logistics.mapping.sample",
    "logistics.mapping.expectation",
    "logistics.mapping.override",
    "logistics.unmapped.code",
    "logistics.dry.run",
    "logistics.dry.run.fact",
    "logistics.dry.run.shipment",
    "logistics.contract.drift",
    "logistics.folder",
    "logistics.folder.file",
    "logistics.poll",
    "logistics.poll.number",
    "logistics.poll.attempt",
    "logistics.poll.run",
    "logistics.replay",
    "logistics.replay.line",
    "logistics.replay.shipment",
    "logistics.message.attempt",
    "logistics.message.disclosure",
)


@tagged("post_install", "-at_install", "logistics")
class TestAccess(ConnectorCase):
    def _rights(self, user, operation):
        return {name for name in MODELS if self.env[name].with_user(user).has_access(operation)}

    def test_an_employee_without_a_logistics_role_sees_nothing(self):
        self.assertEqual(self._rights(self._create_user("nobody"), "read"), set())

    def test_a_user_reads_messages_and_changes_nothing(self):
        user = self._create_user("ops-test", "user")
        self.assertLessEqual(
            {"logistics.message", "logistics.connection"}, self._rights(user, "read")
        )
        for operation in ("write", "create", "unlink"):
            self.assertEqual(self._rights(user, operation), set())

    def test_an_auditor_reads_everything_and_changes_nothing(self):
        auditor = self._create_user("auditor-test", "auditor")
        self.assertEqual(self._rights(auditor, "read"), set(MODELS))
        for operation in ("write", "create", "unlink"):
            self.assertEqual(self._rights(auditor, operation), set())

    def test_every_role_opens_the_screens_of_what_it_may_read(self):
        self._take(b"{")
        self.env["logistics.connection.proof"].create(
            {"connection_id": self.connection.id, "verifier_kind": "bearer", "secret": SECRET}
        )
        now = fields.Datetime.now()
        self.env["logistics.refusal"].create(
            {
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                "cause": "wrong",
                "day": now.date(),
                "count": 1,
                "first_at": now,
                "last_at": now,
            }
        )
        for role in ("user", "manager", "integration_admin", "auditor"):
            user = self._create_user(f"screens-{role}", role)
            for name in MODELS:
                model = self.env[name].with_user(user)
                if not model.has_access("read"):
                    continue
                kinds = ["list", "form"]
                if name == "logistics.connection.secret":
                    kinds.append("calendar")
                for kind in kinds:
                    with self.subTest(role=role, model=name, kind=kind):
                        views = model.get_views([(False, kind)])
                        shown = {field: {} for field in views["models"][name]["fields"]}
                        model.search([], limit=3).web_read(shown)

    def test_nobody_writes_messages_not_even_the_integration_administrator(self):
        admin = self._create_user("integration", "integration_admin")
        message = self._take(b"{").with_user(admin)
        for name, value in (("state", "processed"), ("outcomes", []), ("sha256", "0")):
            with self.assertRaises(AccessError):
                message.write({name: value})
        with self.assertRaises(AccessError):
            message.unlink()

    def test_raw_content_is_for_administrators_and_auditors(self):
        message = self._take(b'{"events": [], "x": 1}')
        user = self._create_user("ops-test", "user")
        for name in ("raw_text", "tree_text", "tree_html", "body"):
            with self.assertRaises(AccessError):
                message.with_user(user).read([name])
        for group in ("integration_admin", "auditor"):
            reader = self._create_user(f"reader-{group}", group)
            self.assertIn("events", message.with_user(reader).raw_text)
            with self.assertRaises(AccessError):
                message.with_user(reader).read(["body"])

    def test_the_token_is_for_administrators(self):
        user = self._create_user("ops-test", "user")
        with self.assertRaises(AccessError):
            self.connection.with_user(user).read(["token"])

    def test_another_company_sees_none_of_it(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user(
            "stranger", "manager", "integration_admin", "auditor", company=other
        )
        self._take(b"{")
        self._send(b"{")
        self.env["logistics.rate.bucket"]._take(self.connection.id, 60)
        shared = ("logistics.mapping", "logistics.contract")
        for name in MODELS:
            if not name.startswith(shared):
                self.assertFalse(self.env[name].with_user(stranger).search([]), name)

    def test_another_companys_message_cannot_be_retried_by_its_id(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        stranger = self._create_user("stranger", "integration_admin", company=other)
        message = self._take(b"{")
        with self.assertRaises(AccessError):
            message.with_user(stranger).action_retry()
        self.assertEqual(message.state, "dead")

    def test_a_system_of_another_company_cannot_be_connected(self):
        other = self.env["res.company"].create({"name": "Somebody else"})
        foreign = self._create_system("foreign", "carrier", company=other)
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self._create_connection(foreign, company_id=self.company.id)
        self.assertIn("compan", str(caught.exception).lower())
