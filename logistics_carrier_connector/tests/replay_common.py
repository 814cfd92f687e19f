from .common import PROFILE, ConnectorCase

# Until now INFO says nothing; from now on it does.
LEARNED = PROFILE.replace("[INFO], ignore: true", "[INFO], milestone: out_for_delivery")


class ReplayCase(ConnectorCase):
    """Messages that came, and an administrator who has them read once more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user("replay-admin", "integration_admin")

    def _start(self, messages=None, user=None, **values):
        """The dialogue, filled in."""
        starts = self.env["logistics.replay.start"].with_user(user or self.admin)
        if messages:
            starts = starts.with_context(active_model="logistics.message", active_ids=messages.ids)
        return starts.create({"reason": "the table was wrong", **values})

    def _ask(self, messages=None, user=None, **values):
        """A replay after its dry run, or waiting for it."""
        action = self._start(messages, user, **values).action_confirm()
        return self.env["logistics.replay"].with_user(user or self.admin).browse(action["res_id"])

    def _let_run(self):
        self.env.flush_all()
        cron = self.env.ref("logistics_carrier_connector.ir_cron_replay")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _replay(self, messages, **values):
        """Ask, start, and let it run; the replay."""
        replay = self._ask(messages, **values)
        replay.action_replay()
        self._let_run()
        return replay

    def _learn(self, content):
        """Another version of the profile is in use from now on."""
        self.env["logistics.mapping.version"]._load(self.mapping, content)

    def _ledger(self):
        """Everything that these systems ever stated, apart from how often."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT fact_key, verdict, shipment_id FROM logistics_milestone_event"
            " WHERE system_id = ANY(%s) ORDER BY fact_key",
            [[self.carrier.id, self.wms.id]],
        )
        return self.env.cr.fetchall()
