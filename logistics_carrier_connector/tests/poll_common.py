from datetime import UTC, datetime, timedelta

from odoo import fields

from odoo.addons.logistics_milestone_sync.core.clock import naive

from .common import ConnectorCase
from .fake_carrier import FakeCarrier

KEY = "a key that only tests know"


class PollCase(ConnectorCase):
    """The test carrier, which may be asked as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fake = FakeCarrier()
        cls.addClassCleanup(cls.fake.close)
        cls.env["ir.config_parameter"].set_param("logistics_connector_private_hosts", cls.fake.host)
        # Whatever else is in this database is no part of these tests.
        cls.env["logistics.poll"].search([("state", "=", "active")]).action_pause()
        cls.company.logistics_second_person_live = True
        cls.poll_cron = cls.env.ref("logistics_carrier_connector.ir_cron_polling")
        cls.admin = cls._create_user("poll-admin", "integration_admin")

    def setUp(self):
        super().setUp()
        self.fake.parcels, self.fake.behaviors = {}, []
        self.fake.asked, self.fake.tokens = [], set()

    def _create_poll(self, start=True, **values):
        poll = self.env["logistics.poll"].create(
            {
                "connection_id": self.connection.id,
                "url": f"{self.fake.url}/track?n={{number}}",
                "number_pattern": "1Z*",
                "timeout_seconds": 5,
                **values,
            }
        )
        if start:
            poll.action_start()
        return poll

    def _event(self, code, hours_ago=0.0, **values):
        """An event of the carrier's answer."""
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours_ago)
        return {"code": code, "at": at.isoformat(), **values}

    def _ask(self):
        """Let the polling worker run, as the scheduler does, and then the lane."""
        self._poll_only()
        self._work_off()

    def _poll_only(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.poll_cron.method_direct_trigger()
        self.env.invalidate_all()

    def _number(self, poll, number="1ZTEST"):
        return poll.number_ids.filtered(lambda one: one.number == number)

    def _make_due(self, poll, **values):
        """As if the waits were over."""
        poll.next_run_at = False
        poll.connection_id.breaker_probe_at = fields.Datetime.now()
        poll.number_ids.write({"next_ask_at": fields.Datetime.now(), **values})

    def _minutes_until(self, moment):
        return (moment - naive(datetime.now(UTC))).total_seconds() / 60
