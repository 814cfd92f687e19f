from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.hash_chain import GENESIS, Head


class LogisticsAuditChain(models.Model):
    """Where the chain of audit entries ends: one row, moved forward by the sealer only.

    Kept apart from the entries, it betrays a chain whose end was cut off or that was rewritten.
    """

    _name = "logistics.audit.chain"
    _description = "Head of the Audit Chain"
    _rec_name = "seq"
    _log_access = False

    seq = fields.Integer("Sealed Entries", required=True, readonly=True)
    hash = fields.Char(required=True, readonly=True)

    def init(self):
        """Make the row, and let it only move forward."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_audit_chain (seq, hash)
                SELECT 0, %s WHERE NOT EXISTS (SELECT 1 FROM logistics_audit_chain);
                CREATE OR REPLACE FUNCTION logistics_audit_chain_guard() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'UPDATE' AND NEW.seq > OLD.seq THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'the audit chain only moves forward'
                        USING ERRCODE = 'restrict_violation';
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS only_forward ON logistics_audit_chain;
                CREATE TRIGGER only_forward BEFORE INSERT OR UPDATE OR DELETE
                    ON logistics_audit_chain
                    FOR EACH ROW EXECUTE FUNCTION logistics_audit_chain_guard();
                DROP TRIGGER IF EXISTS no_truncate ON logistics_audit_chain;
                CREATE TRIGGER no_truncate BEFORE TRUNCATE ON logistics_audit_chain
                    FOR EACH STATEMENT EXECUTE FUNCTION logistics_audit_chain_guard();
                """,
                GENESIS,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self._sealer_message())

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self._sealer_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._sealer_message())

    def _sealer_message(self):
        return self.env._("The end of the audit chain is kept by the sealer alone.")

    @api.model
    def _lock(self):
        """Be the only sealer until the end of the transaction, and read where the chain ends.

        Must be the first statement of the transaction: unlike every query, ``LOCK TABLE`` takes no
        snapshot. Whoever waited for it here sees what the sealer before him committed, while a row
        lock would leave him with the head as it was before he waited.

        :return: ``core.hash_chain.Head``
        """
        self.env.cr.execute("LOCK TABLE logistics_audit_chain IN EXCLUSIVE MODE")
        return self._head()

    @api.model
    def _head(self):
        """Where the chain ends (``core.hash_chain.Head``), as of this transaction."""
        ((seq, digest),) = self.env.execute_query(
            SQL("SELECT seq, hash FROM logistics_audit_chain")
        )
        return Head(seq, digest)

    @api.model
    def _advance(self, link):
        """Move the end to a ``core.hash_chain.Link``, with the lock held."""
        self.env.cr.execute(
            "UPDATE logistics_audit_chain SET seq = %s, hash = %s", (link.seq, link.hash)
        )
        self.invalidate_model()
