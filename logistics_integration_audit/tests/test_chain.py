import hashlib
import json

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestChain(AuditCase):
    def setUp(self):
        super().setUp()
        self._seal_all()
        self.start = self.env["logistics.audit.chain"]._head().seq
        self.entries = self._write_entries(5)
        self._seal_all()

    def _tamper(self, statement, *params):
        """What only somebody with the database server in his hands can do."""
        self.env.cr.execute("ALTER TABLE logistics_audit_entry DISABLE TRIGGER USER")
        self.env.cr.execute(statement, params)
        self.env.cr.execute("ALTER TABLE logistics_audit_entry ENABLE TRIGGER USER")
        self.Entry.invalidate_model()

    def _assert_broken_at(self, position, words):
        found = self.Entry._verify_chain()
        self.assertFalse(found["ok"])
        self.assertEqual(found["first_broken"], self.start + position)
        self.assertEqual(found["checked"], self.start + position - 1)
        self.assertIn(words, found["message"])

    # === Sealing === #

    def test_sealing_numbers_the_entries_without_gaps_in_their_order(self):
        self.assertEqual(self.entries.mapped("seq"), [self.start + n for n in range(1, 6)])
        self.assertEqual(self.entries[1].previous_hash, self.entries[0].hash)
        self.assertEqual(set(self.entries.mapped("sealing")), {"sealed"})

    def test_sealing_again_changes_nothing(self):
        before = self.entries.read(["seq", "previous_hash", "hash"])
        head = self.env["logistics.audit.chain"]._head()
        self.assertEqual(self.Entry._seal(), 0)
        self.entries.invalidate_recordset()
        self.assertEqual(self.entries.read(["seq", "previous_hash", "hash"]), before)
        self.assertEqual(self.env["logistics.audit.chain"]._head(), head)

    def test_how_it_is_batched_does_not_matter(self):
        more = self._write_entries(5)
        sealed = [self.Entry._seal(limit=2) for _batch in range(4)]
        self.assertEqual(sealed, [2, 2, 1, 0])
        self.assertEqual(more.mapped("seq"), [self.start + n for n in range(6, 11)])
        self.assertTrue(self.Entry._verify_chain()["ok"])

    def test_the_scheduled_job_seals_everything(self):
        entries = self._write_entries(3)
        with self.enter_registry_test_mode():
            self.env.ref("logistics_integration_audit.ir_cron_seal").method_direct_trigger()
        entries.invalidate_recordset()
        self.assertEqual(set(entries.mapped("sealing")), {"sealed"})

    def test_an_auditor_can_recompute_a_link_from_the_columns_alone(self):
        row = self.entries[2].read(
            ["kind", "res_model", "source", "content_hash", "seq", "previous_hash", "hash"]
        )[0]
        covered = {
            "kind": row["kind"],
            "occurred": self.entries[2].occurred.isoformat(timespec="microseconds") + "Z",
            "actor_id": self.entries[2].actor_id.id,
            "company_id": None,
            "res_model": None,
            "res_id": None,
            "shipment_id": None,
            "source": None,
            "content_hash": row["content_hash"],
            "seq": row["seq"],
            "previous_hash": row["previous_hash"],
        }
        text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), row["hash"])

    # === Verifying === #

    def test_a_sound_chain_verifies_and_says_what_still_waits(self):
        self._write_entries(2)
        found = self.Entry._verify_chain()
        self.assertTrue(found["ok"])
        self.assertEqual((found["checked"], found["waiting"]), (self.start + 5, 2))
        self.assertIsNone(found["first_broken"])
        self.assertIn("2 wait to be sealed", found["message"])
        self.assertEqual(found["head"], self.entries[-1].hash)

    def test_verifying_reads_in_pages(self):
        self._write_entries(1500)
        self._seal_all()
        found = self.Entry._verify_chain()
        self.assertEqual((found["ok"], found["checked"]), (True, self.start + 1505))

    def test_a_changed_sentence_is_found_at_its_position(self):
        self._tamper(
            "UPDATE logistics_audit_entry SET summary = 'x' WHERE id = %s", self.entries[2].id
        )
        self._assert_broken_at(3, "changed")

    def test_a_changed_actor_time_or_source_is_found_at_its_position(self):
        for column, value in (("actor_id", "4"), ("occurred", "now()"), ("source", "'x'")):
            with self.subTest(column=column), self.env.cr.savepoint() as savepoint:
                self._tamper(
                    f"UPDATE logistics_audit_entry SET {column} = {value} WHERE id = %s",
                    self.entries[1].id,
                )
                self._assert_broken_at(2, "changed")
                savepoint.rollback()

    def test_a_forged_content_with_its_own_digest_is_found_too(self):
        self._tamper(
            "UPDATE logistics_audit_entry SET content_hash = repeat('0', 64) WHERE id = %s",
            self.entries[3].id,
        )
        self._assert_broken_at(4, "changed")

    def test_a_deleted_entry_is_found_at_its_position(self):
        self._tamper("DELETE FROM logistics_audit_entry WHERE id = %s", self.entries[1].id)
        self._assert_broken_at(2, "missing")

    def test_a_cut_off_end_is_found(self):
        self._tamper("DELETE FROM logistics_audit_entry WHERE seq > %s", self.start + 3)
        self._assert_broken_at(4, "missing")

    def test_an_entry_added_behind_the_end_is_found(self):
        self._tamper(
            "INSERT INTO logistics_audit_entry (kind, occurred, actor_id, actor_name, summary,"
            " salt, content_hash, seq, previous_hash, hash)"
            " SELECT kind, occurred, actor_id, actor_name, 'forged', salt, content_hash,"
            " seq + 1, hash, repeat('0', 64) FROM logistics_audit_entry WHERE id = %s",
            self.entries[4].id,
        )
        self._assert_broken_at(6, "never sealed")

    def test_two_swapped_entries_are_found_at_the_first(self):
        one, two = self.entries[1], self.entries[3]
        self._tamper(
            "UPDATE logistics_audit_entry entry SET summary = other.summary, salt = other.salt,"
            " content_hash = other.content_hash FROM logistics_audit_entry other"
            " WHERE entry.id IN %s AND other.id IN %s AND entry.id <> other.id",
            (one.id, two.id),
            (one.id, two.id),
        )
        self._assert_broken_at(2, "changed")

    # === The button === #

    def test_the_auditor_verifies_with_one_button_and_that_leaves_an_entry(self):
        mark = self._mark()
        action = self.Entry.with_user(self.auditor).action_verify_chain()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(action["params"]["type"], "success")
        entry = self._entries_since(mark, kind="chain_verified")
        self.assertEqual(entry.actor_id, self.auditor)
        self.assertEqual(self._after(entry)["checked"], self.start + 5)
        self.assertEqual(self._after(entry)["head"], self.entries[-1].hash)

    def test_the_button_works_as_the_list_calls_it_with_or_without_a_selection(self):
        for ids in ([], self.entries[:2].ids):
            with self.subTest(ids=ids):
                entries = self.Entry.with_user(self.auditor).browse()
                action = call_kw(entries, "action_verify_chain", [ids], {})
                self.assertEqual(action["params"]["type"], "success")

    def test_the_button_says_where_it_is_broken(self):
        self._tamper("DELETE FROM logistics_audit_entry WHERE id = %s", self.entries[0].id)
        action = self.Entry.with_user(self.auditor).action_verify_chain()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn(f"Entry {self.start + 1} is missing", action["params"]["message"])

    def test_who_may_not_read_entries_may_not_verify_them(self):
        clerk = self._create_user("clerk-verify", "user")
        with self.assertRaises(AccessError):
            self.Entry.with_user(clerk).verify_chain()
