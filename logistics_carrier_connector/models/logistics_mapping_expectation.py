import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .logistics_approval import ADMIN
from .logistics_version_approval import Point

READERS = f"{ADMIN},logistics_milestone_sync.logistics_milestone_sync_group_auditor"


class LogisticsMappingExpectation(models.Model):
    """What a draft proposes to expect of a golden sample from its approval on.

    Whoever changes how messages are read would otherwise change alone what that is measured by. It
    belongs to the draft: whoever approves the one approves the other.
    """

    _name = "logistics.mapping.expectation"
    _description = "Proposed Expectation of a Sample"
    _inherit = ["logistics.governed.mixin"]
    # What is expected is what the draft reads, and not what somebody sends.
    _governed_fields = ("expected", "is_applied")
    _order = "version_id, id"
    _rec_name = "sample_id"

    version_id = fields.Many2one(
        "logistics.mapping.version", "Draft", required=True, index=True, ondelete="cascade"
    )
    mapping_id = fields.Many2one(related="version_id.mapping_id")
    sample_id = fields.Many2one(
        "logistics.mapping.sample",
        "Golden Sample",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('mapping_id', '=', mapping_id), ('is_golden', '=', True)]",
    )
    company_id = fields.Many2one(related="sample_id.company_id", store=True, index="btree_not_null")
    kind = fields.Selection(
        [("change", "Other Facts"), ("drop", "Given Up")],
        "Proposal",
        required=True,
        default="drop",
    )
    expected = fields.Text("Facts", readonly=True, help="As JSON; what the draft reads.")
    is_applied = fields.Boolean("Done", readonly=True, copy=False)
    difference = fields.Char("What Changes", compute="_compute_difference")

    _sample_uniq = models.UniqueIndex(
        "(version_id, sample_id)", "This draft proposes something about the sample already."
    )

    @api.depends("kind", "expected", "sample_id.expected")
    def _compute_difference(self):
        for proposal in self:
            if proposal.kind == "drop" or not proposal.expected:
                proposal.difference = self.env._("No version is measured by it any more.")
                continue
            before = json.loads(proposal.sample_id.expected or "[]")
            told = proposal.sample_id._difference(before, json.loads(proposal.expected))
            proposal.difference = told or self.env._("Nothing")

    @api.constrains("version_id", "sample_id", "kind", "expected")
    def _check_proposal(self):
        for proposal in self:
            if proposal.sample_id.mapping_id != proposal.version_id.mapping_id:
                raise ValidationError(
                    self.env._("The sample is of another profile than the version.")
                )
            if proposal.kind == "change" and not proposal.expected:
                raise ValidationError(
                    self.env._(
                        "Choose the sample on the draft and say “This Is Right” to expect other "
                        "facts; here a sample can only be given up."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Override: who proposes it takes part in the draft."""
        proposals = super().create(vals_list)
        proposals._take_part()
        return proposals

    def write(self, vals):
        """Override: the same, and what waits for a decision stays what it is."""
        if self.env.su:
            return super().write(vals)
        self._take_part()
        result = super().write(vals)
        self._take_part()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self._take_part()

    def _take_part(self):
        for version in self.version_id:
            if version.state != "draft":
                raise UserError(
                    self.env._(
                        "%s is no draft any more: what it expects cannot change.",
                        version.display_name,
                    )
                )
        self.version_id._note_contributor()

    def _apply(self):
        """Expect of the samples what was approved. Called elevated."""
        for proposal in self:
            proposal.sample_id.write(
                {"active": False}
                if proposal.kind == "drop"
                else {"expected": proposal.expected, "active": True}
            )
        self.is_applied = True


class LogisticsMappingVersion(models.Model):
    _inherit = "logistics.mapping.version"

    expectation_ids = fields.One2many(
        "logistics.mapping.expectation",
        "version_id",
        "Other Expectations",
        copy=False,
        groups=READERS,
    )

    def _propose_expectation(self, sample, stated):
        """Expect other facts of a golden sample once this draft is approved.

        The caller may write the sample; that the version is a draft is checked here.

        :param str stated: what this draft reads, as JSON
        """
        self.check_access("write")
        # What is proposed is what was read, and not what somebody sent.
        own = self._open_proposals_sudo().filtered(lambda one: one.sample_id.id == sample.id)
        if json.loads(stated) == json.loads(sample.expected):
            own.unlink()
        elif own:
            own._take_part()
            own.write({"kind": "change", "expected": stated})
        else:
            own.create(
                {
                    "version_id": self.id,
                    "sample_id": sample.id,
                    "kind": "change",
                    "expected": stated,
                }
            )

    def _proposed_expectations(self):
        """``{sample id: facts as JSON, or None where it is given up}`` of this draft."""
        # Whoever sees the draft may know whether it passes.
        return {
            proposal.sample_id.id: proposal.expected if proposal.kind == "change" else None
            for proposal in self._open_proposals_sudo()
        }

    def _open_proposals_sudo(self):
        # Searched, because a list of lines that somebody reads holds what he may see.
        proposals_sudo = self.env["logistics.mapping.expectation"].sudo()
        return proposals_sudo.search([("version_id", "in", self.ids), ("is_applied", "=", False)])

    def _go_live_points(self):
        """Override: the one who decides reads what is not expected any more, and why."""
        points = super()._go_live_points()
        proposals_sudo = self._open_proposals_sudo()
        if not proposals_sudo:
            return points
        visible = proposals_sudo.with_env(self.env)._filtered_access("read")
        told = [f"{proposal.sample_id.name}: {proposal.difference}" for proposal in visible]
        return [*points, Point(self.env._("Other expectations"), False, " ".join(told) or "…")]

    def _activated(self):
        """Override: with the version, what was proposed about golden samples was approved."""
        super()._activated()
        self._open_proposals_sudo()._apply()
        self.mapping_id._look_at_golden()
