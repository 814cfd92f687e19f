from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LogisticsDecision(models.Model):
    """What was decided about a release, from which events, under which agreement. Never changed."""

    _name = "logistics.decision"
    _description = "Billing Decision"
    _order = "id desc"
    _rec_name = "release_id"

    release_id = fields.Many2one(
        "logistics.release", required=True, readonly=True, index=True, ondelete="restrict"
    )
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    agreement_id = fields.Many2one(
        "logistics.agreement", "Under", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    state_before = fields.Char("From", readonly=True)
    state = fields.Char("To", required=True, readonly=True)
    why = fields.Char(readonly=True)
    explanation = fields.Json(readonly=True)
    evidence = fields.Json("Event Ids", readonly=True, help="Ledger events that it rests on.")
    event_ids = fields.Many2many(
        "logistics.milestone.event", compute="_compute_event_ids", string="Rests On"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    decided_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True, ondelete="restrict")

    def init(self):
        """Make the table append-only; uninstalling drops the table and the trigger with it."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION logistics_decision_guard() RETURNS trigger AS $$
                BEGIN
                    RAISE EXCEPTION 'logistics_decision is append-only'
                        USING ERRCODE = 'restrict_violation';
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS append_only ON logistics_decision;
                CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logistics_decision
                    FOR EACH ROW EXECUTE FUNCTION logistics_decision_guard();
                DROP TRIGGER IF EXISTS no_truncate ON logistics_decision;
                CREATE TRIGGER no_truncate BEFORE TRUNCATE ON logistics_decision
                    FOR EACH STATEMENT EXECUTE FUNCTION logistics_decision_guard();
                """
            )
        )

    def _compute_event_ids(self):
        events = self.env["logistics.milestone.event"]
        for decision in self:
            decision.event_ids = events.browse(decision.evidence or ()).exists()

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_message())

    def _append_only_message(self):
        return self.env._("Decisions are evidence and cannot be changed or removed.")

    def _decisions_recorded(self):
        """Hook: these decisions were taken, in this very transaction."""
