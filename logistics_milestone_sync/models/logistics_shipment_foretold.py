from dataclasses import replace

from odoo import api, models

from ..core import fact as facts
from .recording_foretold import Foretelling


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    @api.model
    def _foretell_placed(self, system, statements):
        """What would become of statements of one system, and what each of them is about.

        Nothing is written and nothing is locked. What would wait for the batch of its flow policy
        is told as that.

        :param system: one ``logistics.system``
        :param list statements: of ``core.fact.Statement``
        :return: list of ``(Outcome, Target)``, one pair per statement, in the same order; without a
            shipment the target is ``None``
        """
        system.ensure_one()
        # Rights were checked by who asks; nothing is changed.
        self_sudo = self.sudo().with_company(system.company_id)
        foretelling = Foretelling(self_sudo.env, system.sudo(), list(statements))
        foretelling.tell()
        waiting = self_sudo.env["logistics.parked.fact"]._batches_of(
            system.sudo(), dict(enumerate(foretelling.statements))
        )
        return [
            (
                replace(outcome, status=facts.DEFERRED)
                if index in waiting and outcome.status == facts.RECORDED
                else outcome,
                foretelling.targets.get(index),
            )
            for index, outcome in enumerate(foretelling.outcomes)
        ]
