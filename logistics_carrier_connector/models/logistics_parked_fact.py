import json

from odoo import models

from odoo.addons.logistics_milestone_sync.core import fact as facts

from . import message_fate


class LogisticsParkedFact(models.Model):
    _inherit = "logistics.parked.fact"

    def _rematched(self, outcomes):
        """Override of ``logistics_milestone_sync`` to tell the messages what became of their
        facts: the one that was kept, and all that said the same afterwards."""
        result = super()._rematched(outcomes)
        placed = {
            message_fate.json_digest(json.loads(parked.fact)): outcome
            for parked, outcome in zip(self, outcomes, strict=True)
            # A batch may end in the car park; what was parked before has no news.
            if outcome.status != facts.PARKED or parked.not_before
        }
        messages_sudo = self.env["logistics.message"].sudo()._waiting_for(self.system_id, placed)
        messages_sudo = messages_sudo.filtered(lambda message: message._note_placed(placed))
        if messages_sudo:
            messages_sudo._fates_recorded()
        return result
