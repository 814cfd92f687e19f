import base64
import json
import logging
from datetime import datetime

from odoo import api, models
from odoo.tools.misc import file_path

from . import message_reader

_logger = logging.getLogger(__name__)

FOLDER = "logistics_carrier_connector/samples"
# The delivered samples are of that day.
_RECEIVED = datetime(2025, 6, 30, 12)


class LogisticsMapping(models.Model):
    """The golden samples that the module delivers, and whether they are read as expected."""

    _inherit = "logistics.mapping"

    @api.model
    def _load_profiles(self):
        """Override: with the profiles, the messages that they must understand."""
        result = super()._load_profiles()
        self._load_samples()
        self.search([("active_version_id", "!=", False)])._look_at_golden()
        return result

    @api.model
    def _load_samples(self):
        """Take over the samples that the module delivers. Called at install and at upgrade, by
        nobody in particular: what it expects is approved like the program."""
        samples = self.env["logistics.mapping.sample"].with_context(active_test=False)
        known = {
            sample.mapping_id.code: sample for sample in samples.search([("origin", "=", "file")])
        }
        mappings = self.with_context(active_test=False).search([("format", "!=", "canonical")])
        by_code = mappings.grouped("code")
        for code, content, asked, facts in message_reader.delivered_samples(file_path(FOLDER)):
            if code not in by_code:
                continue
            values = {
                "content": base64.b64encode(content),
                "asked_number": asked or False,
                "received_at": _RECEIVED,
                "expected": json.dumps(facts, indent=2, ensure_ascii=False),
            }
            sample = known.get(code)
            if not sample:
                samples.create(
                    {
                        **values,
                        "name": self.env._("Delivered sample"),
                        "mapping_id": by_code[code].id,
                        "origin": "file",
                    }
                )
            elif sample.expected != values["expected"] or sample._raw() != content:
                sample.write(values)

    def _look_at_golden(self):
        """Note of each profile what the version in use reads otherwise than expected."""
        # Noted for everybody; which sample it is, only who may see it reads on the sample itself.
        for mapping in self.sudo():
            text = mapping.active_version_id.content
            failing = mapping._failing_samples(text) if text else []
            told = failing and self.env._(
                "%(count)s of %(total)s golden samples are read otherwise than expected.",
                count=len(failing),
                total=mapping.golden_count,
            )
            if (mapping.golden_trouble or "") != (told or ""):
                mapping.golden_trouble = told or False
            if failing:
                _logger.info("Profile %s: %s", mapping.code, told)
