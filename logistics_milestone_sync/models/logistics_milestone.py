from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError

from ..core.expectation import Pattern
from ..core.vocabulary import NO_PHASE, Milestone

PHASES = [
    ("planning", "Planned"),
    ("fulfilment", "In Fulfilment"),
    ("transit", "In Transit"),
    ("delivered", "Delivered"),
    ("failed", "Not Delivered"),
]


# What decides where a shipment stands, and what may be billed.
_MEANING = {"code", "rank", "phase", "is_operational", "is_financial", "terminal"}


class LogisticsMilestone(models.Model):
    _name = "logistics.milestone"
    _description = "Milestone"
    _order = "rank, code"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable name used by systems, rules and the API.")
    rank = fields.Integer(
        required=True, default=500, help="Orders milestones that happened in the same second."
    )
    phase = fields.Selection(
        [*PHASES, (NO_PHASE, "Does not move the shipment")], required=True, default=NO_PHASE
    )
    is_operational = fields.Boolean("Operational", default=True)
    is_financial = fields.Boolean("Financial", help="Billing may depend on it.")
    terminal = fields.Boolean(
        help="Once reached, only a retraction or an approved override leaves it."
    )
    active = fields.Boolean(default=True)
    crosswalk_ids = fields.One2many(
        "logistics.milestone.crosswalk", "milestone_id", "Codes of Standards"
    )
    next_milestone_id = fields.Many2one(
        "logistics.milestone",
        "Expected Next",
        ondelete="set null",
        help="What should be heard after this one. A shipment of which nothing is heard is silent.",
    )
    silence_hours = fields.Integer(
        "Within Hours", help="0: nothing particular is expected after this milestone."
    )

    _code_uniq = models.UniqueIndex("(code)", "This milestone code exists already.")
    _terminal_moves = models.Constraint(
        "CHECK(NOT terminal OR phase <> 'none')", "A final milestone must belong to a phase."
    )

    @api.model
    @tools.ormcache()
    def _catalogue(self):
        """``{code: (id, core Milestone)}`` of the whole catalogue, archived ones included."""
        rows = (
            self.sudo()
            .with_context(active_test=False, lang="en_US")
            .search([("code", "!=", False)])
        )
        return {row.code: (row.id, row.to_milestone()) for row in rows}

    @api.model
    @tools.ormcache()
    def _patterns(self):
        """``{milestone code: core Pattern}`` of what is expected after the milestones."""
        rows_sudo = self.sudo().search(
            [("silence_hours", ">", 0), ("next_milestone_id", "!=", False)]
        )
        return {
            row.code: Pattern(row.next_milestone_id.code, timedelta(hours=row.silence_hours))
            for row in rows_sudo
        }

    @api.private
    def to_milestone(self):
        """This row as the value that the fold understands."""
        self.ensure_one()
        categories = [("operational", self.is_operational), ("financial", self.is_financial)]
        return Milestone(
            code=self.code,
            name=self.name,
            rank=self.rank,
            phase=self.phase,
            categories=tuple(name for name, on in categories if on),
            owners=(),
            terminal=self.terminal,
        )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        if not self.env.su and _MEANING & vals.keys():
            self.filtered(lambda milestone: milestone._means_otherwise(vals))._check_unused()
        if {"next_milestone_id", "silence_hours"} & vals.keys():
            self.env["logistics.shipment"]._refresh_outlook_later()
        return super().write(vals)

    def _means_otherwise(self, vals):
        return any(self[name] != vals[name] for name in _MEANING & vals.keys())

    def _check_unused(self):
        """Raise for milestones on which facts, or the terms of others, build already.

        Their meaning decides the status of shipments and who has to approve an override, and no
        second person is asked about it.
        """
        delivered = self._get_external_ids()
        events_sudo = self.env["logistics.milestone.event"].sudo()
        for milestone in self:
            used = [("milestone_id", "=", milestone.id)]
            if delivered[milestone.id] or events_sudo.search_count(used, limit=1):
                raise AccessError(
                    self.env._(
                        "What “%s” means cannot change: facts and terms build on it. Only its name "
                        "and what is expected after it can. Make another milestone instead.",
                        milestone.name,
                    )
                )

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def action_export_crosswalk(self):
        """Download what the standards call these milestones as CSV."""
        self.check_access("read")
        return self.env["logistics.crosswalk.export"]._download(self.crosswalk_ids)
