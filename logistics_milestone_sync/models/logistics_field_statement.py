from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from ..core.clock import naive, utc
from ..core.shipment_field import FieldStatement, value_of, winners
from .ownership_cell_mixin import FIELD_NAMES


class LogisticsFieldStatement(models.Model):
    """What every system ever stated about a field of a shipment. Nothing is changed or removed.

    Rows are written by ``logistics.shipment._record_facts`` only. A database trigger refuses
    everything but counting a repeated statement, for SQL and superusers too.
    """

    _name = "logistics.field.statement"
    _description = "Statement about a Shipment Field"
    _inherit = ["logistics.source.mixin"]
    _order = "shipment_id, field_name, said_at desc, id desc"
    _rec_name = "field_name"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    client_id = fields.Many2one(related="shipment_id.client_id", string="3PL Client")
    field_name = fields.Selection(FIELD_NAMES, "Field", required=True, readonly=True)
    value = fields.Char(readonly=True, help="In canonical spelling; empty says: no value.")
    value_text = fields.Char("Stated Value", compute="_compute_value_text")
    system_id = fields.Many2one(
        "logistics.system",
        "Stated By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    verdict = fields.Selection(
        [("accept", "Counts"), ("advisory", "Advisory"), ("reject", "Refused")],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        "logistics.ownership.rule",
        "Decided By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    priority = fields.Integer(readonly=True, help="Of its speaker among the owners, then.")
    said_at = fields.Datetime(
        "When", required=True, readonly=True, help="Stated by the source, else when we heard it."
    )
    stated_at = fields.Datetime("Stated", readonly=True, help="When the source recorded it.")
    received_at = fields.Datetime("Heard", required=True, readonly=True)
    recorded_at = fields.Datetime("Recorded", required=True, readonly=True)
    source = fields.Char(readonly=True, help="The raw message it came from.")
    duplicate_count = fields.Integer("Repeated", readonly=True)
    statement_key = fields.Char(required=True, readonly=True)
    decides = fields.Boolean(compute="_compute_decides", help="The shipment shows this value.")

    _statement_key_uniq = models.UniqueIndex(
        "(statement_key)", "This statement was recorded already."
    )

    def init(self):
        """Make the table append-only; uninstalling drops the table and the trigger with it."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION logistics_field_statement_guard() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'duplicate_count'
                                          = to_jsonb(OLD) - 'duplicate_count' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'logistics_field_statement is append-only'
                        USING ERRCODE = 'restrict_violation';
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS append_only ON logistics_field_statement;
                CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logistics_field_statement
                    FOR EACH ROW EXECUTE FUNCTION logistics_field_statement_guard();
                DROP TRIGGER IF EXISTS no_truncate ON logistics_field_statement;
                CREATE TRIGGER no_truncate BEFORE TRUNCATE ON logistics_field_statement
                    FOR EACH STATEMENT EXECUTE FUNCTION logistics_field_statement_guard();
                """
            )
        )

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_message())

    def _append_only_message(self):
        return self.env._(
            "What was stated is evidence and cannot be entered or changed by hand. "
            "Edit the shipment instead: that is a statement, too."
        )

    @api.depends("field_name", "value")
    @api.depends_context("lang", "tz")
    def _compute_value_text(self):
        shipments = self.env["logistics.shipment"]
        modes = dict(shipments._fields["transport_mode"]._description_selection(self.env))
        for row in self:
            value = value_of(row.field_name, row.value or "")
            if row.field_name == "promised_at" and value:
                row.value_text = format_datetime(self.env, naive(value))
            elif row.field_name == "declared_weight" and row.value:
                row.value_text = self.env._("%s kg", row.value)
            else:
                row.value_text = modes.get(row.value) or row.value or self.env._("no value")

    @api.depends("shipment_id")
    def _compute_decides(self):
        counting = self._counting(self.shipment_id.ids)
        keys = {said.key for many in counting.values() for said in winners(many).values()}
        for row in self:
            row.decides = row.statement_key in keys

    @api.model
    def _counting(self, shipment_ids):
        """The statements that count about some shipments, read in one query.

        :return: ``{shipment id: [core.shipment_field.FieldStatement, …]}``
        """
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT shipment_id, statement_key, field_name, value, priority, said_at, system_id"
                "  FROM logistics_field_statement"
                " WHERE shipment_id = ANY(%s) AND verdict = 'accept'",
                list(shipment_ids),
            )
        )
        counting = defaultdict(list)
        for row in rows:
            counting[row["shipment_id"]].append(
                FieldStatement(
                    key=row["statement_key"],
                    field=row["field_name"],
                    value=row["value"] or "",
                    priority=row["priority"],
                    said_at=utc(row["said_at"]),
                    system_id=row["system_id"],
                )
            )
        return counting
