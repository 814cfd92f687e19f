from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

_SUGGESTIONS = 5


class LogisticsUnmappedCode(models.Model):
    """A code that a profile does not explain, as one piece of work however often it comes.

    Made by the lane worker when it meets the code for the first time. How many messages wait for it
    is asked from the messages themselves, so it is right at any moment and no worker ever waits for
    another to count.
    """

    _name = "logistics.unmapped.code"
    _description = "Code without a Meaning"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.meaning.mixin",
        "logistics.governed.mixin",
        "logistics.stateful.mixin",
    ]
    _order = "state desc, id desc"
    _rec_name = "code"
    _check_company_auto = True
    _governed_fields = (
        *("mapping_id", "company_id", "code", "first_message_id", "first_seen_at", "state"),
        *("draft_id", "override_id"),
    )
    _transitions = {"open": ("mapped", "dismissed"), "mapped": ("open",), "dismissed": ("open",)}

    mapping_id = fields.Many2one(
        "logistics.mapping", "Profile", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True, readonly=True)
    first_seen_at = fields.Datetime("First Seen", readonly=True)
    first_message_id = fields.Many2one(
        "logistics.message",
        "Example",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    connection_id = fields.Many2one(related="first_message_id.connection_id")
    client_id = fields.Many2one(related="first_message_id.client_id")
    state = fields.Selection(
        [("open", "To Do"), ("mapped", "Has a Meaning"), ("dismissed", "Dismissed")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    user_id = fields.Many2one("res.users", "Responsible", index="btree_not_null", tracking=True)
    message_held_count = fields.Integer("Messages on Hold", compute="_compute_held")
    last_seen_at = fields.Datetime("Last Seen", compute="_compute_held")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_at_risk = fields.Monetary(
        "Money at Risk",
        compute="_compute_amount_at_risk",
        help="Not invoiced yet, on shipments that the messages on hold speak of.",
    )
    suggestion = fields.Char("Elsewhere It Means", compute="_compute_suggestion")
    suggested_milestone_id = fields.Many2one(
        "logistics.milestone", "Suggested", compute="_compute_suggestion"
    )
    draft_id = fields.Many2one(
        "logistics.mapping.version",
        "Draft with It",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    override_id = fields.Many2one(
        "logistics.mapping.override",
        "Exception",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    # Used by _note_unmapped: one work item per code, whoever meets it first.
    _code_uniq = models.UniqueIndex(
        "(mapping_id, company_id, code)", "There is a work item for this code."
    )

    # === What waits for it === #

    @api.depends("code", "mapping_id", "company_id")
    def _compute_held(self):
        counted = {row["id"]: row for row in self._held_rows()}
        for item in self:
            row = counted.get(item._origin.id, {})
            item.message_held_count = row.get("messages", 0)
            item.last_seen_at = row.get("last_seen") or item.first_seen_at

    def _held_rows(self):
        """Messages on hold of each item, one query for all; the message ids in ``ids``."""
        if not self.ids:
            return []
        self.env["logistics.message"].flush_model(["state", "unmapped"])
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT item.id, count(*) AS messages, max(m.received_at) AS last_seen,
                       array_agg(m.id ORDER BY m.id) AS ids
                  FROM logistics_unmapped_code item
                  JOIN logistics_connection c
                    ON c.mapping_id = item.mapping_id AND c.company_id = item.company_id
                  JOIN logistics_message m
                    ON m.connection_id = c.id AND m.state = 'held'
                   AND m.unmapped ? item.code
                 WHERE item.id = ANY(%s)
                 GROUP BY item.id
                """,
                self.ids,
            )
        )

    @api.depends("code", "mapping_id", "company_id")
    def _compute_amount_at_risk(self):
        messages = {row["id"]: row["ids"] for row in self._held_rows()}
        # Sums over what the user may see of messages; money is added up elevated, as on the screen
        # of approvals.
        shipments_of = {
            item: self.env["logistics.message"]
            .browse(messages.get(item._origin.id, ()))
            ._filtered_access("read")
            .shipment_ids
            for item in self
        }
        everything_sudo = self.env["logistics.shipment"].union(*shipments_of.values()).sudo()
        amounts = everything_sudo._amounts_at_stake()
        for item in self:
            item.amount_at_risk = sum(amounts.get(id_, 0.0) for id_ in shipments_of[item].ids)

    @api.depends("code", "mapping_id")
    def _compute_suggestion(self):
        versions = self.env["logistics.mapping.version"].search([("state", "=", "active")])
        tables = [(version, version._code_table()) for version in versions]
        catalogue = self.env["logistics.milestone"]._catalogue()
        for item in self:
            found = [
                (version, table[item.code])
                for version, table in tables
                if version.mapping_id != item.mapping_id and item.code in table
            ]
            votes = Counter(row.milestone for _version, row in found if row.milestone)
            best = votes.most_common(1)[0][0] if votes else ""
            item.suggested_milestone_id = catalogue[best][0] if best in catalogue else False
            item.suggestion = ", ".join(
                f"{version.mapping_id.name}: {version._meaning(row)[0]}"
                for version, row in found[:_SUGGESTIONS]
            )
