import itertools

from psycopg2 import errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_milestone_sync.core.fact import AttributeFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestFieldStatement(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tms = cls._create_system("tms", "tms")
        cls.crm = cls._create_system("crm", "crm")
        cls.clerk = cls._create_user("clerk-field", "user")
        cls.shipment = cls._create_shipment()

    def _says(self, field, value, hour=None, shipment=None):
        named = (Reference("shipment", (shipment or self.shipment).name),)
        return AttributeFact(named, field, value, None if hour is None else self._at(hour))

    def _deciding(self, field):
        return self.shipment.field_statement_ids.filtered(
            lambda row: row.decides and row.field_name == field
        )

    def _rule(self, **values):
        values = {"company_id": self.company.id, "object_kind": "field"} | values
        return self.env["logistics.ownership.rule"].create(values)

    # === What systems state === #

    def test_what_odoo_creates_is_stated_by_odoo(self):
        self.assertEqual(self.shipment.weight, 10.0)
        self.assertEqual(self._deciding("declared_weight").system_id.kind, "odoo")
        self.assertEqual(self._deciding("declared_weight").value_text, "10 kg")
        self.assertTrue(self.shipment.promised_at)

    def test_the_owner_s_word_is_shown(self):
        outcomes = self._record(
            self.wms, self._says("declared_weight", "22.5 KGM"), self._says("package_count", "3")
        )
        self.assertEqual([o.status for o in outcomes], ["recorded", "recorded"])
        self.assertEqual((self.shipment.weight, self.shipment.declared_packages), (22.5, 3))
        self.assertEqual(self._deciding("declared_weight").system_id, self.wms)

    def test_every_field_has_its_place_on_the_shipment(self):
        tms, odoo = self.tms, self.env["logistics.system"]._odoo_system(self.company)
        self._record(
            tms,
            self._says("transport_mode", "LTL"),
            self._says("service_level", "Next Day"),
        )
        self._record(
            odoo,
            self._says("incoterm", "dap"),
            self._says("promised_at", "2030-01-02T10:00:00+02:00", 1_000_000),
        )
        shipment = self.shipment
        self.assertEqual((shipment.transport_mode, shipment.service_level), ("ltl", "Next Day"))
        self.assertEqual(shipment.incoterm, "DAP")
        self.assertEqual(str(shipment.promised_at), "2030-01-02 08:00:00")

    def test_a_field_can_be_emptied_by_its_owner(self):
        self._record(self.tms, self._says("service_level", "Next Day", 1))
        self._record(self.tms, self._says("service_level", "", 2))
        self.assertFalse(self.shipment.service_level)
        self.assertEqual(self._deciding("service_level").value_text, "no value")

    def test_who_does_not_own_a_field_is_heard_but_changes_nothing(self):
        [outcome] = self._record(self.carrier, self._says("declared_weight", "99"))
        self.assertEqual((outcome.status, self.shipment.weight), ("advisory", 10.0))
        self.assertIn("does not own", outcome.explanation)
        self._rule(field_name="declared_weight", system_kind="crm", verdict="reject")
        [outcome] = self._record(self.crm, self._says("declared_weight", "98"))
        self.assertEqual((outcome.status, self.shipment.weight), ("rejected", 10.0))
        heard = self.shipment.field_statement_ids.filtered(lambda row: row.value in ("98", "99"))
        self.assertEqual(set(heard.mapped("verdict")), {"advisory", "reject"})

    def test_any_order_gives_the_same_shipment(self):
        facts = [
            (self.wms, self._says("declared_weight", "11", 1)),
            (self.wms, self._says("declared_weight", "12", 2)),
            (self.tms, self._says("declared_weight", "50", 9)),
            (self.carrier, self._says("declared_weight", "70", 9)),
        ]
        for order in itertools.permutations(facts):
            shipment = self._create_shipment()
            for system, said in order:
                stated = self._says(said.field, said.value, shipment=shipment)
                stated = AttributeFact(stated.references, said.field, said.value, said.stated_at)
                self._record(system, stated)
            self.assertEqual(shipment.weight, 12.0)

    def test_the_same_statement_again_is_counted(self):
        said = self._says("declared_weight", "11", 1)
        outcomes = self._record(self.wms, said, said) + self._record(self.wms, said)
        self.assertEqual([o.status for o in outcomes], ["recorded", "duplicate", "duplicate"])
        self.assertEqual(self._deciding("declared_weight").duplicate_count, 2)

    def test_a_statement_about_an_unknown_shipment_waits_for_it(self):
        named = (Reference("tracking", "1Z-LATER"),)
        [outcome] = self._record(self.wms, AttributeFact(named, "declared_weight", "12"))
        self.assertEqual(outcome.status, "parked")
        self._record(self.wms, self._names(self.shipment, ("tracking", "1Z-LATER")))
        self.env["logistics.parked.fact"].search([]).action_rematch()
        self.assertEqual(self.shipment.weight, 12.0)

    def test_the_number_of_queries_does_not_grow(self):
        shipments = [self._create_shipment() for _n in range(6)]

        def count(many, hour):
            facts = [self._says("declared_weight", f"{hour + n}", hour, s) for n, s in many]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record(self.wms, *facts)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(enumerate(shipments), 1)
        self.assertEqual(count(enumerate(shipments[:1]), 2), count(enumerate(shipments), 3))

    def test_nobody_rewrites_what_was_stated(self):
        row = self.shipment.field_statement_ids[:1]
        with self.assertRaises(UserError):
            row.write({"value": "1"})
        with self.assertRaises(UserError):
            row.unlink()
        with self.assertRaises(UserError):
            row.create({"shipment_id": self.shipment.id, "field_name": "incoterm"})
        for query in (
            "UPDATE logistics_field_statement SET value = '1' WHERE id = %s",
            "DELETE FROM logistics_field_statement WHERE id = %s",
        ):
            with (
                self.subTest(query=query),
                self.assertRaises(errors.RestrictViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [row.id])

    # === What people write === #

    def test_an_edit_is_odoo_s_statement(self):
        with Form(self.shipment.with_user(self.clerk)) as form:
            form.incoterm = "FCA"
            form.promised_at = "2030-05-06 10:00:00"
        self.assertEqual(self.shipment.incoterm, "FCA")
        said = self._deciding("promised_at")
        self.assertEqual((said.system_id.kind, said.value), ("odoo", "2030-05-06T10:00:00+00:00"))
        self.assertEqual(said.source, f"res.users,{self.clerk.id}")

    def test_two_edits_in_one_moment_keep_their_order(self):
        shipment = self.shipment.with_user(self.clerk)
        for term in ("FCA", "DAP", "EXW", "CIP"):
            shipment.incoterm = term
            self.assertEqual(shipment.incoterm, term)

    def test_saving_without_a_change_states_nothing(self):
        before = self.shipment.field_statement_ids
        self.shipment.with_user(self.clerk).write({"weight": 10.0, "incoterm": False})
        self.assertEqual(self.shipment.field_statement_ids, before)

    def test_an_edit_of_what_odoo_does_not_own_is_refused_with_its_owner(self):
        self._rule(field_name="incoterm", system_kind="odoo", verdict="advisory")
        self._rule(field_name="incoterm", system_kind="tms")
        with self.assertRaisesRegex(AccessError, "owned by System tms.*source of truth"):
            self.shipment.with_user(self.clerk).incoterm = "DAP"
        self.assertFalse(self.shipment.incoterm)

    def test_an_edit_against_a_better_owner_is_refused_with_what_he_said(self):
        self._record(self.wms, self._says("declared_weight", "12"))
        with self.assertRaisesRegex(UserError, "System wms states Declared Weight: 12 kg"):
            self.shipment.with_user(self.clerk).weight = 15
        self.assertEqual(self.shipment.weight, 12.0)

    def test_elevated_code_is_judged_too(self):
        self._rule(field_name="incoterm", system_kind="odoo", verdict="advisory")
        self.shipment.sudo().incoterm = "DAP"
        self.assertFalse(self.shipment.incoterm)
        self.assertIn("advisory", self.shipment.field_statement_ids.mapped("verdict"))

    def test_a_shipment_made_by_hand_states_its_fields(self):
        shipments = self.env["logistics.shipment"].with_user(self.clerk)
        made = shipments.with_context(default_transport_mode="air").create(
            {"weight": 3, "service_level": "Express"}
        )
        self.assertEqual(
            (made.weight, made.service_level, made.transport_mode), (3.0, "Express", "air")
        )
        self.assertEqual(len(made.field_statement_ids), 3)
        self._rule(field_name="transport_mode", system_kind="odoo", verdict="reject")
        with self.assertRaises(AccessError):
            shipments.create({"transport_mode": "air"})

    def test_who_may_not_write_shipments_states_nothing(self):
        auditor = self._create_user("auditor-field", "auditor")
        with self.assertRaises(AccessError):
            self.shipment.with_user(auditor).write({"incoterm": "DAP"})

    def test_a_value_that_is_none_is_refused_with_its_field(self):
        with self.assertRaisesRegex(UserError, "Service Level"):
            self.shipment.with_user(self.clerk).service_level = "x" * 100

    def test_what_a_person_changes_is_told_once_with_what_was_there_before(self):
        self.shipment.incoterm = "DAP"
        self.env.flush_all()
        self.env.cr.precommit.run()
        before = self.shipment.message_ids
        self.shipment.with_user(self.clerk).incoterm = "DDP"
        self.env.flush_all()
        self.env.cr.precommit.run()
        told = self.shipment.message_ids - before
        values = told.tracking_value_ids
        self.assertEqual((len(told), told.author_id), (1, self.clerk.partner_id))
        self.assertEqual(
            (values.old_value_char, values.new_value_char),
            ("DAP – Delivered at Place", "DDP – Delivered Duty Paid"),
        )

    def test_a_rebuilt_state_holds_the_same_fields(self):
        self._record(self.wms, self._says("declared_weight", "10 LBR"))
        weight = self.shipment.weight
        self.env.cr.execute("UPDATE logistics_shipment SET weight = 1, promised_at = NULL")
        self.shipment.invalidate_recordset()
        self.shipment._project()
        self.assertAlmostEqual(self.shipment.weight, 4.5359237)
        self.assertEqual(self.shipment.weight, weight)
        self.assertTrue(self.shipment.promised_at)
