from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core import fact as facts

from . import message_fate

_ADMIN = "logistics_milestone_sync.logistics_milestone_sync_group_integration_admin"


class LogisticsMessage(models.Model):
    """What people do with messages that did not make it."""

    _inherit = "logistics.message"

    def action_retry(self):
        """Process these messages again, soon. Facts that are recorded already stay as they are.

        :raises AccessError: for anybody but an integration administrator
        """
        messages_sudo = self._as_admin()
        if "processed" in messages_sudo.mapped("state"):
            raise UserError(
                self.env._(
                    "What was processed is replayed: a replay needs a reason, and tells first what "
                    "would change."
                )
            )
        messages_sudo._move_to("received", next_attempt_at=False, attempts=0, dismiss_reason=False)
        messages_sudo._fates_recorded()
        self._wake_lanes(set(messages_sudo.mapped("lane")))

    def action_dismiss(self, reason=None):
        """Put messages aside for good. They stay readable.

        :param str reason: why, for the auditor
        :raises UserError: without a reason
        """
        reason = (reason or self.env.context.get("dismiss_reason") or "").strip()
        if not reason:
            raise UserError(self.env._("Say why these messages are dismissed."))
        messages_sudo = self._as_admin()
        messages_sudo._move_to("dismissed", dismiss_reason=reason, dismissed_by_id=self.env.uid)
        messages_sudo._fates_recorded()

    def _as_admin(self):
        """These messages, elevated: nobody has the right to write them, and administrators may
        retry and dismiss those that they may see."""
        if not self.env.user.has_group(_ADMIN):
            raise AccessError(self.env._("Only integration administrators may do this."))
        self.check_access("read")
        return self.sudo()

    def _waiting_for(self, systems, digests):
        """Parked and deferred messages of these systems with one of these facts.

        :param digests: of facts, see ``message_fate.fact_digest``
        """
        if not digests:
            return self.browse()
        self.flush_model(["state", "outcomes"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id FROM logistics_message m
                  JOIN logistics_connection c ON c.id = m.connection_id
                 WHERE m.state IN ('parked', 'deferred') AND c.system_id = ANY(%s)
                   AND EXISTS (SELECT 1 FROM jsonb_array_elements(m.outcomes) AS item
                                WHERE item ->> 'key' = ANY(%s))
                 ORDER BY m.id
                """,
                systems.ids,
                list(digests),
            )
        )
        return self.browse(row[0] for row in rows)

    def _note_placed(self, outcomes):
        """Facts of this message were tried again.

        :param dict outcomes: ``{fact digest: core.fact.Outcome}``
        :return: whether any of them is something else now
        """
        items = [
            item | message_fate.outcome_values(outcomes[item["key"]])
            if item.get("key") in outcomes and item["status"] in facts.WAITING
            else item
            for item in self.outcomes or []
        ]
        if items == self.outcomes:
            return False
        values = {"outcomes": items, "processed_at": fields.Datetime.now()}
        fate = message_fate.waiting_fate(items) or message_fate.Fate("processed")
        if self.state in facts.WAITING:
            values["error_class"] = fate.error_class or False
            values["error_message"] = fate.error_message or False
        if self.state in facts.WAITING and self.state != fate.state:
            self._move_to(fate.state, **values)
        else:
            self.write(values)
        return True


class LogisticsMessageDismiss(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """Asks for the reason."""

    _name = "logistics.message.dismiss"
    _description = "Dismiss Messages"

    reason = fields.Char("Why", required=True)
    message_ids = fields.Many2many(
        "logistics.message", default=lambda self: self.env.context.get("active_ids")
    )

    def action_confirm(self):
        """Dismiss the chosen messages for the given reason."""
        self.message_ids.action_dismiss(self.reason)
        return {"type": "ir.actions.act_window_close"}
