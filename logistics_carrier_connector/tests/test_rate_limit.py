import time

from odoo.tests import tagged

from ..models import logistics_rate_bucket
from .common import ConnectorCase


@tagged("post_install", "-at_install", "logistics")
class TestRateLimit(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.buckets = self.env["logistics.rate.bucket"]
        self.env.flush_all()
        logistics_rate_bucket._leases._held.clear()

    def _granted(self, per_minute, tries):
        return sum(not self.buckets._take(self.connection.id, per_minute) for _try in range(tries))

    def test_without_a_limit_everything_is_granted(self):
        self.assertEqual(self._granted(0, 500), 500)
        self.assertFalse(self.buckets.search([("connection_id", "=", self.connection.id)]))

    def test_a_burst_of_ten_seconds_is_granted_and_no_more(self):
        self.assertEqual(self._granted(60, 30), 10)

    def test_who_is_too_fast_hears_how_long_to_wait(self):
        self._granted(60, 10)
        self.assertIn(self.buckets._take(self.connection.id, 60), (1, 2))

    def test_the_slowest_limit_still_grants_one(self):
        self.assertEqual(self._granted(1, 3), 1)

    def test_tokens_come_back_with_time(self):
        self._granted(60, 30)
        self.env.cr.execute(
            "UPDATE logistics_rate_bucket SET refilled_at = refilled_at - interval '5 seconds'"
        )
        self.assertEqual(self._granted(60, 30), 5)

    def test_the_bucket_never_overflows(self):
        self._granted(60, 30)
        self.env.cr.execute(
            "UPDATE logistics_rate_bucket SET refilled_at = refilled_at - interval '5 days'"
        )
        self.assertEqual(self._granted(60, 30), 10)

    def test_two_processes_together_get_no_more_than_one(self):
        # Another process is one that holds nothing in its memory.
        granted, began = 0, time.monotonic()
        for _process in range(4):
            logistics_rate_bucket._leases._held.clear()
            granted += self._granted(600, 60)
        came_back = 10 * (time.monotonic() - began)
        self.assertLessEqual(granted, 100 + came_back)

    def test_connections_do_not_share_tokens(self):
        self._granted(60, 30)
        self.assertEqual(self.buckets._take(self.wms_connection.id, 60), 0)
