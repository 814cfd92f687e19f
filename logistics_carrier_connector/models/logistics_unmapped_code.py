from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core import profile
from ..core.code_rows import with_reason, with_row
from .logistics_approval import ADMIN

_REASON = "reason "
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

    # === Actions === #

    def action_take_suggestion(self):
        """Take the meaning that most other profiles give the code."""
        self.check_access("write")
        for item in self:
            item.write({"milestone_id": item.suggested_milestone_id.id, "ignore": False})

    def action_add_to_profile(self):
        """Put the meaning into a draft of the profile, and open the draft to be submitted."""
        self.ensure_one()
        self.check_access("write")
        version = self._open_draft()
        # The same draft may take several codes, whoever made it: who adds to it is noted there.
        version.content = self._with_meaning(version.content)
        # The right to write was checked; where the meaning went is nobody's to write.
        self.sudo().draft_id = version
        return self._open(version)

    def action_override(self):
        """Make an exception for the connection of the example, and submit it."""
        self.ensure_one()
        self.check_access("write")
        if self.code.startswith(_REASON) or " " in self.code:
            raise UserError(
                self.env._("This is no code of the table: add it to the profile instead.")
            )
        row = self._to_row()
        if not self.connection_id:
            raise UserError(self.env._("The example is gone: make the exception by hand."))
        override = self.env["logistics.mapping.override"].create(
            {
                "mapping_id": self.mapping_id.id,
                "company_id": self.company_id.id,
                "connection_id": self.connection_id.id,
                "code": self.code,
                "milestone_id": self.milestone_id.id,
                "ignore": row.ignore,
                "reason": self.reason,
                "party": self.party,
                "inferred": row.inferred,
                "note": self.note,
            }
        )
        override.action_submit()
        # The right to write was checked; where the meaning went is nobody's to write.
        self.sudo().override_id = override
        return self._open(override)

    def action_dismiss(self):
        """Leave the code without a meaning; its messages stay on hold or are dismissed one by one.

        :raises AccessError: for anybody but an integration administrator
        """
        self._as_admin_sudo()._move_to("dismissed")

    def action_open_messages(self):
        """Open the messages that wait for this code."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_message_action"
        )
        rows = self._held_rows()
        return action | {"domain": [("id", "in", rows[0]["ids"] if rows else [])], "context": {}}

    def _as_admin_sudo(self):
        if not self.env.user.has_group(ADMIN):
            raise AccessError(self.env._("Only integration administrators may do this."))
        self.check_access("write")
        return self.sudo()  # the right was checked just now

    def _open(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    def _open_draft(self):
        """The newest draft that is based on the version in use, or a new one."""
        in_use = self.mapping_id.active_version_id
        drafts = self.mapping_id.version_ids.filtered(
            lambda version: version.state == "draft"
            and version.origin == "edited"
            and version.base_version_id == in_use
        )
        return drafts[:1] or in_use.copy({"note": self.env._("New code %s", self.code)})

    def _with_meaning(self, text):
        row = None if self.code.startswith(_REASON) else self._to_row()
        if row:
            return with_row(text, self.code, row)
        if self.code.startswith(_REASON):
            code = self.code.removeprefix(_REASON)
            return with_reason(text, code, self.reason or "", self.party or "", self.note or "")
        return text

    # === Made by the worker === #

    @api.model
    def _note(self, messages):
        """Make work items for codes that these messages of one connection brought for the first
        time, and open those again that had a meaning before. Called elevated."""
        connection = messages.connection_id
        example = {}
        for message in messages.sorted("id", reverse=True):
            example |= dict.fromkeys(message.unmapped or (), message)
        mine = Domain("mapping_id", "=", connection.mapping_id.id) & Domain(
            "company_id", "=", connection.company_id.id
        )
        known = self.search(mine & Domain("code", "in", list(example)))
        known.filtered(lambda item: item.state == "mapped")._move_to("open")
        for code in sorted(set(example) - set(known.mapped("code"))):
            self._insert(connection, code, example[code])

    def _insert(self, connection, code, message):
        # Another worker may meet the same code at the same time: the first one makes the item.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_unmapped_code
                       (mapping_id, company_id, code, state, first_seen_at, first_message_id,
                        user_id, create_uid, create_date, write_uid, write_date)
                VALUES (%s, %s, %s, 'open', %s, %s, %s, %s, now() AT TIME ZONE 'UTC', %s,
                        now() AT TIME ZONE 'UTC')
                ON CONFLICT DO NOTHING RETURNING id
                """,
                connection.mapping_id.id,
                connection.company_id.id,
                code,
                message.received_at,
                message.id,
                connection.user_id.id or None,
                self.env.uid,
                self.env.uid,
            )
        )
        item = self.browse(row[0] for row in rows)
        if item and connection.user_id:
            item.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Say what “%s” means", code),
                user_id=connection.user_id.id,
            )

    @api.model
    def _explained(self, domain, explains):
        """Close the items whose code has a meaning by now. Called elevated.

        What was not explained after all is opened again by the next message that brings it.

        :param explains: says whether a code has a meaning
        """
        items = self.search(Domain(domain) & Domain("state", "=", "open"))
        done = items.filtered(lambda item: explains(item.code))
        done._move_to("mapped")
        done.activity_unlink(["mail.mail_activity_data_todo"])


class LogisticsMappingVersion(models.Model):
    _inherit = "logistics.mapping.version"

    def _activated(self):
        """Override: what the version explains is no work any more."""
        super()._activated()
        rules = profile.load(self.content, frozenset(self.env["logistics.milestone"]._catalogue()))
        known = {*rules.codes, *(f"{_REASON}{code}" for code in rules.reasons)}
        # Words may explain a code without a row; and units and kinds of charges are no codes.
        self.env["logistics.unmapped.code"]._explained(
            [("mapping_id", "=", self.mapping_id.id)],
            lambda code: code in known
            or bool(rules.phrases)
            or (" " in code and not code.startswith(_REASON)),
        )


class LogisticsMappingOverride(models.Model):
    _inherit = "logistics.mapping.override"

    def _tell_connections(self):
        """Override: what is explained by exceptions is no work any more."""
        for override in self.filtered(lambda override: override.state == "active"):
            self.env["logistics.unmapped.code"]._explained(
                [
                    ("mapping_id", "=", override.mapping_id.id),
                    ("company_id", "=", override.company_id.id),
                ],
                lambda code, mine=override.code: code == mine,
            )
        super()._tell_connections()


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _note_unmapped(self):
        """Codes that nobody explained become work items."""
        held = self.filtered(lambda message: message.state == "held" and message.unmapped)
        codes_sudo = self.env["logistics.unmapped.code"].sudo()
        if held:
            codes_sudo._note(held)
