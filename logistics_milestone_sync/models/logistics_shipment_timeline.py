from odoo import fields, models

from ..core import timeline as steps
from ..core.timeline import timeline
from .governed_mixin import INTERNAL

_ICONS = {
    "planning": "fa-file-text-o",
    "fulfilment": "fa-cube",
    "transit": "fa-truck",
    "delivered": "fa-check",
    "failed": "fa-times",
    "none": "fa-info",
}
_COLORS = {
    steps.MOVED: "primary",
    steps.EVIDENCE: "success",
    steps.EXCEPTION: "warning",
    steps.ESTIMATE: "info",
    steps.HISTORY: "secondary",
    steps.NOT_COUNTED: "secondary",
    steps.WITHDRAWN: "danger",
}


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    timeline_html = fields.Html(
        "Timeline",
        compute="_compute_timeline_html",
        sanitize=False,
        compute_sudo=False,
        groups=INTERNAL,
    )

    def _compute_timeline_html(self):
        for shipment in self:
            shipment.timeline_html = self.env["ir.qweb"]._render(
                "logistics_milestone_sync.shipment_timeline",
                {"steps": shipment._timeline_steps(), "shipment": shipment},
            )

    def _timeline_steps(self):
        """The story of the shipment for people, newest heard first.

        :return: list of dicts with ``event`` (the ledger row), ``sentence``, ``color``, ``icon``
        """
        self.ensure_one()
        ledger = self.env["logistics.milestone.event"]._ledger_of(self.ids).get(self.id, [])
        catalogue = self.env["logistics.milestone"]._catalogue()
        milestones = {code: milestone for code, (_id, milestone) in catalogue.items()}
        rows = {event.id: event for event in self.event_ids}
        story = timeline(ledger, self.consignment_ids.ids, milestones)
        return [
            {
                "event": rows[step.event.id],
                "sentence": self._sentence_of(step, milestones),
                "color": _COLORS[step.effect],
                "icon": _ICONS[milestones[step.event.milestone].phase],
            }
            for step in reversed(story)
            if step.event.id in rows
        ]

    def _sentence_of(self, step, milestones):
        """What one statement changed, in words."""
        if step.effect == steps.MOVED and not step.after:
            return self.env._("The shipment has no status any more.")
        if step.effect == steps.MOVED:
            return self.env._("The shipment moved to “%s”.", milestones[step.after].name)
        return {
            steps.EVIDENCE: self.env._("First of its kind: billing may build on it."),
            steps.EXCEPTION: self.env._("Open exceptions changed."),
            steps.ESTIMATE: self.env._("The estimated arrival changed."),
            steps.HISTORY: self.env._("Kept in the history; nothing changed."),
            steps.NOT_COUNTED: self.env._("Shown only: this system does not own the fact."),
            steps.WITHDRAWN: self.env._("Withdrawn by its source; it does not count."),
        }[step.effect]
