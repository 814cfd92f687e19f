import random
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc
from odoo.addons.logistics_milestone_sync.core.fact import Statement

from ..core.errors import TRANSIENT
from ..core.retry import RetryPolicy
from . import message_fate, message_reader

# A sender's own fault is never retried; this is for what may pass by itself, where no flow policy
# says otherwise.
_RETRY = RetryPolicy(initial=timedelta(seconds=30), attempts=8)


class LogisticsMessage(models.Model):
    """From raw bytes to facts in the ledger: one batch, one connection, one transaction."""

    _inherit = "logistics.message"

    def _process(self):
        """Read these messages of one connection, record what they state, note their fates.

        Nothing is committed here. What a message states and what became of it are written
        together, so a worker that dies leaves either both or neither.
        """
        connection = self.connection_id
        connection.ensure_one()
        readings = self._read_all()
        test = connection.environment == "test"
        outcomes = {} if test else self._record(readings)
        for message in self:
            reading = readings[message]
            fate = message_fate.decide(reading, outcomes.get(message, []), test)
            message._note_fate(fate, reading)
        self._tell_breaker(readings)
        self._tell_responsible()
        self._note_unmapped()
        self._acknowledge(readings)
        self._fates_recorded()

    def _tell_breaker(self, readings):
        """A batch of which everything failed for now is a failed attempt of its connection.

        What is wrong with a single message says nothing about the connection.
        """
        errors = [reading.error for reading in readings.values()]
        if all(error and error.error_class == TRANSIENT for error in errors):
            self.connection_id._attempt_failed(errors[0].public_message)
        else:
            self.connection_id._attempt_succeeded()

    def _read_all(self):
        """``_understand``, with a note of when it began and what it was read with."""
        connection = self.connection_id
        self.write(
            {
                "mapping_version_id": connection._version_in_use().id,
                "contract_version_id": connection.contract_id.active_version_id.id,
                "started_at": naive(datetime.now(UTC)),
            }
        )
        return self._understand()

    def _understand(self):
        """``{message: Reading}``; what cannot be read is a reading with an error.

        Nothing is written: a dry run reads by this as well.
        """
        connection = self.connection_id
        bodies = self._contents()
        version = connection._version_in_use()
        contract = connection.contract_id.active_version_id
        reader = message_reader.Reader(
            connection.mapping_id.format,
            version.content or "",
            contract._agreement() if contract else None,
            frozenset(self.env["logistics.milestone"]._catalogue()),
            self.env["logistics.mapping.override"]._of_connection(connection),
        )
        return {
            message: reader.understand(
                bodies[message.id], utc(message.received_at), message._asked()
            )
            for message in self
        }

    def _asked(self):
        """Hook: what this message answers, for ``mapping.apply``; ``None`` if it came by itself."""
        return None

    def _record(self, readings):
        """``{message: [Outcome, …]}``: everything goes through the ledger's door at once."""
        statements = [
            Statement(stated, utc(message.received_at), f"logistics.message,{message.id}")
            for message in self
            for _index, stated in readings[message].facts
        ]
        if not statements:
            return {}
        shipments = self.env["logistics.shipment"]
        told = iter(shipments._record_facts(self.connection_id.system_id, statements))
        return {message: [next(told) for _fact in readings[message].facts] for message in self}

    def _note_fate(self, fate, reading):
        """Write what became of one message."""
        values = {
            "error_class": fate.error_class,
            "error_message": fate.error_message,
            "unmapped": reading.unmapped or False,
            "problem_count": len(reading.problems),
            "attempts": self.attempts + 1,
            # With its microseconds: most messages wait for less than a second.
            "processed_at": naive(datetime.now(UTC)),
            "next_attempt_at": False,
            "format_id": reading.format_id,
            "outcomes": fate.items or False,
            "fact_count": len(reading.facts),
        }
        if fate.state == "received":
            self._retry_later(values)
        else:
            self._move_to(fate.state, **values)

    def _retry_later(self, values):
        """Try a message again after a while, or give it up as a dead letter."""
        delays = self.env["logistics.flow.policy"]._retry_delays(self.company_id, self.lane)
        policy = RetryPolicy.of_waits(delays) if delays else _RETRY
        next_attempt = policy.next_attempt(
            values["attempts"], fields.Datetime.now().replace(tzinfo=UTC), random.random()
        )
        if next_attempt is None:
            self._move_to("dead", **values)
        else:
            self.write(values | {"next_attempt_at": naive(next_attempt)})

    def _note_breakdown(self, error):
        """Put aside a message that breaks the processing, all on its own.

        It gets a few more chances, because a server that is shut down looks the same.

        :param Exception error: what the processing raised
        """
        values = {
            "error_class": "poison",
            "error_message": self.env._(
                "Processing it failed with an internal error (%s). The server log has the details.",
                type(error).__name__,
            ),
            "attempts": self.attempts + 1,
            "processed_at": fields.Datetime.now(),
        }
        if values["attempts"] < 3:
            now = fields.Datetime.now()
            self.write(values | {"next_attempt_at": now + timedelta(minutes=values["attempts"])})
        else:
            self._move_to("dead", **values)
        self._fates_recorded()

    def _tell_responsible(self):
        """One open activity per connection says that its messages are on hold."""
        held = self.filtered(lambda message: message.state == "held")
        connection = held.connection_id
        if not connection.user_id:
            return
        summary = self.env._("Messages are on hold")
        if connection.activity_ids.filtered(lambda activity: activity.summary == summary):
            return
        connection.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=held[0].error_message,
            user_id=connection.user_id.id,
        )

    @api.model
    def _release_held(self, connections):
        """The configuration of these connections changed: messages on hold get another chance."""
        held_sudo = self.sudo().search(
            [("connection_id", "in", connections.ids), ("state", "=", "held")]
        )
        if held_sudo:
            held_sudo._move_to("received", next_attempt_at=False)
            held_sudo._fates_recorded()
            self._wake_lanes(set(held_sudo.mapped("lane")))
