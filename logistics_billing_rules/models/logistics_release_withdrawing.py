from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact
from odoo.addons.logistics_milestone_sync.core.reference import Reference


class LogisticsRelease(models.Model):
    """Taking drafts back, whole or in part: the facts no longer justify them."""

    _inherit = "logistics.release"

    def _withdraw(self):
        """Take what these releases put on drafts off them, and say so.

        Where an invoice waits until nothing of its order is missing, it goes as a whole: something
        is missing again.
        """
        if not self:
            return
        drafts = self.line_ids.filtered("live").move_line_id.move_id
        together = drafts.filtered(
            lambda move: move.logistics_run_id and not move.logistics_run_id.closes_at
        )
        others = together._logistics_releases() - self
        going = self | others
        going._take_off(drafts)
        # The database must see that they are gone before it is asked about new ones.
        going.line_ids.flush_recordset(["live"])
        going._state(
            {
                release: MilestoneFact(
                    (Reference("shipment", release.name),),
                    "retracted",
                    utc(fields.Datetime.now()),
                    retracts=release._event_id(),
                )
                for release in going
            }
        )
        others._move_to("ready")  # held until the lane looks: cancelling marked them
        going.write(
            {
                "released_at": False,
                "prepared_by_id": False,
                "to_post": False,
                "amount_invoiced": 0.0,
            }
        )

    def _take_off(self, drafts):
        """Cancel drafts that are theirs alone; others lose the lines of their shipments."""
        alone = drafts.filtered(lambda move: move._logistics_releases() <= self)
        alone.button_cancel()
        shared = drafts - alone
        lines = shared.line_ids.filtered(
            lambda line: line.logistics_shipment_id in self.shipment_id
        )
        orders = lines.sale_line_ids.order_id
        lines.unlink()
        shared._logistics_drop_deductions(orders)
        # Whoever waits to be posted with them may go now.
        self._mark_stale((shared._logistics_releases() - self).shipment_id)
