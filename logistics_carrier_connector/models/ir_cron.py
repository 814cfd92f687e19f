from odoo import api, fields, models, tools

# Work of one lane never waits for work of another; each lane has its own scheduled actions.
LANES = [
    ("visibility", "Visibility"),
    ("batch", "Batch"),
]


MOST_WORKERS = 32


class IrCron(models.Model):
    _inherit = "ir.cron"

    logistics_lane = fields.Selection(
        LANES,
        help="This action works off the messages of the lane. Copy the action to add a worker.",
    )

    @api.model
    @tools.ormcache("lane")
    def _of_lane(self, lane):
        """Ids of the active workers of a lane; every sender waits for the answer."""
        return tuple(self.sudo().search([("logistics_lane", "=", lane)]).ids)

    @api.model
    def _set_lane_workers(self, lane, count):
        """Have so many scheduled actions work off a lane; those too many are archived.

        They run on whichever node of the database has a free cron process.

        :param str lane: a value of ``logistics_lane``
        :param int count: at least 1: a lane without a worker would keep its messages for ever
        """
        crons_sudo = self.sudo().with_context(active_test=False)
        workers = crons_sudo.search([("logistics_lane", "=", lane)], order="id")
        working = workers.filtered("active")
        if len(working) == count or not workers:
            return
        resting = workers - working
        missing = count - len(working)
        if missing < 0:
            working[count:].active = False
            return
        resting[:missing].active = True
        for number in range(missing - len(resting)):
            place = len(workers) + number + 1
            workers[0].copy(
                {"name": f"{workers[0].name} {place}", "active": True, "logistics_lane": lane}
            )

    @api.model_create_multi
    def create(self, vals_list):
        crons = super().create(vals_list)
        if crons.filtered("logistics_lane"):
            self.env.registry.clear_cache()
        return crons

    def write(self, vals):
        result = super().write(vals)
        if {"active", "logistics_lane"} & set(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
