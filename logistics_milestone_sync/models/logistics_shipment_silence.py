from odoo import api, fields, models
from odoo.tools import SQL

from .clashes import work_off
from .governed_mixin import INTERNAL

_ACTIVITY_TYPE = "logistics_milestone_sync.mail_activity_silence"


class LogisticsShipment(models.Model):
    """Somebody is told once when a shipment falls silent, and untold when it speaks again."""

    _inherit = "logistics.shipment"

    silence_told_for = fields.Datetime(
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="The expectation whose silence somebody was told of; nobody is told twice.",
    )

    @api.model
    def _cron_watch_silence(self):
        """Give somebody an activity for every shipment that fell silent."""
        work_off(self.env, self._fallen_silent, lambda batch: batch._tell_silence_of_free())

    def _tell_silence_of_free(self):
        # Whoever holds a lock records facts: that shipment is about to speak.
        self.try_lock_for_update()._tell_silence()
        return len(self)

    @api.model
    def _fallen_silent(self, after=0, limit=200):
        self.flush_model(["next_expected_at", "silence_told_for", "active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM logistics_shipment
                 WHERE active AND next_expected_at < %s AND id > %s
                   AND silence_told_for IS DISTINCT FROM next_expected_at
                 ORDER BY id LIMIT %s
                """,
                fields.Datetime.now(),
                after,
                limit,
            )
        )
        return self.browse(row[0] for row in rows)

    def _tell_silence(self):
        """Tell the responsible of each of these shipments that it is silent."""
        self._project_outlook()  # what is expected may have been changed since
        silent = self.filtered("is_silent")
        known = silent._silence_activities().mapped("res_id")
        model_id = self.env["ir.model"]._get_id(self._name)
        type_id = self.env.ref(_ACTIVITY_TYPE).id
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": shipment.id,
                    "activity_type_id": type_id,
                    "summary": shipment._silence_summary(),
                    "user_id": shipment._who_cares().id,
                    "date_deadline": fields.Date.context_today(shipment),
                }
                for shipment in silent
                if shipment.id not in known
            ]
        )
        for shipment in silent:
            shipment.silence_told_for = shipment.next_expected_at

    def _silence_summary(self):
        return self.env._(
            "Silent: “%(milestone)s” was expected by %(when)s UTC",
            milestone=self.next_milestone_id.name,
            when=fields.Datetime.to_string(self.next_expected_at)[:16],
        )

    def _who_cares(self):
        """The user who looks after this shipment: its responsible, if he is still
        with us, else a logistics manager."""
        managers = self.company_id._logistics_managers()
        return self.user_id.filtered("active") or managers[:1] or self.env.user

    def _silence_activities(self):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(_ACTIVITY_TYPE).id),
            ]
        )

    def _facts_recorded(self, changes):
        """Extend to take back the activities of shipments that speak again."""
        super()._facts_recorded(changes)
        speaking = self.filtered(
            lambda shipment: shipment.silence_told_for
            and shipment.silence_told_for != shipment.next_expected_at
        )
        if speaking:
            speaking._silence_activities().unlink()
            speaking.silence_told_for = False
