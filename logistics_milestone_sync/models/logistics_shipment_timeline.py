from odoo import fields, models

from ..core import timeline as steps
from ..core.override import override_id_of
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
    steps.OVERRIDDEN: "warning",
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
        overrides = self._overrides_of(rows.values())
        packages = self._packages_of().get(self.id)
        story = timeline(ledger, self.consignment_ids.ids, milestones, packages)
        return [
            {
                "event": rows[step.event.id],
                "sentence": self._sentence_of(step, milestones),
                "color": _COLORS[step.effect],
                "override": overrides.get(step.event.id),
                "icon": _ICONS[milestones[step.event.milestone].phase],
            }
            for step in reversed(story)
            if step.event.id in rows
        ]

    def _overrides_of(self, events):
        """``{event id: override}`` of the statements that are overrides, or the end of one."""
        ids = {
            event.id: override_id_of(event.source_event_id) for event in events if event.is_override
        }
        known = {o.id: o for o in self.env["logistics.override"].browse(ids.values()).exists()}
        return {event_id: known[id_] for event_id, id_ in ids.items() if id_ in known}

    def _sentence_of(self, step, milestones):
        """What one statement changed, in words."""
        if step.event.override:
            return self._override_sentence(step, milestones)
        if step.effect == steps.MOVED and not step.after:
            return self.env._("The shipment has no status any more.")
        if step.effect == steps.MOVED and step.before == step.after:
            return self.env._("A part of the shipment moved; the rest is not there yet.")
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

    def _override_sentence(self, step, milestones):
        if step.effect == steps.WITHDRAWN:
            return self.env._("This override is over; it does not count any more.")
        if step.before == step.after:
            return self.env._("The status stayed the same.")
        if not step.after:
            return self.env._("The shipment has no status any more.")
        return self.env._("The shipment was put to “%s”.", milestones[step.after].name)
