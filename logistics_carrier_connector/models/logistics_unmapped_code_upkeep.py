from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core import profile
from .logistics_unmapped_code_actions import REASON


class LogisticsUnmappedCode(models.Model):
    """Work items come with the messages that need them, and go when the code has a meaning."""

    _inherit = "logistics.unmapped.code"

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
        known = {*rules.codes, *(f"{REASON}{code}" for code in rules.reasons)}
        # Words may explain a code without a row; and units and kinds of charges are no codes.
        self.env["logistics.unmapped.code"]._explained(
            [("mapping_id", "=", self.mapping_id.id)],
            lambda code: code in known
            or bool(rules.phrases)
            or (" " in code and not code.startswith(REASON)),
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
