import json
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.logistics_milestone_sync.core import fact as facts

from ..core.codecs import decode
from ..core.errors import IntegrationError
from ..core.personal_data import hidden, masked_tree, personal_values
from . import message_fate, trial_page
from .masking import mask

READERS = (
    "logistics_milestone_sync.logistics_milestone_sync_group_integration_admin,"
    "logistics_milestone_sync.logistics_milestone_sync_group_auditor"
)
_SHOWN_CHARACTERS = 100_000
_BADGES = {
    facts.RECORDED: "success",
    facts.DUPLICATE: "secondary",
    facts.ADVISORY: "info",
    facts.PARKED: "warning",
    facts.DEFERRED: "info",
    facts.REJECTED: "danger",
    facts.CONFLICT: "danger",
    message_fate.REFUSED: "danger",
    message_fate.NOT_RECORDED: "info",
}


class LogisticsMessage(models.Model):
    """A message for people's eyes, and for its sender's."""

    _inherit = "logistics.message"

    raw_text = fields.Text("Raw Content", compute="_compute_raw_text", groups=READERS)
    tree_text = fields.Text("Decoded", compute="_compute_raw_text", groups=READERS)
    # Everything in it is escaped; sanitizing would close what is open.
    tree_html = fields.Html(
        "Decoded Tree", compute="_compute_raw_text", groups=READERS, sanitize=False
    )
    outcomes_html = fields.Html("What It States", compute="_compute_outcomes_html")
    headers_text = fields.Text("Headers", compute="_compute_headers_text")
    waited = fields.Float(
        "Seconds Until Processed",
        compute="_compute_waited",
        digits=(16, 1),
        help="From the answer to the sender until the facts were recorded.",
    )

    def _compute_raw_text(self):
        bodies = self._contents()
        for message in self:
            raw = bodies.get(message.id, b"")
            text = raw.decode("utf-8", "replace").replace("\x00", "␀")[:_SHOWN_CHARACTERS]
            try:
                tree = message._tree(raw)
            except IntegrationError as error:
                message.raw_text = mask(text)
                message.tree_text = error.public_message
                message.tree_html = trial_page.alert("warning", error.public_message)
                continue
            # What is personal is hidden wherever it is repeated.
            values = personal_values(tree)
            tree = masked_tree(tree, values, mask)
            message.raw_text = mask(hidden(text, values))
            shown = json.dumps(tree, indent=2, ensure_ascii=False, default=_plain)
            message.tree_text = mask(shown[:_SHOWN_CHARACTERS])
            message.tree_html = trial_page.tree(tree)

    def _tree(self, raw):
        """The decoded content, whatever its format.

        :raises IntegrationError: if it cannot be decoded
        """
        format_name = self.connection_id.mapping_id.format
        return decode("json" if format_name == "canonical" else format_name, raw)

    @api.depends("headers")
    def _compute_headers_text(self):
        for message in self:
            message.headers_text = "\n".join(
                f"{name}: {value}" for name, value in (message.headers or {}).items()
            )

    @api.depends("received_at", "processed_at")
    def _compute_waited(self):
        for message in self:
            done = message.processed_at
            message.waited = (done - message.received_at).total_seconds() if done else 0.0

    @api.depends("outcomes")
    def _compute_outcomes_html(self):
        names = self._milestone_names()
        for message in self:
            message.outcomes_html = self._outcomes_table(message.outcomes or [], names)

    def _milestone_names(self):
        return {
            milestone.code: milestone.name
            for milestone in self.env["logistics.milestone"].search([])
        }

    def _outcomes_table(self, items, names):
        """What became of facts, as a table; ``False`` if there are none.

        :param list items: see ``message_fate.Fate``
        :param dict names: of milestones, by code
        """
        if not items:
            return False
        rows = Markup().join(self._outcome_row(item, names) for item in items)
        return Markup("<table class='table table-sm'>%s%s</table>") % (self._outcome_head(), rows)

    def _outcome_head(self):
        titles = (
            self.env._("Says"),
            self.env._("When (UTC)"),
            self.env._("About"),
            self.env._("Sender's Code"),
            self.env._("Became"),
            self.env._("Why"),
        )
        cells = Markup().join(Markup("<th>%s</th>") % title for title in titles)
        return Markup("<thead><tr>%s</tr></thead>") % cells

    def _outcome_row(self, item, names):
        what = item.get("what", "")
        when = (item.get("occurred_at") or "")[:19].replace("T", " ")
        badge = Markup("<span class='badge text-bg-%s'>%s</span>") % (
            _BADGES.get(item["status"], "secondary"),
            self._status_label(item["status"]),
        )
        about = item.get("references", "")
        if item.get("shipment_id"):
            about = Markup("<a href='/odoo/logistics.shipment/%s'>%s</a>") % (
                item["shipment_id"],
                about,
            )
        cells = (
            names.get(what, what),
            when,
            about,
            self._code_cell(item),
            badge,
            item.get("explanation", ""),
        )
        return Markup("<tr>%s</tr>") % Markup().join(
            Markup("<td>%s</td>") % (cell or "") for cell in cells
        )

    def _code_cell(self, item):
        if not item.get("override"):
            return item.get("code", "")
        by = self.env._("by the exception of %s", item["override"])
        return Markup("%s<br/><small class='text-muted'>%s</small>") % (item.get("code", ""), by)

    def _status_label(self, status):
        labels = {
            facts.RECORDED: self.env._("Recorded"),
            facts.DUPLICATE: self.env._("Known already"),
            facts.ADVISORY: self.env._("Noted only"),
            facts.PARKED: self.env._("Waiting for its shipment"),
            facts.DEFERRED: self.env._("Waiting for its batch"),
            facts.REJECTED: self.env._("Refused by rule"),
            facts.CONFLICT: self.env._("Contradicts itself"),
            message_fate.REFUSED: self.env._("Unreadable"),
            message_fate.NOT_RECORDED: self.env._("Not recorded (test)"),
        }
        return labels.get(status, status)


def _plain(value):
    return str(value) if isinstance(value, Decimal) else repr(value)
