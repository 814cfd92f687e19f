import json
from datetime import UTC, datetime

from werkzeug.datastructures import Headers

from odoo.tools import config

from odoo.addons.logistics_milestone_sync.tests.common import LogisticsCase

from ..models.logistics_message_inbox import Arrival

SECRET = "a secret that only tests know"
# A small carrier: enough words to test what happens around a profile.
PROFILE = """
profile: test_carrier
version: 1
name: Test carrier
format: json
each:
  - event: events
references:
  - {scheme: tracking, value: event.tracking}
message_id: number
event_id: event.id
code:
  keys:
    - [event.code]
  text: event.text
time:
  - {at: event.at}
codes:
  - {codes: [PU], milestone: dispatched}
  - {codes: [HUB], milestone: arrived_at_hub}
  - {codes: [OK], milestone: delivered}
  - {codes: [INFO], ignore: true}
"""
NEW_CODE = "  - {codes: [NEW], milestone: out_for_delivery}\n"


class ConnectorCase(LogisticsCase):
    """A carrier with its own JSON, and the warehouse with canonical events."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._use_secret_key("k" * 40)
        cls.mapping = cls.env["logistics.mapping"].create(
            {"code": "test_carrier", "name": "Test carrier", "format": "json"}
        )
        cls.env["logistics.mapping.version"]._load(cls.mapping, PROFILE)
        cls.connection = cls._create_connection(cls.carrier)
        cls.wms_connection = cls._create_connection(
            cls.wms,
            mapping_id=cls.env.ref("logistics_carrier_connector.logistics_mapping_canonical").id,
            verifier_kind="bearer",
        )
        cls.lane_cron = cls.env.ref("logistics_carrier_connector.ir_cron_lane_visibility")

    @classmethod
    def _use_secret_key(cls, key):
        before = config.get("logistics_secret_key")
        config["logistics_secret_key"] = key
        cls.addClassCleanup(config.__setitem__, "logistics_secret_key", before)

    @classmethod
    def _create_connection(cls, system, activate=True, **values):
        connection = cls.env["logistics.connection"].create(
            {
                "name": f"Connection of {system.name}",
                "system_id": system.id,
                "company_id": system.company_id.id,
                "mapping_id": cls.mapping.id,
                "verifier_kind": "hmac",
                "secret": SECRET,
                **values,
            }
        )
        if activate:
            connection.action_activate()
        return connection

    def _tracked_shipment(self, tracking, **values):
        shipment = self._create_shipment(**values)
        self._record(self.wms, self._names(shipment, ("tracking", tracking)))
        return shipment

    def _body(self, *codes, tracking="1ZTEST", **values):
        """A message of the test carrier, one event per code, an hour apart."""
        events = [
            {
                "tracking": tracking,
                "code": code,
                "at": datetime(2026, 3, 2, 8 + hour, tzinfo=UTC).isoformat(),
            }
            for hour, code in enumerate(codes)
        ]
        return json.dumps({"events": events, **values}).encode()

    def _send(self, body, connection=None, **headers):
        """Put a message into the inbox, past the proof; the ``Receipt``."""
        connection = connection or self.connection
        self.env.flush_all()
        door = connection._find_door(connection.token)
        arrival = Arrival(door, body, Headers(headers), "application/json", "192.0.2.1")
        return self.env["logistics.message"]._accept(arrival)

    def _message(self, receipt):
        return self.env["logistics.message"].browse(receipt.message_id)

    def _work_off(self):
        """Let the lane worker run, as the scheduler does."""
        with self.enter_registry_test_mode():
            done = self.lane_cron.method_direct_trigger()
        self.assertIs(done, True)

    def _take(self, body, connection=None, **headers):
        """Send, work off, and return the message."""
        receipt = self._send(body, connection, **headers)
        self._work_off()
        return self._message(receipt)

    def _approve(self, record):
        """Let somebody else approve what waits for a decision about the record."""
        approval = self.env["logistics.approval"].search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("state", "=", "pending"),
            ]
        )
        users = self.env["res.users"].search([("login", "=", "second-pair")])
        approver = users or self._create_user("second-pair", "integration_admin")
        approval.with_user(approver).action_approve()

    def _draft(self, content=PROFILE + NEW_CODE, user=None):
        versions = self.env["logistics.mapping.version"].with_user(user or self.env.user)
        return versions.create({"mapping_id": self.mapping.id, "content": content})
