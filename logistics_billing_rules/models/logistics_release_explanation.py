from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.logistics_milestone_sync.core.clock import naive

from ..core.why import missing_of, why, why_for_customer
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
                {
                    "release": release,
                    "lines": release._explanation_lines(),
                    "weights": release._weights_said(),
                },
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

    def _weights_said(self, since=None):
        """Who said what the shipment weighs, where its prices depend on it: sentences."""
        if not any(line.to_line().weighs for line in self.agreement_id.rate_ids):
            return []
        return self.shipment_id._weights_said(since)

    def _time_text(self, isoformat):
        moment = isoformat and naive(datetime.fromisoformat(isoformat))
        return format_datetime(self.env, moment, dt_format="short") if moment else ""

    def _owes_text(self, owes):
        """``Carrier (Parcel)``: the role, and who holds it for this shipment where we know."""
        role = dict(self._fields["owed_by"]._description_selection(self.env)).get(owes, "")
        carrier = self.shipment_id.delivery_carrier_id.name
        return f"{role} ({carrier})" if owes == "carrier" and carrier else role

    def _why_text(self):
        """What holds this release, in one line: ``LS/7: Delivered; owed by: Carrier (Parcel)``."""
        self.ensure_one()
        return f"{self.name}: {self._reason_text()}"

    def _reason_text(self):
        """The same without its name."""
        state = dict(self._fields["state"]._description_selection(self.env))[self.state]
        reason = self.reason or state
        if self.state == "ready" and not self.run_id:
            reason = self.env._("ready, but not released yet")
        owes = self._owes_text(self.owed_by)
        if self.state == "ready" or not owes:
            return reason
        return self.env._("%(why)s; owed by: %(who)s", why=reason, who=owes)

    def _why(self):
        """Everything that holds these releases, for our own people: a paragraph for each."""
        return "\n".join(
            filter(
                None,
                (
                    why(
                        release.name,
                        release.state,
                        release.reason or "",
                        release._missing(),
                        release._owes_text,
                    )
                    for release in self
                ),
            )
        )

    def _why_for_customer(self):
        """The same for the customer, who learns of nobody but of what is awaited."""
        # Where nothing waits for releases, there is nothing to tell.
        governed = self.env["logistics.agreement"]._governed(self.company_id)
        said = (
            why_for_customer(release.name, release.state, release._missing())
            for release in self
            if release.company_id in governed
        )
        return "\n".join(filter(None, said))

    def _to_tell(self):
        """Where this release stands, for the company's own systems (JSON-ready)."""
        self.ensure_one()
        currency = self.currency_id
        return {
            "state": self.state,
            "why": self._why() or None,
            "missing": [missing.to_json() for missing in self._missing()],
            "amount_at_stake": f"{self.amount_at_stake:.{currency.decimal_places}f}",
            "amount_invoiced": f"{self.amount_invoiced:.{currency.decimal_places}f}",
            "currency": currency.name,
        }

    def _missing(self):
        return missing_of(self.explanation or {})

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
