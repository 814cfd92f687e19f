from datetime import UTC, datetime, timedelta

from psycopg2 import Error
from psycopg2.errors import RestrictViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.logistics_integration_audit.core.entry import Entry

from .common import AuditCase


@tagged("post_install", "-at_install", "logistics")
class TestAppendOnly(AuditCase):
    def _assert_refused(self, statement, *params):
        with (
            self.assertRaises(RestrictViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(statement, params)

    # === Together with the step, or not at all === #

    def test_a_fact_and_its_entry_are_undone_together(self):
        shipment = self._create_shipment()
        mark = self._mark()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._state(self.wms, shipment, "picked")
            self.assertTrue(self._entries_since(mark, kind="event"))
            raise ZeroDivisionError
        self.assertFalse(self._entries_since(mark))
        self.assertNotIn("picked", shipment.event_ids.mapped("milestone_code"))

    def test_an_entry_that_cannot_be_written_undoes_the_step(self):
        shipment = self._create_shipment()
        self.env.cr.execute(
            "ALTER TABLE logistics_audit_entry"
            " ADD CONSTRAINT closed CHECK (kind <> 'event') NOT VALID"
        )
        with self.assertRaises(Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._state(self.wms, shipment, "picked")
        self.assertNotIn("picked", shipment.event_ids.mapped("milestone_code"))

    def test_a_batch_of_entries_is_one_insert(self):
        entries = [Entry("state", f"Step {n}") for n in range(300)]
        self.Entry._record(entries[:1])  # warm the caches
        with self.assertQueryCount(1):
            self.Entry._record(entries)

    def test_nothing_to_write_is_no_query(self):
        with self.assertQueryCount(0):
            self.Entry._record([])

    def test_an_entry_knows_who_and_when(self):
        clerk = self._create_user("clerk-audit", "user")
        before = datetime.now(UTC).replace(tzinfo=None)
        mark = self._mark()
        self.Entry.with_user(clerk)._record([Entry("state", "A step")])
        entry = self._entries_since(mark)
        self.assertEqual((entry.actor_id, entry.actor_name), (clerk, clerk.name))
        self.assertLess(abs(entry.occurred - before), timedelta(minutes=1))

    def test_elevated_code_still_acts_for_its_user(self):
        clerk = self._create_user("clerk-sudo", "user")
        mark = self._mark()
        self.Entry.with_user(clerk).sudo()._record([Entry("state", "A step")])
        self.assertEqual(self._entries_since(mark).actor_id, clerk)

    def test_text_that_postgresql_cannot_keep_is_made_fit(self):
        mark = self._mark()
        self.Entry._record([Entry("state", "a\x00b\ud800", after={"note": "c\x00d"})])
        entry = self._entries_since(mark)
        self.assertEqual(entry.summary, "a\ufffdb?")
        self._seal_all()
        self.assertTrue(self.Entry._verify_chain()["ok"])

    # === Nobody changes it: SQL === #

    def test_an_entry_cannot_be_changed_by_sql_before_or_after_sealing(self):
        entry = self._write_entries()
        self._assert_refused(
            "UPDATE logistics_audit_entry SET summary = 'x' WHERE id = %s", entry.id
        )
        self._seal_all()
        for column in ("summary", "hash", "salt"):
            with self.subTest(column=column):
                self._assert_refused(
                    f"UPDATE logistics_audit_entry SET {column} = 'x' WHERE id = %s",
                    entry.id,
                )

    def test_sealing_cannot_smuggle_in_a_change(self):
        entry = self._write_entries()
        self._assert_refused(
            "UPDATE logistics_audit_entry SET seq = 1000000, previous_hash = 'a', hash = 'b',"
            " summary = 'x' WHERE id = %s",
            entry.id,
        )

    def test_an_entry_cannot_be_unsealed(self):
        entry = self._write_entries()
        self._seal_all()
        self._assert_refused(
            "UPDATE logistics_audit_entry SET seq = NULL, previous_hash = NULL, hash = NULL"
            " WHERE id = %s",
            entry.id,
        )

    def test_a_sealed_entry_cannot_be_inserted(self):
        self._assert_refused(
            "INSERT INTO logistics_audit_entry (kind, occurred, actor_id, actor_name, summary,"
            " salt, content_hash, seq, previous_hash, hash)"
            " VALUES ('state', now(), 1, 'x', 'x', 's', 'c', 1000000, 'p', 'h')"
        )

    def test_an_entry_cannot_be_deleted_by_sql(self):
        entry = self._write_entries()
        self._assert_refused("DELETE FROM logistics_audit_entry WHERE id = %s", entry.id)
        self._assert_refused("TRUNCATE logistics_audit_entry")
        self._seal_all()
        self._assert_refused("DELETE FROM logistics_audit_entry WHERE id = %s", entry.id)

    def test_the_end_of_the_chain_only_moves_forward(self):
        self._write_entries()
        self._seal_all()
        self._assert_refused("UPDATE logistics_audit_chain SET seq = seq - 1")
        self._assert_refused("UPDATE logistics_audit_chain SET hash = 'x'")
        self._assert_refused("DELETE FROM logistics_audit_chain")
        self._assert_refused("TRUNCATE logistics_audit_chain")
        self._assert_refused("INSERT INTO logistics_audit_chain (seq, hash) VALUES (9, 'x')")

    # === Nobody changes it: Odoo === #

    def test_odoo_refuses_with_a_sentence_even_for_the_superuser(self):
        entry = self._write_entries()
        attempts = {
            "write": lambda: entry.sudo().write({"summary": "x"}),
            "unlink": lambda: entry.sudo().unlink(),
            "create": lambda: self.Entry.sudo().create({"kind": "state", "summary": "x"}),
            "copy": lambda: entry.sudo().copy(),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "evidence"):
                attempt()

    def test_odoo_refuses_to_touch_the_end_of_the_chain(self):
        chain = self.env["logistics.audit.chain"].search([])
        self.assertEqual(len(chain), 1)
        attempts = {
            "write": lambda: chain.write({"seq": 0}),
            "unlink": lambda: chain.unlink(),
            "create": lambda: chain.create({"seq": 0, "hash": "x"}),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "sealer"):
                attempt()

    def test_the_actor_of_an_entry_cannot_be_deleted(self):
        clerk = self._create_user("clerk-gone", "user")
        self.Entry.with_user(clerk)._record([Entry("state", "A step")])
        with self.assertRaises(Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            clerk.unlink()
