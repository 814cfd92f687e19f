from odoo.tests import tagged

from odoo.addons.logistics_milestone_sync.models.clashes import work_off

from .common import LogisticsCase


@tagged("post_install", "-at_install", "logistics")
class TestWorkOff(LogisticsCase):
    """What scheduled actions say about what they left, because Odoo runs them again for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("logistics_milestone_sync.ir_cron_rematch")
        cls.shipments = cls.env["logistics.shipment"].create([{"weight": 1} for _n in range(3)])

    def _work_off(self, seconds, each=1, **options):
        """Work off the shipments one by one; returns those that were, and the progress."""
        progress = self.env["ir.cron.progress"].create({"cron_id": self.cron.id})
        context = {
            "cron_id": self.cron.id,
            "ir_cron_progress_id": progress.id,
            "cron_end_time": seconds,  # of the machine's own clock: 0 is long ago
        }
        done = []
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            work_off(
                self.env(cr=cr, context=context),
                lambda after: self.shipments.filtered(lambda s: s.id > after)[:1],
                lambda batch: done.append(batch) or each,
                **options,
            )
        progress.invalidate_recordset()
        return done, progress

    def test_when_the_time_is_over_something_is_left(self):
        done, progress = self._work_off(0)
        self.assertEqual((len(done), progress.done, progress.remaining), (1, 1, 1))

    def test_at_the_end_nothing_is_left(self):
        done, progress = self._work_off(float("inf"))
        self.assertEqual((len(done), progress.done, progress.remaining), (3, 3, 0))

    def test_what_cannot_be_done_waits_for_the_next_interval(self):
        done, progress = self._work_off(0, each=0)
        self.assertEqual((len(done), progress.done, progress.remaining), (1, 0, 0))

    def test_work_that_starts_from_the_beginning_each_time_goes_to_the_end(self):
        done, progress = self._work_off(0, to_the_end=True)
        self.assertEqual((len(done), progress.done, progress.remaining), (3, 3, 0))
