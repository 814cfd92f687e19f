import base64
import json
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc
from odoo.addons.logistics_milestone_sync.core.fact import to_json

from ..core.comparison import fact_changes
from . import message_reader
from .logistics_approval import ADMIN
from .masking import mask

_MAX_BYTES = 200_000
# What a golden sample shows and expects; versions are measured by it.
_MEASURE = frozenset(
    ("mapping_id", "content", "content_text", "received_at", "asked_number", "expected", "active")
)
# Formats of bytes that are no text: they cannot be shown, changed or masked.
_BINARY = ("xlsx",)


class LogisticsMappingSample(models.Model):
    """A message that is kept beside a profile, and what it must be understood as.

    Whether a version reads its samples as expected is asked before it goes live.
    """

    _name = "logistics.mapping.sample"
    _description = "Sample of a Profile"
    _order = "mapping_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    mapping_id = fields.Many2one(
        "logistics.mapping", "Profile", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="A sample that was somebody's message is seen in his company only.",
    )
    format = fields.Selection(related="mapping_id.format")
    active = fields.Boolean(default=True)
    note = fields.Char("What It Shows")
    origin = fields.Selection(
        [("file", "Delivered with the module"), ("kept", "Kept Here")],
        required=True,
        readonly=True,
        default="kept",
        copy=False,
    )
    content = fields.Binary(
        "Message", attachment=False, required=True, help="The bytes as they are sent."
    )
    content_text = fields.Text(
        "Text", compute="_compute_content_text", inverse="_inverse_content_text"
    )
    received_at = fields.Datetime(
        "Received",
        required=True,
        default=fields.Datetime.now,
        help="Some formats date events by the day they come in.",
    )
    asked_number = fields.Char(
        "Asked For", help="The number that the message answers, where it does not repeat it."
    )
    expected = fields.Text(
        "Expected Facts", help="As JSON. Filled by “This Is Right”, and compared by every version."
    )
    is_golden = fields.Boolean("Golden", compute="_compute_is_golden", store=True)
    result = fields.Char("With the Version in Use", compute="_compute_result")
    passed = fields.Boolean(compute="_compute_result")

    @api.depends("expected")
    def _compute_is_golden(self):
        for sample in self:
            sample.is_golden = bool(sample.expected)

    @api.depends("content", "mapping_id.format")
    def _compute_content_text(self):
        for sample in self:
            raw = sample._raw()
            shown = sample.format not in _BINARY
            sample.content_text = raw.decode("utf-8", "replace") if shown else False

    def _inverse_content_text(self):
        for sample in self:
            sample.content = base64.b64encode((sample.content_text or "").encode())

    @api.depends("expected", "content", "asked_number", "mapping_id.active_version_id.content")
    def _compute_result(self):
        for sample in self:
            text = sample.mapping_id.active_version_id.content
            complaint = sample._complaint(text) if sample.expected else ""
            sample.passed = bool(sample.expected) and not complaint
            sample.result = (
                complaint
                if complaint
                else self.env._("As expected")
                if sample.expected
                else self.env._("Nothing is expected yet")
            )

    @api.constrains("content")
    def _check_content(self):
        for sample in self:
            if len(sample._raw()) > _MAX_BYTES:
                raise UserError(
                    self.env._(
                        "A sample has at most %s bytes: cut it down to the part that matters.",
                        _MAX_BYTES,
                    )
                )

    @api.constrains("expected")
    def _check_expected(self):
        for sample in self.filtered("expected"):
            try:
                listed = json.loads(sample.expected)
            except ValueError as error:
                raise UserError(self.env._("The expected facts are not JSON: %s", error)) from error
            if not isinstance(listed, list):
                raise UserError(self.env._("The expected facts are a list, in [ ]."))

    def write(self, vals):
        """Override: what versions are measured by is changed by nobody alone."""
        if _MEASURE & set(vals) and not self.env.su:
            self._refuse_if_golden()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_golden(self):
        if not self.env.su:
            self._refuse_if_golden()

    def _refuse_if_golden(self):
        for sample in self.filtered("is_golden"):
            raise UserError(
                self.env._(
                    "%s is golden: versions are measured by it. Start a new version of the profile "
                    "and propose there what should be expected; somebody else approves both.",
                    sample.display_name,
                )
            )

    # === Actions === #

    def action_expect(self):
        """Expect from now on what the version reads that is named in the context, or the one in
        use. Look at the facts before: they are what every later version is measured by. What is
        golden already changes with a draft only, and with its approval."""
        self.check_access("write")
        versions = self.env["logistics.mapping.version"]
        version = versions.browse(self.env.context.get("expect_of_version")).exists()
        for sample in self:
            text = (version or sample.mapping_id.active_version_id).content
            stated = sample._stated(text)
            if not sample.is_golden:
                sample.expected = stated
            elif version.state == "draft":
                version._propose_expectation(sample, stated)
            elif json.loads(sample.expected) != json.loads(stated):
                sample._refuse_if_golden()

    def _stated(self, text):
        """What a text of the profile states of this sample, as JSON.

        :raises UserError: if it does not understand all of it
        """
        reading = self._reading(text)
        if reading.error or reading.problems or reading.unmapped:
            raise UserError(self.env._("%s is not read without problems yet.", self.display_name))
        stated = [to_json(stated) for _index, stated in reading.facts]
        return json.dumps(stated, indent=2, ensure_ascii=False)

    # === Reading === #

    def _raw(self):
        self.ensure_one()
        return base64.b64decode(self.with_context(bin_size=False).content or b"")

    def _reading(self, text):
        """What a version of the profile reads in this sample (``message_reader.Reading``)."""
        self.ensure_one()
        reader = message_reader.Reader(
            self.mapping_id.format,
            text or "",
            None,
            frozenset(self.env["logistics.milestone"]._catalogue()),
        )
        asked = {"number": self.asked_number} if self.asked_number else None
        received = utc(self.received_at or fields.Datetime.now())
        return reader.understand(self._raw(), received, asked)

    def _complaint(self, text, expected=None):
        """How a text of the profile reads this sample otherwise than expected; empty if it does
        not.

        :param str expected: facts as JSON, where they are not those of the sample
        """
        reading = self._reading(text)
        if reading.error:
            return reading.error.public_message
        if reading.unmapped:
            return self.env._("Codes without a meaning: %s", ", ".join(sorted(reading.unmapped)))
        stated = [json.loads(json.dumps(to_json(fact))) for _index, fact in reading.facts]
        told = self._difference(json.loads(expected or self.expected), stated)
        return told or (str(reading.problems[0][1]) if reading.problems else "")

    def _difference(self, expected, stated):
        """What two lists of facts do not share, as a sentence; empty if they are the same."""
        changes = fact_changes([(0, each) for each in expected], [(0, each) for each in stated])
        if not changes:
            return ""
        first = changes[0]
        return self.env._(
            "%(count)s facts differ; the first: expected %(before)s, read %(after)s",
            count=len(changes),
            before=_short(first.before),
            after=_short(first.after),
        )


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def action_keep_as_sample(self):
        """Keep this message as a sample of its profile, without what is hidden on the screen.

        :raises AccessError: for anybody but an integration administrator
        """
        self.ensure_one()
        if not self.env.user.has_group(ADMIN):
            raise AccessError(self.env._("Only integration administrators may do this."))
        self.check_access("read")
        mapping = self.connection_id.mapping_id
        raw = self._contents()[self.id]
        if mapping.format not in _BINARY:
            raw = _masked(raw)
        sample = self.env["logistics.mapping.sample"].create(
            {
                "name": self.public_id,
                "mapping_id": mapping.id,
                "company_id": self.company_id.id,
                "content": base64.b64encode(raw),
                "received_at": self.received_at or naive(datetime.now(UTC)),
                "asked_number": (self._asked() or {}).get("number", False),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": sample._name,
            "res_id": sample.id,
            "view_mode": "form",
        }


def _masked(raw):
    """The same bytes without secrets and contacts, in the encoding that they came in."""
    for encoding in ("utf-8", "iso-8859-1"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return mask(text).replace("●●●", "xxx").encode(encoding)
    return raw


def _short(fact):
    if fact is None:
        return "–"
    told = (fact.get(name) for name in ("milestone", "occurred_at", "reason", "raw_code"))
    return " ".join(str(word) for word in told if word) or fact.get("kind", "?")
