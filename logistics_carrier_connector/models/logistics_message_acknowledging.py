import base64
import secrets
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..core import acknowledgement
from ..core.codecs import answer
from .logistics_message_acknowledgement import IN, OUT

# Whether a message can be used is known in these states. What is on hold is understood, as far as
# its form goes; what broke our own processing or failed for a while is not judged yet.
_JUDGED = ("processed", "ignored", "tested", "parked", "deferred")


class LogisticsMessage(models.Model):
    """EDI messages are answered, and some answer us; in the transaction of their fate."""

    _inherit = "logistics.message"

    def _acknowledge(self, readings):
        """Note what the sender of these messages of one connection is answered, and what he
        answers us.

        :param dict readings: ``{message: message_reader.Reading}``
        """
        answering = self.filtered(lambda message: readings[message].answers)
        if answering:
            answering._note_partner_answers(readings)
        policy = self.connection_id._acknowledgement_policy()
        if policy:
            judged = self.filtered(lambda each: each._is_judged(readings[each]))
            judged._note_acknowledgements(readings, policy)

    def _is_judged(self, reading):
        if self.state == "dead":
            return self.error_class == "permanent"
        return self.state in _JUDGED or (self.state == "held" and not reading.error)

    # === Ours === #

    def _note_acknowledgements(self, readings, policy):
        """Make the answers to these messages; those that were made before are kept or corrected."""
        bodies = self._raw_bodies()
        earlier = {
            (each.message_id.id, each.position): each
            for each in self.acknowledgement_ids
            if each.direction == OUT
        }
        fresh = []
        for message in self:
            for reply in acknowledgement.answers(
                policy, bodies[message.id], readings[message].faults, message.state == "dead"
            ):
                known = earlier.pop((message.id, reply.position), None)
                if known:
                    known._correct(reply)
                else:
                    fresh.append((message, reply))
        for unwanted in earlier.values():
            unwanted._correct(None)
        self._make_acknowledgements(fresh)

    def _make_acknowledgements(self, fresh):
        """Make answers, numbered in their order.

        :param list fresh: of ``(message, core.acknowledgement.Answer)``
        """
        if not fresh:
            return
        connection = self.connection_id
        numbers = connection._next_control_numbers(len(fresh))
        made_at = connection._envelope_time()
        due = fields.Datetime.now() + timedelta(hours=connection.ack_hours)
        self.env["logistics.message.acknowledgement"].create(
            [
                {
                    "direction": OUT,
                    "message_id": message.id,
                    "position": reply.position,
                    "connection_id": connection.id,
                    "public_id": _new_id(),
                    "control_number": str(number),
                    "state": "waiting",
                    "due_at": due,
                    **_said(reply, made_at, number),
                }
                for (message, reply), number in zip(fresh, numbers, strict=True)
            ]
        )

    # === Theirs === #

    def _note_partner_answers(self, readings):
        """Keep what these messages say about what we sent, and tell of what was rejected."""
        known = {
            (each.message_id.id, each.position)
            for each in self.acknowledgement_ids
            if each.direction == IN
        }
        told = [
            (message, position, each)
            for message in self
            for position, each in enumerate(readings[message].answers)
            if (message.id, position) not in known
        ]
        kept = self._keep_partner_answers(told)
        rejected = kept.filtered(lambda each: each.state == "open")
        if rejected:
            self.connection_id._tell_about_acknowledgements(
                self.env._(
                    "The partner rejected what we sent under %(numbers)s. See the message that "
                    "says so, and settle it.",
                    numbers=", ".join(rejected.mapped("about")),
                )
            )

    def _keep_partner_answers(self, told):
        """Keep answers, each beside what it is about.

        :param list told: of ``(message, position, core.partner_answer.PartnerAnswer)``
        """
        connection = self.connection_id
        sent = connection._sent_under({each.about for _message, _position, each in told})
        return self.env["logistics.message.acknowledgement"].create(
            [
                {
                    "direction": IN,
                    "message_id": message.id,
                    "position": position,
                    "connection_id": connection.id,
                    "public_id": _new_id(),
                    "kind": each.kind,
                    "verdict": each.word,
                    "about": each.about,
                    "partner": each.partner,
                    "detail": each.detail,
                    "answered_id": sent.get(each.about.lstrip("0")),
                    "state": "open" if each.word == answer.REJECTED else "noted",
                }
                for message, position, each in told
            ]
        )


class LogisticsMessageAcknowledgement(models.Model):
    _inherit = "logistics.message.acknowledgement"

    def _correct(self, reply):
        """The message was processed again: say what is true now, unless it was said already.

        :param reply: ``core.acknowledgement.Answer``; ``None`` if nothing is to be answered now
        """
        if self.state == "sent":
            self.outdated = (reply.word if reply else answer.ACCEPTED) != self.verdict
        elif reply is None:
            self._move_to("withdrawn")
        else:
            # The same control number: nobody has seen it yet.
            said = _said(reply, self.connection_id._envelope_time(), int(self.control_number))
            self.write(said)
            self._move_to("waiting")


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    def _acknowledgement_policy(self):
        """``core.acknowledgement.Policy`` of this connection, ``None`` if it answers nothing."""
        if not self.ack_kind:
            return None
        return acknowledgement.Policy(self.ack_kind, self.ack_when)

    def _envelope_time(self):
        """Now, as envelopes state it: in the time zone of the company, without an offset."""
        zone = ZoneInfo(self.company_id.partner_id.tz or "UTC")
        return datetime.now(UTC).astimezone(zone).replace(tzinfo=None)

    def _sent_under(self, numbers):
        """``{control number without leading zeros: id of our acknowledgement}``"""
        plain = sorted({number.lstrip("0") for number in numbers})
        found = self.env["logistics.message.acknowledgement"].search(
            [
                ("connection_id", "=", self.id),
                ("direction", "=", OUT),
                ("control_number", "in", plain),
            ],
            order="id",
        )
        return {each.control_number: each.id for each in found}


def _said(reply, made_at, number):
    """What an answer says, as values."""
    return {
        "kind": reply.kind,
        "verdict": reply.word,
        "about": reply.about,
        "partner": reply.partner,
        "content": base64.b64encode(reply.content(made_at, number)),
    }


def _new_id():
    # Starts with the time, so that new rows stand together in the index.
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
