from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .clashes import work_off_steps

# Nobody sets them by hand; to be named among the governed fields of the inheriting model.
JOB_FIELDS = ("state", "user_id", "started_at", "finished_at", "reached")


class LogisticsBackgroundJobMixin(models.AbstractModel):
    """Long work that a person starts and a scheduled action does, step by step.

    Each step is a transaction of its own, so it suits any number of records and any limit on the
    time of a request, and goes on where it stopped when a worker is killed.
    """

    _name = "logistics.background.job.mixin"
    _description = "Work in the background that a person started"
    _inherit = ["logistics.governed.mixin", "logistics.stateful.mixin"]
    _governed_fields = JOB_FIELDS
    _transitions = {
        "new": ("waiting",),
        "waiting": ("running", "cancelled"),
        "running": ("done", "cancelled"),
    }
    # XML id of the scheduled action; it calls ``_cron_work``. Set by the inheriting model.
    _cron = ""

    state = fields.Selection(
        [
            ("new", "New"),
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="new",
    )
    user_id = fields.Many2one("res.users", "Asked For By", readonly=True, copy=False)
    started_at = fields.Datetime("Started", readonly=True, copy=False)
    finished_at = fields.Datetime("Finished", readonly=True, copy=False)
    reached = fields.Integer(readonly=True, copy=False, help="How far it is; a step goes on there.")

    # Used by the scheduled action, which looks for work each time it is woken.
    _open_idx = models.Index("(id) WHERE finished_at IS NULL AND user_id IS NOT NULL")

    def action_start(self):
        """Have it done by the scheduled action, soon.

        :raises UserError: if it was started already
        """
        self.check_access("write")
        # The right to it was checked; the state is set by these methods only.
        for job_sudo in self.sudo():
            if job_sudo.state != "new":
                raise UserError(
                    self.env._(
                        "%s was started already. Make a new one instead.", job_sudo.display_name
                    )
                )
            job_sudo._move_to("waiting", user_id=self.env.uid)
        self.env.ref(self._cron).sudo()._trigger()

    def action_cancel(self):
        """Stop it; what was done so far stays to be looked at."""
        self.check_access("write")
        # The right to it was checked; the state is set by these methods only.
        going_sudo = self.sudo().filtered(lambda job: job.user_id and not job.finished_at)
        going_sudo._move_to("cancelled", finished_at=fields.Datetime.now())

    @api.model
    def _cron_work(self):
        """Work off the jobs that were started, oldest first."""
        work_off_steps(self.env, self._next_job)

    @api.model
    def _next_job(self):
        """Hook: the job whose step is next; overriders leave out those that have to wait."""
        going = [("finished_at", "=", False), ("user_id", "!=", False)]
        return self.search(going, order="id", limit=1)

    def _step(self):
        """Do the next step; returns what it did, for the progress of the scheduled action."""
        # Whoever cancels meanwhile, and this step, see each other: one of them starts over.
        self.env.execute_query(
            SQL("SELECT 1 FROM %s WHERE id = %s FOR UPDATE", SQL.identifier(self._table), self.id)
        )
        if self.state == "waiting":
            self._move_to("running", started_at=fields.Datetime.now())
            self._begin()
        return self._work()

    def _begin(self):
        """Hook: what to note before the first step."""

    def _work(self):
        """Do the next step and note how far it is, or ``_finish``; to be overridden.

        :return: the number of records of this step
        """
        raise NotImplementedError

    def _finish(self):
        """There is nothing left. Returns 0, the number of records of the last step."""
        self._move_to("done", finished_at=fields.Datetime.now())
        return 0
