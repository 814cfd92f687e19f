from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.logistics_milestone_sync.core.shipment_field import FIELDS

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestMatrix(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("manager-matrix", "manager")
        cls.picked = cls.env.ref("logistics_milestone_sync.milestone_picked")

    def _matrix(self, user=None):
        rules = self.env["logistics.ownership.rule"].with_user(user or self.manager)
        return rules.with_company((user or self.manager).company_id).read_matrix()

    def _cell(self, matrix, label, kind, system=None):
        [row] = [
            row
            for section in matrix["sections"]
            for row in section["rows"]
            if row["label"] == label and row["cell"].get("charge_side") != "sell"
        ]
        place = (kind, system.id if system else False)
        columns = [(column["kind"], column["system_id"]) for column in matrix["columns"]]
        return row["cells"][columns.index(place)]

    def test_it_shows_what_a_statement_would_meet(self):
        matrix = self._matrix()
        cell = self._cell(matrix, "Picked", "wms")
        self.assertEqual((cell["verdict"], cell["rank"], cell["origin"]), ("accept", 1, "shared"))
        self.assertEqual(self._cell(matrix, "Picked", "crm")["origin"], "none")
        self.assertEqual(self._cell(matrix, "Freight", "aggregator")["rank"], 2)
        self.assertFalse(self._cell(matrix, "Freight", "aggregator")["exact"])
        self.assertEqual(self._cell(matrix, "Declared weight", "odoo")["rank"], 3)

    def test_every_topic_has_its_row(self):
        rows = [row for section in self._matrix()["sections"] for row in section["rows"]]
        milestones = self.env["logistics.milestone"].search_count([])
        self.assertEqual(len(rows), milestones + 2 * 9 + len(FIELDS))
        self.assertTrue(all(len(row["cells"]) == 8 for row in rows))

    def test_a_system_with_its_own_rule_has_a_column_beside_its_kind(self):
        self.env["logistics.ownership.rule"].create(
            {
                "company_id": self.company.id,
                "milestone_id": self.picked.id,
                "system_id": self.wms.id,
                "verdict": "reject",
            }
        )
        matrix = self._matrix()
        labels = [column["label"] for column in matrix["columns"]]
        self.assertEqual(labels.index("System wms"), 2, "behind the warehouse management")
        cell = self._cell(matrix, "Picked", "wms", self.wms)
        self.assertEqual((cell["verdict"], cell["origin"]), ("reject", "own"))

    def test_a_change_that_waits_is_marked_where_it_will_hold(self):
        values = {
            "company_id": self.company.id,
            "object_kind": "milestone",
            "milestone_id": self.picked.id,
            "system_kind": "crm",
            "verdict": "reject",
            "reason": "Sales does not pick.",
        }
        changes = self.env["logistics.ownership.change"].with_user(self.manager)
        waiting = self._matrix()["pending"]
        change = changes.action_propose(values)
        matrix = self._matrix()
        self.assertEqual(matrix["pending"], waiting + 1)
        [waiting] = self._cell(matrix, "Picked", "crm")["pending"]
        self.assertEqual(waiting["id"], change["id"])
        self.assertFalse(self._cell(matrix, "Packed", "crm")["pending"])

    def test_each_company_sees_its_own(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        vals = {"milestone_id": self.picked.id, "system_kind": "wms", "verdict": "reject"}
        self.env["logistics.ownership.rule"].create(vals | {"company_id": other.id})
        foreigner = self._create_user("manager-matrix-other", "manager", company=other)
        self.assertEqual(self._cell(self._matrix(), "Picked", "wms")["verdict"], "accept")
        self.assertEqual(self._cell(self._matrix(foreigner), "Picked", "wms")["verdict"], "reject")
        self.assertEqual(self._matrix(foreigner)["company"]["name"], "Other Company")

    def test_who_reads_and_who_proposes(self):
        proposes = {}
        for role in ("user", "manager", "integration_admin", "finance_approver", "auditor"):
            matrix = self._matrix(self._create_user(f"{role}-reads-matrix", role))
            proposes[role] = matrix["can_propose"]
        self.assertEqual(
            {role for role, may in proposes.items() if may}, {"manager", "integration_admin"}
        )
        with self.assertRaises(AccessError):
            self._matrix(self._create_user("stranger-matrix"))

    def test_the_number_of_queries_does_not_depend_on_the_rules(self):
        self._matrix()

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._matrix()
            return self.env.cr.sql_log_count - before

        few = count()
        for code in ("packed", "dispatched", "delivered", "lost", "returned"):
            milestone = self.env.ref(f"logistics_milestone_sync.milestone_{code}")
            vals = {"company_id": self.company.id, "milestone_id": milestone.id}
            self.env["logistics.ownership.rule"].create(vals | {"system_kind": "crm"})
        count()
        self.assertLessEqual(count(), few)


@tagged("post_install", "-at_install", "logistics")
class TestMatrixTour(HttpCase, LogisticsCase):
    def test_an_administrator_reads_the_matrix_and_proposes_a_change(self):
        manager = self._create_user("tour-matrix", "manager")
        self.env["logistics.ownership.rule"].create(
            {
                "company_id": self.company.id,
                "milestone_id": self.env.ref("logistics_milestone_sync.milestone_picked").id,
                "system_id": self.wms.id,
                "verdict": "reject",
            }
        )
        self.start_tour(
            "/odoo/source-of-truth", "logistics_source_of_truth", login=manager.login, timeout=180
        )
        change = self.env["logistics.ownership.change"].search([], limit=1)
        self.assertEqual(
            (change.state, change.charge_type, change.charge_side, change.system_kind),
            ("waiting", "freight", "buy", "tms"),
        )
        self.assertEqual((change.verdict, change.priority), ("accept", 40))
