from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.logistics_milestone_sync.core.clock import naive

from .logistics_release import DIFFERENT, HELD


class LogisticsRelease(models.Model):
    """The same explanation in words, for every screen that asks why."""

    _inherit = "logistics.release"

    explanation_html = fields.Html(
        "Why", compute="_compute_explanation_html", sanitize=False, compute_sudo=False
    )

    @api.depends("explanation", "state")
    def _compute_explanation_html(self):
        for release in self:
            release.explanation_html = self.env["ir.qweb"]._render(
                "logistics_billing_rules.release_explanation",
                {"release": release, "lines": release._explanation_lines()},
            )

    def _explanation_lines(self):
        """The requirements for people.

        :return: list of dicts with ``label``, ``note``, ``satisfied``, ``event`` (record or empty),
            ``at``, ``since`` and ``owes`` as text
        """
        self.ensure_one()
        requirements = (self.explanation or {}).get("requirements", [])
        known = self.env["logistics.milestone.event"].browse(
            line["event_id"] for line in requirements if line.get("event_id")
        )
        events = {event.id: event for event in known.exists()}
        return [
            {
                "label": line["label"],
                "note": line.get("note", ""),
                "satisfied": line["satisfied"],
                "event": events.get(line.get("event_id"), known.browse()),
                "at": self._time_text(line.get("at")),
                "since": self._time_text(line.get("missing_since")),
                "owes": self._owes_text(line.get("owes")),
            }
            for line in requirements
        ]

    def _time_text(self, isoformat):
        moment = isoformat and naive(datetime.fromisoformat(isoformat))
        return format_datetime(self.env, moment, dt_format="short") if moment else ""

    def _owes_text(self, owes):
        """``Carrier (Parcel)``: the role, and who holds it for this shipment where we know."""
        role = dict(self._fields["owed_by"]._description_selection(self.env)).get(owes, "")
        carrier = self.shipment_id.delivery_carrier_id.name
        return f"{role} ({carrier})" if owes == "carrier" and carrier else role

    def _why_text(self):
        """One line about what holds this release: ``Delivered; owed by: Carrier (Parcel)``."""
        self.ensure_one()
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        reason = self.reason or state
        if self.state == "ready" and not self.run_id:
            reason = self.env._("ready, but not released yet")
        owes = self._owes_text(self.owed_by)
        if self.state == "ready" or not owes:
            return f"{self.name}: {reason}"
        return self.env._(
            "%(name)s: %(why)s; owed by: %(who)s", name=self.name, why=reason, who=owes
        )

    def _status_text(self):
        """One line on orders, transfers and shipments: ``Released (2), Waiting``."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        counts = {}
        for release in self:
            label = labels[release.state]
            counts[label] = counts.get(label, 0) + 1
        return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counts.items())

    def _is_held(self):
        """Whether one of these releases still holds an invoice."""
        return any(release.state in (*HELD, *DIFFERENT) for release in self)
