from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..core.entry import Entry
from ..core.entry_types import tell
from ..core.hash_chain import Link as ChainLink
from ..core.hash_chain import Row, content_hash, seal, verify
from .logistics_audit_entry import CONTENT, COVERED, READERS

_BATCH = 1000


class LogisticsAuditEntry(models.Model):
    """Gives entries their place in the chain, and follows the chain to see whether it holds."""

    _inherit = "logistics.audit.entry"

    # === Sealing === #

    @api.model
    def _cron_seal(self):
        """Seal what was recorded, batch by batch, each in a transaction of its own."""
        cron = self.env["ir.cron"]
        # Ends the transaction of the scheduler, so that the lock is the first statement of ours.
        cron._commit_progress(remaining=self._count_unsealed())
        while sealed := self._seal():
            if not cron._commit_progress(sealed):
                return

    @api.model
    def _seal(self, limit=_BATCH):
        """Seal the oldest entries that have no place yet. First statement of its transaction.

        :return: how many were sealed; 0 if there was nothing to do
        """
        chain = self.env["logistics.audit.chain"]
        head = chain._lock()
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT id, %s FROM logistics_audit_entry WHERE seq IS NULL ORDER BY id LIMIT %s",
                _columns(COVERED),
                limit,
            )
        )
        links = seal(head, [_covered(row) for row in rows])
        if links:
            self._store_links(rows, links)
            chain._advance(links[-1])
        return len(links)

    def _store_links(self, rows, links):
        self.env.cr.execute_values(
            "UPDATE logistics_audit_entry AS entry"
            " SET seq = link.seq, previous_hash = link.previous_hash, hash = link.hash"
            " FROM (VALUES %s) AS link(id, seq, previous_hash, hash) WHERE entry.id = link.id",
            [
                (row["id"], link.seq, link.previous_hash, link.hash)
                for row, link in zip(rows, links, strict=True)
            ],
            page_size=len(rows),
        )
        self.browse(row["id"] for row in rows).invalidate_recordset()

    @api.model
    def _count_unsealed(self):
        ((count,),) = self.env.execute_query(
            SQL("SELECT count(*) FROM logistics_audit_entry WHERE seq IS NULL")
        )
        return count

    # === Verifying === #

    @api.model
    def _verify_chain(self):
        """Follow the whole chain and say where it is broken first.

        Reads with the snapshot of this transaction, so the sealer may go on meanwhile.

        :return: dict with ``ok``, ``checked`` (entries that follow each other soundly),
            ``waiting`` (entries without a place yet), ``first_broken`` (position or ``None``),
            ``message`` (a sentence) and ``head`` (the hash of the last sound entry)
        """
        self.env.flush_all()
        verdict = verify(self._sealed_rows(), self.env["logistics.audit.chain"]._head())
        waiting = self._count_unsealed()
        return {
            "ok": verdict.ok,
            "checked": verdict.checked,
            "waiting": waiting,
            "first_broken": verdict.broken_at,
            "message": verdict.reason or _sound(verdict.checked, waiting),
            "head": verdict.head.hash,
        }

    @api.model
    def _sealed_rows(self):
        """All sealed entries by position (``core.hash_chain.Row``), read in pages."""
        reached = None
        while True:
            page = self.env.execute_query_dict(
                SQL(
                    "SELECT seq, previous_hash, hash, salt, %s FROM logistics_audit_entry"
                    " WHERE seq IS NOT NULL AND %s ORDER BY seq LIMIT %s",
                    _columns(COVERED + CONTENT),
                    SQL("TRUE") if reached is None else SQL("seq > %s", reached),
                    _BATCH,
                )
            )
            yield from map(_to_row, page)
            if len(page) < _BATCH:
                return
            reached = page[-1]["seq"]

    @api.model
    def verify_chain(self):
        """Verify the chain as an auditor, and leave an entry that says what was found.

        :return: see ``_verify_chain``
        :raises AccessError: for users who may not read audit entries
        """
        if not self.env.su and not self.env.user.has_groups(READERS):
            raise AccessError(self.env._("Only auditors and managers verify the audit chain."))
        found = self._verify_chain()
        self._record(
            [
                Entry(
                    "chain_verified",
                    tell("chain_verified", {"detail": found["message"]}),
                    res_model="logistics.audit.chain",
                    res_name="Audit chain",
                    after=found,
                )
            ]
        )
        return found

    def action_verify_chain(self):
        """Verify the whole chain, whatever entries are selected, and tell the result."""
        found = self.verify_chain()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Audit Chain"),
                "message": found["message"],
                "type": "success" if found["ok"] else "danger",
                "sticky": not found["ok"],
            },
        }


def _sound(checked, waiting):
    """English, like every sentence that is sealed."""
    sealed = f"The audit chain is sound: {checked} entries verified."
    return sealed + (f" {waiting} wait to be sealed." if waiting else "")


def _columns(names):
    return SQL(", ").join(map(SQL.identifier, names))


def _covered(row):
    """The columns that the chain covers, as text and numbers with one exact spelling."""
    occurred = row["occurred"].isoformat(timespec="microseconds") + "Z"
    return {name: row[name] for name in COVERED} | {"occurred": occurred}


def _to_row(row):
    content = {name: row[name] for name in CONTENT}
    return Row(
        ChainLink(row["seq"], row["previous_hash"], row["hash"]),
        _covered(row),
        content_intact=content_hash(row["salt"], content) == row["content_hash"],
    )
