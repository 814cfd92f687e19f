from odoo import models
from odoo.exceptions import AccessError, UserError

from ..core.code_rows import with_reason, with_row
from .logistics_approval import ADMIN

REASON = "reason "  # how a reason without a row is reported (``core.mapping``)


class LogisticsUnmappedCode(models.Model):
    """What people do about a code without a meaning."""

    _inherit = "logistics.unmapped.code"

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
        if self.code.startswith(REASON) or " " in self.code:
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
        row = None if self.code.startswith(REASON) else self._to_row()
        if row:
            return with_row(text, self.code, row)
        if self.code.startswith(REASON):
            code = self.code.removeprefix(REASON)
            return with_reason(text, code, self.reason or "", self.party or "", self.note or "")
        return text
