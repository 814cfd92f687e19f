import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .logistics_message_display import READERS

GROUP = "logistics_carrier_connector.logistics_carrier_connector_group_personal_data"
# Who was shown a message may look at it for so long without giving his reason once more.
_SHOWN_FOR = timedelta(minutes=15)


class LogisticsMessageDisclosure(models.Model):
    """Somebody looked at a message with everything that is hidden otherwise. Never changed."""

    _name = "logistics.message.disclosure"
    _description = "Disclosure of a Message"
    _order = "id desc"
    _rec_name = "reason"
    _log_access = False

    message_id = fields.Many2one(
        "logistics.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="message_id.company_id")
    user_id = fields.Many2one(
        "res.users", "Shown To", required=True, readonly=True, index=True, ondelete="restrict"
    )
    shown_at = fields.Datetime("When", required=True, readonly=True)
    reason = fields.Char("Why", required=True, readonly=True)

    def _disclosed(self):
        """Hook: these messages are shown to somebody, in this very transaction."""


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    disclosure_ids = fields.One2many(
        "logistics.message.disclosure", "message_id", "Shown in Full", groups=READERS
    )

    def _check_may_disclose(self):
        """:raises AccessError: for whoever may not see personal data, or not these messages"""
        if not self.env.user.has_group(GROUP):
            raise AccessError(
                self.env._("Only people with the right “Personal data in messages” may do this.")
            )
        self.check_access("read")

    def _disclose(self, reason):
        """Note that the current user is shown these messages in full, and why.

        :raises UserError: without a reason
        """
        self._check_may_disclose()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why you have to see it: it is noted."))
        # The right to see personal data was checked; the note is nobody's to write.
        disclosures_sudo = self.env["logistics.message.disclosure"].sudo()
        now = fields.Datetime.now()
        disclosures_sudo.create(
            [
                {
                    "message_id": message.id,
                    "user_id": self.env.uid,
                    "shown_at": now,
                    "reason": reason,
                }
                for message in self
            ]
        )._disclosed()

    def _is_disclosed(self):
        """Whether the current user may see this message in full right now."""
        self.ensure_one()
        self._check_may_disclose()
        disclosures_sudo = self.env["logistics.message.disclosure"].sudo()
        return bool(
            disclosures_sudo.search_count(
                [
                    ("message_id", "=", self.id),
                    ("user_id", "=", self.env.uid),
                    ("shown_at", ">", fields.Datetime.now() - _SHOWN_FOR),
                ],
                limit=1,
            )
        )


class LogisticsMessageReveal(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """Asks why somebody has to see a message in full, and shows it."""

    _name = "logistics.message.reveal"
    _description = "Show a Message in Full"

    message_id = fields.Many2one(
        "logistics.message",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    reason = fields.Char("Why", required=True)
    is_shown = fields.Boolean(compute="_compute_raw")
    # Never stored: a dialogue is kept for a while.
    raw_text = fields.Text("Raw Content", compute="_compute_raw")
    raw_file = fields.Binary("Original", compute="_compute_raw")
    raw_name = fields.Char(compute="_compute_raw")

    @api.depends("message_id")
    def _compute_raw(self):
        for reveal in self:
            message = reveal.message_id
            reveal.is_shown = bool(message) and message._is_disclosed()
            raw = message._raw_bodies()[message.id] if reveal.is_shown else b""
            reveal.raw_text = raw.decode("utf-8", "replace").replace("\x00", "␀")
            reveal.raw_file = base64.b64encode(raw) if raw else False
            reveal.raw_name = f"{message.public_id}.txt"

    def action_confirm(self):
        """Note who is shown the message and why, and show it."""
        self.ensure_one()
        self.message_id._disclose(self.reason)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Message in Full"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
