from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.clock import utc

from .collecting import Collected


class LogisticsRelease(models.Model):
    """Collecting: what shares an invoice with others waits for them in a run."""

    _inherit = "logistics.release"

    run_id = fields.Many2one(
        "logistics.invoice.run",
        "Invoice Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Collects the releases that share an invoice, until it is made.",
    )
    reason_code = fields.Selection(selection_add=[("run", "Collected for an invoice")])

    def _collect(self, judged):
        """Put those of these ready releases into runs that do not get an invoice of their own.

        :param dict judged: ``{release: evaluation.Judged}``
        :return: ``{release: run}``
        """
        now = utc(fields.Datetime.now())
        collecting = {
            release: Collected(release, judged[release])
            for release in self
            if judged[release].agreement.rule_ids[:1]._collects()
        }
        staying = {r: r.run_id for r, collected in collecting.items() if collected.stays(now)}
        moving = {
            release: collected.run_vals(now)
            for release, collected in collecting.items()
            if release not in staying
        }
        return staying | self._put(moving)

    def _put(self, moving):
        """Put releases into the runs of these keys.

        :param dict moving: ``{release: (run key, values of the run)}``
        :return: ``{release: run}``
        """
        if not moving:
            return {}
        runs = self.env["logistics.invoice.run"]._of(dict(moving.values()))
        put = {release: runs[key] for release, (key, _values) in moving.items()}
        for run in set(put.values()):
            self.browse(r.id for r, into in put.items() if into == run).write({"run_id": run.id})
        return put

    def _leave_runs(self):
        """Take these releases out of the runs that they are in: they are not ready any more."""
        self.filtered("run_id").write({"run_id": False})
