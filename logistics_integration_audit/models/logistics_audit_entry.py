import secrets
from datetime import UTC, datetime

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.entry import differences, from_text, storable, to_text
from ..core.entry_types import AREAS, ENTRY_TYPES, entry_type
from ..core.hash_chain import content_hash

# What an entry tells people. Only its salted digest enters the chain, so that personal data can be
# erased one day without breaking the chain.
CONTENT = ("actor_name", "res_name", "summary", "before", "after")
# What the chain covers, besides position and predecessor.
COVERED = (
    "kind",
    "occurred",
    "actor_id",
    "company_id",
    "res_model",
    "res_id",
    "shipment_id",
    "source",
    "content_hash",
)
# Who reads entries, as XML ids.
READERS = (
    "logistics_milestone_sync.logistics_milestone_sync_group_auditor,"
    "logistics_milestone_sync.logistics_milestone_sync_group_manager"
)
_SALT_BYTES = 16


class LogisticsAuditEntry(models.Model):
    """One governed step: who did what to which record, and what changed.

    Entries are written in the transaction of the step itself, without a place in the chain, so that
    steps never wait for each other; the sealer gives them their place (``logistics_audit_sealer``).
    A database trigger refuses everything else, for SQL and superusers too.
    """

    _name = "logistics.audit.entry"
    _description = "Audit Entry"
    _order = "id desc"
    _rec_name = "summary"
    _log_access = False

    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True)
    area = fields.Selection(
        selection="_selection_area", compute="_compute_area", search="_search_area"
    )
    occurred = fields.Datetime("When", required=True, readonly=True)
    actor_id = fields.Many2one(
        "res.users", "Who", required=True, readonly=True, ondelete="restrict"
    )
    actor_name = fields.Char("Name at That Time", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    res_model = fields.Char("Record Type", readonly=True)
    res_id = fields.Many2oneReference("Record Id", model_field="res_model", readonly=True)
    res_name = fields.Char("Record", readonly=True)
    summary = fields.Char("What", required=True, readonly=True)
    before = fields.Text(readonly=True)
    after = fields.Text(readonly=True)
    changes_html = fields.Html("Values", compute="_compute_changes_html", sanitize=False)
    source = fields.Char("Caused By", readonly=True)

    # === The chain === #
    salt = fields.Char(required=True, readonly=True)
    content_hash = fields.Char("Digest of the Content", required=True, readonly=True)
    seq = fields.Integer("Position", readonly=True)
    previous_hash = fields.Char("Hash Before", readonly=True)
    hash = fields.Char(readonly=True)
    sealing = fields.Selection(
        [("sealed", "Sealed"), ("waiting", "Waiting")],
        compute="_compute_sealing",
        search="_search_sealing",
    )

    _seq_uniq = models.UniqueIndex("(seq)", "This position of the chain is taken.")
    # Used by the sealer, which looks every minute; tiny, because nearly all entries are sealed.
    _unsealed_idx = models.Index("(id) WHERE seq IS NULL")
    _record_idx = models.Index("(res_model, res_id)")
    _kind_idx = models.Index("(kind, id)")
    # Entries come in by the clock: a block range index costs next to nothing on insert.
    _occurred_idx = models.Index("USING brin (occurred)")

    def init(self):
        """Make the table append-only; uninstalling drops the table and the trigger with it."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION logistics_audit_entry_guard() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'INSERT' AND NEW.seq IS NULL AND NEW.hash IS NULL THEN
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND NEW.seq IS NOT NULL
                        AND NEW.previous_hash IS NOT NULL AND NEW.hash IS NOT NULL
                        AND to_jsonb(NEW) - '{seq,previous_hash,hash}'::text[]
                          = to_jsonb(OLD) - '{seq,previous_hash,hash}'::text[] THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'logistics_audit_entry is append-only'
                        USING ERRCODE = 'restrict_violation';
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS append_only ON logistics_audit_entry;
                CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE
                    ON logistics_audit_entry
                    FOR EACH ROW EXECUTE FUNCTION logistics_audit_entry_guard();
                DROP TRIGGER IF EXISTS no_truncate ON logistics_audit_entry;
                CREATE TRIGGER no_truncate BEFORE TRUNCATE ON logistics_audit_entry
                    FOR EACH STATEMENT EXECUTE FUNCTION logistics_audit_entry_guard();
                """
            )
        )

    # === Reading === #

    @api.model
    def _selection_kind(self):
        return [(kind.code, kind.label) for kind in ENTRY_TYPES.values()]

    @api.model
    def _selection_area(self):
        return list(AREAS.items())

    @api.depends("kind")
    def _compute_area(self):
        for entry in self:
            entry.area = entry_type(entry.kind).area

    def _search_area(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("kind", "in", [k.code for k in ENTRY_TYPES.values() if k.area in value])]

    @api.depends("seq")
    def _compute_sealing(self):
        for entry in self:
            entry.sealing = "sealed" if entry.seq else "waiting"

    def _search_sealing(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = {state == "sealed" for state in value}
        return [("hash", "!=" if wanted == {True} else "=", False)] if len(wanted) == 1 else []

    @api.depends("before", "after")
    def _compute_changes_html(self):
        for entry in self:
            rows = differences(from_text(entry.before), from_text(entry.after))
            entry.changes_html = entry._changes_table(rows) if rows else False

    def _changes_table(self, rows):
        """Rows of ``core.entry.differences`` as a table."""
        titles = (self.env._("Value"), self.env._("Before"), self.env._("After"))
        head = Markup().join(map(Markup("<th>{}</th>").format, titles))
        row = Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>")
        body = Markup().join(
            row.format(name.replace("_", " "), _shown(before), _shown(after))
            for name, before, after in rows
        )
        table = Markup('<table class="table table-sm"><tr>{}</tr>{}</table>')
        return table.format(head, body)

    def action_open_record(self):
        """Open the record that this entry is about.

        :raises UserError: if it is gone, or has no screen of its own
        """
        self.ensure_one()
        if (
            self.res_model not in self.env
            or not self.env[self.res_model].browse(self.res_id).exists()
        ):
            raise UserError(self.env._("%s does not exist any more.", self.res_name))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    @api.model
    def _action_open(self, domain):
        """The list of the entries in ``domain``, without the filters of the menu."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_integration_audit.logistics_audit_entry_action"
        )
        return action | {"domain": domain, "context": {}}

    # === Writing === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_message())

    def _append_only_message(self):
        return self.env._("Audit entries are evidence: nobody enters, changes or removes them.")

    @api.model
    def _record(self, entries):
        """Write entries in this transaction, with one INSERT: they live or die with the step.

        :param list entries: of ``core.entry.Entry``, in the order in which things happened
        """
        if not entries:
            return
        actor = self.env["res.users"].browse(self.env.uid or SUPERUSER_ID)
        actor_sudo = actor.sudo()
        # Odoo's now() drops the microseconds, which order entries for people.
        now = datetime.now(UTC).replace(tzinfo=None)
        rows = [_row(entry, now, actor_sudo.id, actor_sudo.name) for entry in entries]
        self.env.cr.execute(
            SQL(
                "INSERT INTO logistics_audit_entry (%s) VALUES %s",
                SQL(", ").join(map(SQL.identifier, rows[0])),
                SQL(", ").join(SQL("%s", tuple(row.values())) for row in rows),
            )
        )


def _row(entry, occurred, actor_id, actor_name):
    """One row of the table, from a ``core.entry.Entry``."""
    content = {
        "actor_name": storable(actor_name),
        "res_name": storable(entry.res_name) or None,
        "summary": storable(entry.summary),
        "before": _storable_json(entry.before),
        "after": _storable_json(entry.after),
    }
    salt = secrets.token_hex(_SALT_BYTES)
    return {
        "kind": entry.kind,
        "occurred": occurred,
        "actor_id": actor_id,
        "company_id": entry.company_id or None,
        "res_model": entry.res_model or None,
        "res_id": entry.res_id or None,
        "shipment_id": entry.shipment_id or None,
        "source": storable(entry.source) or None,
        "salt": salt,
        "content_hash": content_hash(salt, content),
        **content,
    }


def _storable_json(values):
    text = to_text(values)
    return text and storable(text)


def _shown(value):
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
