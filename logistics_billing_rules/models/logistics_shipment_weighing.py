from odoo import models
from odoo.tools import format_datetime


class LogisticsShipment(models.Model):
    """Who said what a shipment weighs: people ask when a price by weight is another one."""

    _inherit = "logistics.shipment"

    def _weights_said(self, since=None):
        """Who declared and who certified the weight last, what it was before, and when: sentences.

        :param since: only what was recorded after that (naive UTC)
        """
        self.ensure_one()
        # Whoever reads the release reads what its prices rest on.
        return [
            sentence
            for sentence in (self.sudo()._declared_said(since), self.sudo()._certified_said(since))
            if sentence
        ]

    def _declared_said(self, since):
        rows = self.field_statement_ids.filtered(
            lambda row: row.field_name == "declared_weight" and row.verdict == "accept"
        ).sorted(lambda row: (row.said_at, row.id))
        standing = rows.filtered("decides")[:1]
        if not standing or (since and standing.recorded_at <= since):
            return ""
        earlier = rows.filtered(
            lambda row: (row.said_at, row.id) < (standing.said_at, standing.id)
            and row.value != standing.value
        )
        # A person who edits the shipment speaks in Odoo's own voice.
        by_person = standing.system_id.kind == "odoo"
        speaker = standing.create_uid.name if by_person else standing.system_id.name
        return self._weight_sentence(
            self.env._("Declared weight"),
            standing.value_text,
            earlier[-1:].value_text,
            speaker,
            standing.said_at,
        )

    def _certified_said(self, since):
        events = self.weighing_ids.filtered(lambda event: event.verdict == "accept").sorted(
            lambda event: (event.recorded_at, event.id)
        )
        last, earlier = events[-1:], events[:-1]
        if not last or (since and last.recorded_at <= since):
            return ""
        before = earlier.filtered(lambda event: event.weight_kg != last.weight_kg)[-1:]
        return self._weight_sentence(
            self.env._("Certified weight"),
            self._kilograms(last.weight_kg),
            self._kilograms(before.weight_kg) if before else "",
            last.system_id.name,
            last.recorded_at,
        )

    def _kilograms(self, weight):
        return self.env._("%s kg", f"{weight:.3f}".rstrip("0").rstrip("."))

    def _weight_sentence(self, what, weight, before, speaker, moment):
        values = {
            "what": what,
            "weight": weight,
            "before": before,
            "who": speaker,
            "when": format_datetime(self.env, moment, dt_format="short"),
        }
        if before:
            return self.env._(
                "%(what)s: %(weight)s, changed from %(before)s by %(who)s on %(when)s.", **values
            )
        return self.env._("%(what)s: %(weight)s, by %(who)s on %(when)s.", **values)
