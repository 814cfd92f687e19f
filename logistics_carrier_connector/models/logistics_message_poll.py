import hashlib
from dataclasses import dataclass
from datetime import timedelta

from psycopg2.extras import Json

from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core import fact as facts
from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.message_key import sha256
from ..core.poll_cadence import missed_by_push
from .logistics_message_inbox import Arrival

_NEWS = (facts.RECORDED, facts.ADVISORY)


@dataclass(frozen=True, slots=True)
class PolledAnswer(Arrival):
    """An answer to a question of ours.

    The same bytes may answer questions about two numbers ("no events"), where the answer does not
    repeat the number; so what was asked is part of its key.

    :param list asked: the numbers
    :param int attempt_id: the ``logistics.poll.attempt``
    """

    asked: tuple = ()
    attempt_id: int = 0

    @property
    def key(self):
        asked = "\n".join(self.asked).encode()
        return f"poll:{hashlib.sha256(asked + bytes.fromhex(sha256(self.raw))).hexdigest()}"


class LogisticsMessage(models.Model):
    """Messages that came because we asked."""

    _inherit = "logistics.message"

    origin = fields.Selection(
        [("push", "Sent to Us"), ("poll", "Asked For")],
        readonly=True,
        help="Whether the sender told by itself, or answered a question.",
    )
    poll_attempt_id = fields.Many2one(
        "logistics.poll.attempt",
        "Answers",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    asked = fields.Json(readonly=True)
    new_facts = fields.Integer(readonly=True)
    missed_by_push = fields.Integer(
        readonly=True, help="Facts that should have been sent to us by then, and were not."
    )

    # Used by the figures of connections and plans; nothing that is sent to us pays for it.
    _missed_idx = models.Index("(connection_id) WHERE missed_by_push > 0")

    def _accept_answers(self, poll, attempt, pages):
        """Store the answers to a question, each once.

        :param pages: of ``poll_caller.Page``
        """
        connection = poll.connection_id
        door = {"id": connection.id, "lane": connection.lane, "message_id_header": ""}
        for page in pages:
            self._accept(
                PolledAnswer(
                    door,
                    page.body,
                    page.headers,
                    page.content_type,
                    "",
                    asked=tuple(attempt.numbers),
                    attempt_id=attempt.id,
                )
            )

    def _arrival_values(self, arrival):
        values = super()._arrival_values(arrival) | {"origin": "push"}
        if isinstance(arrival, PolledAnswer):
            values |= {
                "origin": "poll",
                "asked": Json(list(arrival.asked)),
                "poll_attempt_id": arrival.attempt_id,
            }
        return values

    def _asked(self):
        """Override: the number, where an answer is about one only."""
        asked = self.asked or []
        return {"number": asked[0]} if len(asked) == 1 else super()._asked()

    def _fates_recorded(self):
        """Override: count the news of answers, and ask for their numbers in the usual rhythm."""
        result = super()._fates_recorded()
        answers = self.filtered("poll_attempt_id")
        for poll, messages in answers.grouped(lambda one: one.poll_attempt_id.poll_id).items():
            news = [number for one in messages if one._note_news(poll) for number in one.asked]
            if news:
                self.env["logistics.poll.number"].search(
                    [("poll_id", "=", poll.id), ("number", "in", news)]
                )._had_news()
        return result

    def _note_news(self, poll):
        """Count what is new in this answer; how much that is."""
        items = self.outcomes or []
        news = sum(item.get("status") in _NEWS for item in items)
        push = poll.push_connection_id
        missed = push and missed_by_push(
            items,
            utc(self.received_at),
            timedelta(minutes=poll.push_grace_minutes),
            utc(push.create_date),
        )
        # What was news once stays that, also when the answer is read once more.
        seen = (max(news, self.new_facts), max(missed or 0, self.missed_by_push))
        if seen != (self.new_facts, self.missed_by_push):
            self.write({"new_facts": seen[0], "missed_by_push": seen[1]})
        return news
