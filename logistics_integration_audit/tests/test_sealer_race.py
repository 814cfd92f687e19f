import threading

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.logistics_integration_audit.core.entry import Entry


@tagged("post_install", "-at_install", "logistics")
class TestSealerRace(BaseCase):
    """Real connections and real commits: what these tests leave is a longer chain, and sound."""

    def _run(self, work):
        with Registry(get_db_name()).cursor() as cr:
            return work(api.Environment(cr, SUPERUSER_ID, {}))

    def test_sealers_at_the_same_time_do_not_fork_the_chain(self):
        self._run(
            lambda env: env["logistics.audit.entry"]._record(
                [Entry("state", f"Step {n} of a race") for n in range(60)]
            )
        )
        failures = []

        def seal_repeatedly():
            try:
                while self._run(lambda env: env["logistics.audit.entry"]._seal(limit=5)):
                    pass
            except Exception as error:  # noqa: BLE001 - told by the main thread
                failures.append(error)

        threads = [threading.Thread(target=seal_repeatedly) for _sealer in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        found = self._run(lambda env: env["logistics.audit.entry"]._verify_chain())
        self.assertTrue(found["ok"], found["message"])
        self.assertEqual(found["waiting"], 0)
