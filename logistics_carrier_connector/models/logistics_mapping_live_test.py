from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.codecs import decode
from ..core.errors import IntegrationError
from ..core.profile_lines import complaint
from ..core.tree_nodes import nodes
from . import message_fate, message_reader
from .logistics_approval import ADMIN
from .masking import mask
from .trial_page import MOST_NODES

_LONGEST_TEXT = 1_000_000
_LONGEST_MESSAGE = 200_000
_AUDITOR = "logistics_milestone_sync.logistics_milestone_sync_group_auditor"


class LogisticsMappingVersion(models.Model):
    """What a profile that is being written makes of one message. Reads, and writes nothing."""

    _inherit = "logistics.mapping.version"

    @api.model
    @api.readonly
    def read_trial(self, mapping_id, text, sample_id=False, message_id=False, pasted=False):
        """What this text of a profile reads in a message: a sample, a stored one, or a pasted one.

        :param str text: of the profile, as it stands in the editor
        :return: a dict of JSON values: ``complaint`` (the mistake of the text: ``line``,
            ``reason``), ``source`` (the message as text), ``tree`` (``nodes``, ``is_cut``,
            ``error``), ``facts``, ``problems``, ``note``
        :raises AccessError: for anybody who may not read raw messages
        """
        if not any(self.env.user.has_group(group) for group in (ADMIN, _AUDITOR)):
            raise AccessError(
                self.env._("Only integration administrators and auditors read raw messages.")
            )
        mapping = self.env["logistics.mapping"].browse(mapping_id)
        mapping.check_access("read")
        if len(text or "") > _LONGEST_TEXT:
            raise UserError(self.env._("The text of a profile is shorter than that."))
        milestones = frozenset(self.env["logistics.milestone"]._catalogue())
        mistake = complaint(text or "", milestones)
        told = {"complaint": mistake and {"line": mistake[0], "reason": mistake[1]}}
        found = self._trial_message(sample_id, message_id, pasted)
        if not found:
            return {**told, "source": False, "tree": False, "facts": [], "problems": [], "note": ""}
        raw, received, asked, shown = found
        told |= {"source": shown, "tree": self._trial_tree(mapping.format, raw)}
        if mistake:
            return {**told, "facts": [], "problems": [], "note": ""}
        reader = message_reader.Reader(mapping.format, text, None, milestones)
        return told | self._trial_reading(reader.understand(raw, received, asked))

    def _trial_message(self, sample_id, message_id, pasted):
        """``(bytes, received, asked, text to show)``, or nothing where no message was chosen."""
        now = datetime.now(UTC)
        if pasted:
            if len(pasted) > _LONGEST_MESSAGE:
                raise UserError(self.env._("Paste the part that matters: it is too long."))
            return pasted.encode(), now, None, False
        if message_id:
            message = self.env["logistics.message"].browse(message_id)
            message.check_access("read")
            raw = message._raw_bodies()[message.id]
            received = utc(message.received_at or fields.Datetime.now())
            return raw, received, message._asked(), mask(raw.decode("utf-8", "replace"))
        sample = self.env["logistics.mapping.sample"].browse(sample_id or ())
        if not sample:
            return None
        sample.check_access("read")
        asked = {"number": sample.asked_number} if sample.asked_number else None
        return sample._raw(), utc(sample.received_at), asked, sample.content_text or False

    def _trial_tree(self, form, raw):
        try:
            found, is_cut = nodes(decode("json" if form == "canonical" else form, raw), MOST_NODES)
        except IntegrationError as error:
            return {"nodes": [], "is_cut": False, "error": error.public_message}
        return {"nodes": found, "is_cut": is_cut, "error": ""}

    def _trial_reading(self, reading):
        milestones = self.env["logistics.milestone"].search([("code", "!=", False)])
        names = dict(milestones.mapped(lambda each: (each.code, each.name)))
        return {
            "facts": [_fact(index, stated, names) for index, stated in reading.facts],
            "problems": self._trial_problems(reading),
            "note": "" if reading.facts else reading.note or "",
        }

    def _trial_problems(self, reading):
        """Everything that was not understood, in words."""
        if reading.error:
            return [reading.error.public_message]
        told = [
            self.env._("The profile does not say what “%s” means.", code)
            for code in sorted(reading.unmapped)
        ]
        return told + [
            self.env._("Item %(number)s cannot be read: %(why)s", number=index + 1, why=problem)
            if index >= 0
            else self.env._("The message cannot be read: %s", problem)
            for index, problem in ((index, str(each)) for index, each in reading.problems)
        ]


def _fact(index, stated, names):
    said = message_fate.summary(stated)
    return {
        "item": index + 1,
        "says": names.get(said["what"], said["what"]),
        "at": (said.get("occurred_at") or "")[:19].replace("T", " "),
        "kind": said.get("classifier", ""),
        "about": said["references"],
        "code": said.get("code") or "",
        "reason": " · ".join(
            word
            for word in (getattr(stated, "reason", ""), getattr(stated, "responsible_party", ""))
            if word
        ),
        "inferred": bool(getattr(stated, "inferred", False)),
    }
