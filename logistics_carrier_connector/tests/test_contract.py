import base64
import json
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ConnectorCase

SCHEMA = {
    "type": "object",
    "properties": {
        "events": {
            "type": "array",
            "items": {
                "properties": {
                    "tracking": {"type": "string"},
                    "code": {"type": "string"},
                    "at": {"type": "string"},
                }
            },
        }
    },
    "required": ["events"],
}


@tagged("post_install", "-at_install", "logistics")
class TestContract(ConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_user("owner", "integration_admin")
        cls.deputy = cls._create_user("deputy", "integration_admin")
        cls.contract = cls._contract("json_schema", json.dumps(SCHEMA))
        cls.connection.contract_id = cls.contract

    @classmethod
    def _contract(cls, kind, content, **values):
        contract = cls.env["logistics.contract"].create(
            {
                "name": f"Contract {kind}",
                "code": f"test_{kind}",
                "kind": kind,
                "user_id": cls.owner.id,
                "backup_user_id": cls.deputy.id,
                **values,
            }
        )
        version = cls.env["logistics.contract.version"].create(
            {"contract_id": contract.id, "content": content}
        )
        version._activate()
        return contract

    def _remind(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "logistics_carrier_connector.ir_cron_contract_reminders"
            ).method_direct_trigger()

    def _measure(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "logistics_carrier_connector.ir_cron_contract_drift"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _drift(self, **values):
        domain = [("contract_id", "=", self.contract.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["logistics.contract.drift"].search(domain)

    # === Forms === #

    def test_each_form_refuses_what_could_not_be_used(self):
        for kind, content in (
            ("json_schema", "{"),
            ("xsd", "<a/>"),
            ("edi", '{"colour": ["red"]}'),
        ):
            contract = self.env["logistics.contract"].create(
                {"name": kind, "code": f"x_{kind}", "kind": kind}
            )
            with self.subTest(kind=kind), self.assertRaisesRegex(UserError, "cannot be used"):
                self.env["logistics.contract.version"].create(
                    {"contract_id": contract.id, "content": content}
                )

    def test_a_message_against_the_rules_of_its_envelope_is_a_dead_letter(self):
        mapping = self.env["logistics.mapping"].search([("code", "=", "x12_214")])
        contract = self._contract("edi", '{"senders": ["SOMEBODY"], "test": "allow"}')
        connection = self._create_connection(
            self.other_carrier, mapping_id=mapping.id, contract_id=contract.id
        )
        isa = (
            "ISA*00*          *00*          *ZZ*NOBODY         *ZZ*US             "
            "*260302*0800*U*00401*000000001*0*P*>~"
        )
        message = self._take((isa + "IEA*0*000000001~").encode(), connection)
        self.assertEqual(message.state, "dead")
        self.assertIn("sender was not agreed", message.error_message)

    def test_a_contract_that_was_in_use_keeps_its_form(self):
        with self.assertRaisesRegex(ValidationError, "stays as it was written"):
            self.contract.kind = "xsd"

    def test_a_version_goes_live_when_somebody_else_approves_it(self):
        version = (
            self.env["logistics.contract.version"]
            .with_user(self.owner)
            .create({"contract_id": self.contract.id, "content": "{}"})
        )
        version.action_submit()
        with self.assertRaises(AccessError):
            version.pending_approval_id.with_user(self.owner).action_approve()
        self._approve(version)
        self.assertEqual(self.contract.active_version_id, version)

    def test_a_version_that_golden_samples_do_not_fit_does_not_go_live(self):
        sample = self.env["logistics.mapping.sample"].create(
            {
                "name": "Sample",
                "mapping_id": self.mapping.id,
                "content": base64.b64encode(self._body("OK")),
            }
        )
        sample.action_expect()
        version = self.env["logistics.contract.version"].create(
            {"contract_id": self.contract.id, "content": '{"required": ["number"]}'}
        )
        with self.assertRaisesRegex(UserError, "Not all fit"):
            version.action_submit()

    def test_a_schema_is_made_from_samples(self):
        with self.assertRaisesRegex(UserError, "no sample"):
            self.contract.action_schema_from_samples()
        self.env["logistics.mapping.sample"].create(
            {
                "name": "Sample",
                "mapping_id": self.mapping.id,
                "content": base64.b64encode(self._body("OK", "PU")),
            }
        )
        action = self.contract.with_user(self.owner).action_schema_from_samples()
        draft = self.env["logistics.contract.version"].browse(action["res_id"])
        self.assertEqual(draft.state, "draft")
        schema = json.loads(draft.content)
        self.assertEqual(
            schema["properties"]["events"]["items"]["properties"]["code"]["type"], "string"
        )
        self.assertEqual(self._take(self._body("PU")).state, "parked")

    # === Terms === #

    def test_the_review_is_told_once_to_the_owner(self):
        self.contract.review_date = fields.Date.today() - timedelta(days=1)
        self._remind()
        self._remind()
        self.assertEqual(self.contract.activity_ids.user_id, self.owner)
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_the_deputy_is_told_when_the_owner_has_left(self):
        self.owner.active = False
        self.contract.review_date = fields.Date.today()
        self._remind()
        self.assertEqual(self.contract.activity_ids.user_id, self.deputy)

    def test_the_end_of_a_deprecated_contract_is_told_in_time(self):
        today = fields.Date.today()
        self.contract.write({"state": "deprecated", "sunset_date": today + timedelta(days=60)})
        self._remind()
        self.assertFalse(self.contract.activity_ids)
        self.contract.sunset_date = today + timedelta(days=20)
        self._remind()
        self.assertIn("ends on", self.contract.activity_ids.summary)

    @mute_logger("odoo.sql_db")
    def test_a_deprecated_contract_says_until_when_it_holds(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.contract.state = "deprecated"
            self.env.flush_all()

    def test_a_connection_takes_no_contract_that_has_ended(self):
        successor = self._contract("edi", '{"test": "allow"}')
        self.contract.write({"state": "ended", "successor_id": successor.id})
        with self.assertRaisesRegex(ValidationError, "Take Contract edi instead"):
            self._create_connection(self.other_carrier, contract_id=self.contract.id)

    # === Drift === #

    def test_fields_that_are_new_gone_or_of_another_type_are_counted(self):
        self._take(self._body("PU", colour="red"))
        self._take(json.dumps({"events": [{"tracking": "1ZTEST", "code": 7}]}).encode())
        self._measure()
        found = {(row.kind, row.path): row.message_count for row in self._drift()}
        self.assertEqual(
            found,
            {
                ("seen", ""): 2,
                ("unknown", "colour"): 1,
                ("missing", "events[].at"): 1,
                ("retyped", "events[].code"): 1,
            },
        )
        self.assertEqual(self._drift(kind="unknown").share, 50.0)

    def test_each_message_is_counted_once(self):
        self._take(self._body("PU", colour="red"))
        self._measure()
        self._measure()
        self._take(self._body("OK", colour="red"))
        self._take(b"{")
        self._measure()
        self.assertEqual(self._drift(kind="unknown").message_count, 2)
        self.assertEqual(self._drift(kind="seen").message_count, 2)
        self._measure()
        self.assertEqual(self._drift(kind="seen").message_count, 2)

    def test_what_cannot_be_decoded_does_not_hold_up_the_count(self):
        self._take(b"{")
        self._measure()
        seen = self._drift(kind="seen")
        self.assertEqual((seen.message_count, bool(seen.last_message)), (0, True))

    def test_the_owner_is_told_once_before_anything_breaks(self):
        for number in range(6):
            self.assertEqual(self._take(self._body("PU", n=number)).state, "parked")
        self._measure()
        self.assertIn("are changing", self.contract.activity_ids.summary)
        self.assertIn("New field: n (6 of 6)", self.contract.activity_ids.note)
        self.assertEqual(self.contract.activity_ids.user_id, self.owner)
        for number in range(6):
            self._take(self._body("OK", n=number))
        self._measure()
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertEqual(self.contract.drift_count, 1)
        for number in range(20):
            self._take(self._body("PU", n=number, colour="red", size="big"))
        self._measure()
        self.assertEqual(len(self.contract.activity_ids), 1, "what is new is added to it")
        self.assertIn("colour", self.contract.activity_ids.note)

    def test_the_values_of_messages_are_not_kept(self):
        self._take(self._body("PU", secret_note="do not tell"))
        self._measure()
        told = " ".join(str(value) for row in self._drift().read() for value in row.values())
        self.assertIn("secret_note", told)
        self.assertNotIn("do not tell", told)

    def test_a_batch_is_counted_with_the_same_queries_whatever_its_size(self):
        spent = []
        for count in (2, 20):
            for number in range(count):
                self._send(self._body("PU", **{f"field_{number}": count}))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            measured = self.env["logistics.contract.drift"]._measure(self.connection)
            self.env.flush_all()
            spent.append(self.env.cr.sql_log_count - before)
            self.assertEqual(measured, count)
        self.assertLessEqual(spent[1], spent[0], "the first one also fills caches")

    def test_nobody_writes_drift(self):
        self._take(self._body("PU", colour="red"))
        self._measure()
        with self.assertRaises(AccessError):
            self._drift(kind="unknown").with_user(self.owner).write({"message_count": 0})
