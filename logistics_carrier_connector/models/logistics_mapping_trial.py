from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import profile
from ..core.codecs import decode
from ..core.comparison import code_changes, text_diff
from ..core.errors import IntegrationError
from ..core.profile_lines import complaint
from . import trial_page
from .logistics_version_approval import Point

_SHOWN_CODES = 500


class LogisticsMapping(models.Model):
    _inherit = "logistics.mapping"

    sample_ids = fields.One2many("logistics.mapping.sample", "mapping_id", "Samples")
    golden_count = fields.Integer("Golden Samples", compute="_compute_golden_count")

    @api.depends("sample_ids.is_golden")
    def _compute_golden_count(self):
        # Only their number: who may see the profile may know how well it is tested.
        samples_sudo = self.env["logistics.mapping.sample"].sudo()
        counts = dict(
            samples_sudo._read_group(
                [("mapping_id", "in", self.ids), ("is_golden", "=", True)],
                ["mapping_id"],
                ["__count"],
            )
        )
        for mapping in self:
            mapping.golden_count = counts.get(mapping, 0)

    def action_open_samples(self):
        """Open the samples of this profile."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_mapping_sample_action"
        )
        return action | {
            "domain": [("mapping_id", "=", self.id)],
            "context": {"default_mapping_id": self.id},
        }

    def _failing_samples(self, content, proposed=None):
        """``[(sample, how it is read otherwise than expected)]`` with this text of the profile.

        :param dict proposed: ``{sample id: facts as JSON, or None where it is given up}`` in the
            place of what is expected now
        """
        proposed = proposed or {}
        # A sample of another company counts as well: the profile is everybody's. What it says is
        # not told, only that it fails.
        samples_sudo = self.env["logistics.mapping.sample"].sudo()
        samples_sudo = samples_sudo.search([("mapping_id", "=", self.id), ("is_golden", "=", True)])
        found = (
            (sample, sample._complaint(content, proposed.get(sample.id)))
            for sample in samples_sudo
            if proposed.get(sample.id, "") is not None
        )
        return [(sample, why) for sample, why in found if why]


class LogisticsMappingVersion(models.Model):
    """A version of a profile while people work on it: tried on samples, compared, checked."""

    _inherit = "logistics.mapping.version"

    sample_id = fields.Many2one(
        "logistics.mapping.sample",
        "Try With",
        domain="[('mapping_id', '=', mapping_id)]",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="What the text above makes of this message is shown at once.",
    )
    complaint_html = fields.Html("Mistakes", compute="_compute_trial", sanitize=False)
    trial_html = fields.Html("What It States", compute="_compute_trial", sanitize=False)
    tree_html = fields.Html("Decoded", compute="_compute_tree_html", sanitize=False)
    codes_html = fields.Html("Codes", compute="_compute_codes_html")
    base_version_id = fields.Many2one(
        "logistics.mapping.version",
        "Compared With",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('mapping_id', '=', mapping_id), ('id', '!=', id)]",
    )
    diff_text = fields.Text("Lines That Differ", compute="_compute_diff")
    code_diff_html = fields.Html("Codes That Differ", compute="_compute_diff")

    @api.model_create_multi
    def create(self, vals_list):
        """Override: what is written is compared with what is in use."""
        mappings = self.env["logistics.mapping"]
        for vals in vals_list:
            mapping = mappings.browse(vals.get("mapping_id"))
            vals.setdefault("base_version_id", mapping.active_version_id.id)
        return super().create(vals_list)

    # === Live test === #

    @api.depends(
        *("content", "sample_id", "sample_id.content", "sample_id.received_at"),
        "sample_id.asked_number",
    )
    def _compute_trial(self):
        milestones = frozenset(self.env["logistics.milestone"]._catalogue())
        for version in self:
            found = complaint(version.content or "", milestones)
            version.complaint_html = version._complaint_row(*found) if found else False
            version.trial_html = False
            if not found and version._has_readable_sample():
                reading = version.sample_id._reading(version.content)
                version.trial_html = trial_page.problems(self.env, reading) + (
                    trial_page.facts(self.env, reading)
                    if reading.facts
                    else trial_page.alert("info", reading.note or self.env._("No facts."))
                )

    def _has_readable_sample(self):
        """Samples are messages: not everybody who sees a profile may read them."""
        return bool(self.sample_id) and self.sample_id.has_access("read")

    def _complaint_row(self, line, reason):
        text = (
            self.env._("Line %(line)s: %(reason)s", line=line, reason=reason)
            if line
            else self.env._("This profile cannot be used: %s", reason)
        )
        return trial_page.alert("danger", text)

    @api.depends("sample_id", "sample_id.content", "mapping_id.format")
    def _compute_tree_html(self):
        for version in self:
            version.tree_html = False
            if not version._has_readable_sample():
                continue
            try:
                decoded = decode(version.mapping_id.format, version.sample_id._raw())
            except IntegrationError as error:
                version.tree_html = trial_page.alert("danger", error.public_message)
            else:
                version.tree_html = trial_page.tree(decoded)

    def action_expect(self):
        """What this version reads in the sample is right: expect it from now on."""
        self.ensure_one()
        if not self.sample_id:
            raise UserError(self.env._("Choose a sample first."))
        self.sample_id.with_context(expect_of_version=self.id).action_expect()

    # === Codes === #

    @api.depends("content")
    def _compute_codes_html(self):
        for version in self:
            codes = sorted(version._code_table().items())
            rows = [(code, *version._meaning(row)) for code, row in codes[:_SHOWN_CODES]]
            version.codes_html = (
                trial_page.table((self.env._("Code"), *self._meaning_titles()), rows)
                if rows
                else False
            )

    def _code_table(self):
        """``{code: core.code_table.CodeRow}``; empty while the text cannot be used."""
        milestones = frozenset(self.env["logistics.milestone"]._catalogue())
        try:
            return dict(profile.load(self.content or "", milestones).codes)
        except IntegrationError:
            return {}

    def _meaning_titles(self):
        return (
            self.env._("Means"),
            self.env._("Reason"),
            self.env._("Responsible"),
            self.env._("Note"),
        )

    def _meaning(self, row):
        """A row of the table as cells; ``–`` where there is none."""
        if row is None:
            return ("–", "", "", "")
        catalogue = self.env["logistics.milestone"]._catalogue()
        known = catalogue.get(row.milestone)
        milestone = self.env["logistics.milestone"].browse(known[0]).name if known else ""
        means = self.env._("Nothing to record") if row.ignore else milestone or row.milestone
        if row.inferred:
            means = self.env._("%s (suggested only)", means)
        return (means, row.reason, row.party, row.note)

    # === Comparison === #

    @api.depends("content", "base_version_id.content")
    def _compute_diff(self):
        for version in self:
            base = version.base_version_id
            names = (base.display_name or "", version.display_name or "")
            version.diff_text = base and text_diff(base.content or "", version.content or "", names)
            changes = base and code_changes(base._code_table(), version._code_table())
            rows = [
                (
                    change.code,
                    self._change_label(change.kind),
                    Markup("<br/>").join(filter(None, self._meaning(change.before))),
                    Markup("<br/>").join(filter(None, self._meaning(change.after))),
                )
                for change in changes or ()
            ]
            titles = (self.env._("Code"), "", self.env._("Before"), self.env._("After"))
            version.code_diff_html = trial_page.table(titles, rows) if rows else False

    def _change_label(self, kind):
        labels = {
            "added": (self.env._("New"), "success"),
            "removed": (self.env._("Gone"), "danger"),
            "changed": (self.env._("Changed"), "warning"),
        }
        label, level = labels[kind]
        return Markup("<span class='badge text-bg-%s'>%s</span>") % (level, label)

    # === Before it goes live === #

    def _go_live_points(self):
        """Override: the golden samples are read as expected."""
        return [*super()._go_live_points(), self._samples_point()]

    def _samples_point(self):
        golden = self.mapping_id.golden_count
        failing = self.mapping_id._failing_samples(self.content, self._proposed_expectations())
        if failing:
            visible = failing[0][0].with_env(self.env)._filtered_access("read")
            return Point(
                self.env._("Golden samples"),
                False,
                self.env._(
                    "Not all are read as expected (%(failing)s fail). %(why)s",
                    failing=len(failing),
                    why=f"{visible.name}: {failing[0][1]}" if visible else "…",
                ),
                must=True,
            )
        return Point(
            self.env._("Golden samples"),
            bool(golden),
            self.env._("All %s are read as expected.", golden)
            if golden
            else self.env._("There is none yet: keep a message as a sample and say it is right."),
        )
