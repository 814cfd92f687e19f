from dataclasses import dataclass

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_approval import KIND


@dataclass(frozen=True)
class Point:
    """One line of the checklist before a version goes live.

    :param must: it cannot go live without; the others can be left with a reason
    """

    name: str
    passed: bool
    explanation: str = ""
    must: bool = False


class LogisticsVersionMixin(models.AbstractModel):
    """A version goes live by an approval: whoever wrote it asks, somebody else decides.

    That is so for going back to an earlier version, too, however urgent it is: a version that is
    back in use bills like any other.
    """

    _name = "logistics.version.mixin"
    _inherit = ["logistics.version.mixin", "logistics.awaiting.mixin"]

    go_live_reason = fields.Char(
        "Why Now",
        copy=False,
        help="Needed to go live in spite of open points, and to go back to an earlier version.",
    )
    checklist_html = fields.Html("Before It Goes Live", compute="_compute_checklist_html")

    @api.depends("content", "state")
    def _compute_checklist_html(self):
        for version in self:
            shown = version.state in ("draft", "waiting")
            points = version._go_live_points() if shown else []
            rows = Markup().join(version._point_row(point) for point in points)
            version.checklist_html = (
                Markup("<ul class='list-unstyled mb-0'>%s</ul>") % rows if rows else False
            )

    def _point_row(self, point):
        icon, label = (
            ("fa-check-circle text-success", self.env._("Done"))
            if point.passed
            else ("fa-times-circle text-danger", self.env._("Open"))
            if point.must
            else ("fa-exclamation-circle text-warning", self.env._("Open, needs a reason"))
        )
        mark = Markup("<i class='fa %s' title='%s' role='img' aria-label='%s'></i>") % (
            icon,
            label,
            label,
        )
        return Markup("<li>%s <strong>%s</strong> <span class='text-muted'>%s</span></li>") % (
            mark,
            point.name,
            point.explanation,
        )

    def _go_live_points(self):
        """The checklist of this version, as a list of ``Point``. To be extended."""
        return []

    def write(self, vals):
        """Override: what somebody reads in order to decide stays what it is meanwhile."""
        if {"note", "go_live_reason"} & set(vals) and "waiting" in self.mapped("state"):
            raise UserError(
                self.env._("It waits for a decision. Take it back before you change anything.")
            )
        return super().write(vals)

    # === Actions === #

    def action_submit(self):
        """Ask to use this version from now on; somebody who did not write it decides.

        :raises UserError: while a point of the checklist is open that must not be, or any is and
            there is no reason; for an earlier version without a reason
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("draft", "retired"):
            raise UserError(self.env._("%s waits or is in use already.", self.display_name))
        if self.state == "retired" and not self.go_live_reason:
            raise UserError(
                self.env._(
                    "Write under “Why Now” why %s should be used again: somebody has to decide.",
                    self.display_name,
                )
            )
        refusal = self._open_points()
        if refusal:
            raise UserError(refusal)
        self.env["logistics.approval"]._request(self, KIND, note=self._approval_note())
        if self.state == "draft":
            # The right to write was checked above; the state is nobody's to write.
            self.sudo()._move_to("waiting")

    def action_open(self):
        """Open this version on a page of its own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_new_version(self):
        """Make a draft with the content of this version, and open it."""
        self.ensure_one()
        return self.copy().action_open()

    def _open_points(self):
        """Why it cannot go live yet, as a sentence; empty if it can."""
        if self.state == "retired":  # it was in use before: going back must not wait for tests
            return ""
        open_points = [point for point in self._go_live_points() if not point.passed]
        needed = [point for point in open_points if point.must]
        if needed:
            return self.env._(
                "%(version)s cannot go live: %(name)s. %(why)s",
                version=self.display_name,
                name=needed[0].name,
                why=needed[0].explanation,
            )
        if open_points and not self.go_live_reason:
            return self.env._(
                "Not done: %(name)s. %(why)s Do it, or write under “Why Now” why it cannot wait.",
                name=open_points[0].name,
                why=open_points[0].explanation,
            )
        return ""

    def _approval_note(self):
        """What the one who decides reads: the reason, what changed, the checklist."""
        points = [] if self.state == "retired" else self._go_live_points()
        marks = {True: "✓", False: "✗"}
        lines = [
            self.note,
            self.go_live_reason and self.env._("Why now: %s", self.go_live_reason),
            *(f"{marks[point.passed]} {point.name}: {point.explanation}" for point in points),
        ]
        return "\n".join(line for line in lines if line)

    # === Decision === #

    def _approval_conflict(self, approval):
        """Override of `logistics_milestone_sync`: whoever wrote a part of it does not decide."""
        if self.origin == "edited" and self.env.user in self.create_uid | self.contributor_ids:
            return self.env._("You wrote this version yourself: somebody else has to decide it.")
        return super()._approval_conflict(approval)

    def _approval_obsolete(self, approval):
        """Override of `logistics_milestone_sync`: what held when it was asked must hold still."""
        if self.state not in ("waiting", "retired"):
            return self.env._("%s does not wait any more.", self.display_name)
        return self._open_points() or super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of `logistics_milestone_sync`: put an approved version into use."""
        if approval.state == "approved":
            self._activate()
        elif self.state == "waiting":
            self._move_to("draft")
        super()._on_approval_decided(approval)
