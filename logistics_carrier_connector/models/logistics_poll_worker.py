import logging
import random
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc
from odoo.addons.logistics_milestone_sync.models.clashes import CLASHES

from ..core import poll_answer
from ..core.errors import ConfigurationInvalid
from ..core.retry import RetryPolicy
from . import poll_caller
from .message_reader import Reader
from .outbound_http import Limits

_logger = logging.getLogger(__name__)

# Longer than the longest question takes (poll_caller): after it, its worker is taken for dead.
_LEASE = timedelta(seconds=poll_caller.LONGEST + 300)
_RETRY = RetryPolicy(timedelta(minutes=1), 2.0, timedelta(hours=2), attempts=2**31)
_MAX_CLASHES = 5
_CRON = "logistics_carrier_connector.ir_cron_polling"


@dataclass(frozen=True, slots=True)
class Work:
    """A question that was claimed; only ids and values, so that no transaction is open."""

    poll_id: int
    attempt_id: int
    number_ids: tuple
    question: poll_caller.Question


class LogisticsPoll(models.Model):
    """The worker: intent, commit, question, answer, commit.

    May run in any number of workers at once. Killed at any instruction, it asks again: the numbers
    of a question are lent to it for a while only, and an answer that is stored twice is stored
    once. No transaction is open while a carrier is waited for.
    """

    _inherit = "logistics.poll"

    @api.model
    def _cron_poll(self):
        """Ask until nothing is due, or the time is up."""
        cron = self.env["ir.cron"]
        polls_sudo = self.sudo()
        self.env["logistics.poll.run"].sudo()._keep_going()
        polls_sudo._take_in_numbers()
        cron._commit_progress(remaining=1)
        clashes = 0
        while True:
            try:
                work = polls_sudo._next_work()
                cron._commit_progress(remaining=1)
            except CLASHES:
                self.env.cr.rollback()
                clashes += 1
                if clashes > _MAX_CLASHES:
                    return
                continue
            if not work:
                break
            result = poll_caller.ask(work.question)
            if not polls_sudo._keep(work, result):
                return
        self.env["logistics.poll.run"].sudo()._keep_going()
        cron._commit_progress(remaining=0)

    @api.model
    def _wake_workers(self):
        """Have a worker look, soon. Whose right to ask it is was checked by the caller."""
        cron_sudo = self.env.ref(_CRON).sudo()
        cron_sudo._trigger()

    # === Before: what to ask === #

    def _next_work(self):
        """Claim a question, and write it down; ``None`` if there is nothing to ask now."""
        for poll_id in self._runnable():
            poll = self._claim(poll_id)
            work = poll and poll._begin()
            if work:
                return work
        return None

    def _take_in_numbers(self):
        """Add what the active plans do not ask for yet; a plan that is busy is its worker's."""
        for poll in self.search([("state", "=", "active"), ("connection_id.state", "=", "active")]):
            claimed = self._claim(poll.id)
            if claimed:
                self.env["logistics.poll.number"]._take_in(claimed)

    def _runnable(self):
        """Ids of the plans with something to ask now, those first that were not for longest."""
        self.flush_model()
        self.env["logistics.poll.number"].flush_model(["poll_id", "next_ask_at"])
        self.env["logistics.connection"].flush_model(["state", "active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id FROM logistics_poll p
                  JOIN logistics_connection c ON c.id = p.connection_id
                 WHERE p.state = 'active' AND c.state = 'active' AND c.active
                   AND (p.next_run_at IS NULL
                        OR p.next_run_at <= clock_timestamp() AT TIME ZONE 'UTC')
                   AND EXISTS (SELECT 1 FROM logistics_poll_number n
                                WHERE n.poll_id = p.id
                                  AND n.next_ask_at <= clock_timestamp() AT TIME ZONE 'UTC')
                 ORDER BY p.last_asked_at NULLS FIRST, p.id
                """
            )
        )
        return [row[0] for row in rows]

    def _claim(self, poll_id):
        """The plan, locked until the transaction ends; nothing if another worker has it."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM logistics_poll WHERE id = %s AND state = 'active'"
                " FOR NO KEY UPDATE SKIP LOCKED",
                poll_id,
            )
        )
        poll = self.browse(row[0] for row in rows)
        poll.invalidate_recordset()
        return poll

    def _begin(self):
        """Choose numbers, lend them out and write the attempt; ``None`` if nothing is due."""
        self.ensure_one()
        self._note_lost()
        if self._stopped_unseen():
            return None
        now = utc(self.env.cr.now())
        room, later = self._quota().room(self._calls_in_window(), now)
        if room == 0:
            self.next_run_at = naive(later)
            return None
        numbers = self.env["logistics.poll.number"]._due(self, self.batch_size)
        # A run asks with its own date; it does not share a question with what is due anyway.
        numbers = numbers.filtered(lambda number: number.run_id == numbers[0].run_id)
        # The breaker lets a single question through to try: it is not spent on nothing.
        if not numbers or not self._breaker_allows():
            return None
        try:
            question = self._question(numbers)
        except ConfigurationInvalid as error:
            self._note_failure(poll_caller.Result(poll_answer.NOT_ALLOWED, reason=str(error)))
            return None
        attempt = self._write_down(numbers)
        numbers.write({"next_ask_at": naive(now + _LEASE), "answer": "asked"})
        self.last_asked_at = naive(now)
        return Work(self.id, attempt.id, tuple(numbers.ids), question)

    def _note_lost(self):
        """Whoever asked these questions did not live to see the answer."""
        lost = self.env["logistics.poll.attempt"].search(
            [
                ("poll_id", "=", self.id),
                ("result", "=", "asked"),
                ("started_at", "<", fields.Datetime.now() - _LEASE),
            ]
        )
        lost.write({"result": poll_answer.LOST, "reason": self.env._("The worker was stopped.")})

    def _calls_in_window(self):
        if not self.quota_calls:
            return []
        begin = fields.Datetime.now() - timedelta(minutes=self.quota_minutes)
        grouped = self.env["logistics.poll.attempt"].search_fetch(
            [("poll_id", "=", self.id), ("started_at", ">", begin)], ["started_at", "calls"]
        )
        return [utc(each.started_at) for each in grouped for _call in range(each.calls)]

    def _write_down(self, numbers):
        asked = numbers.mapped("number")
        return self.env["logistics.poll.attempt"].create(
            {
                "poll_id": self.id,
                "company_id": self.company_id.id,
                "run_id": numbers.run_id.id,
                "numbers": asked,
                "numbers_text": ", ".join(asked),
                "number_count": len(asked),
                "started_at": fields.Datetime.now(),
            }
        )

    def _question(self, numbers):
        """The question about some numbers, as a value.

        :raises ConfigurationInvalid: if the plan cannot ask as it is
        """
        connection = self.connection_id
        version = connection.mapping_version_id or connection.mapping_id.active_version_id
        asked = numbers.mapped("number")
        since = numbers.run_id.since or fields.Date.today() - timedelta(days=self.keep_days or 30)
        return poll_caller.Question(
            request=self._endpoint().request(asked, self.account or "", since),
            number=asked[0] if len(asked) == 1 else "",
            paging=self._paging(),
            credentials=self._credentials(),
            policy=self._policy(),
            reader=Reader(
                connection.mapping_id.format,
                version.content or "",
                None,  # what is against the contract is kept, for somebody to look at
                frozenset(self.env["logistics.milestone"]._catalogue()),
                self.env["logistics.mapping.override"]._of_connection(connection),
            ),
            limits=Limits(total=self.timeout_seconds, max_bytes=connection.max_bytes),
            token=self._token(),
        )

    # === After: what came of it === #

    def _keep(self, work, result):
        """Store the answers and what follows from them, and commit.

        What came is in memory, so another worker's interference is no reason to ask again.

        :return: the seconds left, 0 to stop
        """
        for clash in range(_MAX_CLASHES + 1):
            try:
                self._note_result(work, result)
                return self.env["ir.cron"]._commit_progress(len(work.number_ids), remaining=1)
            except CLASHES:
                self.env.cr.rollback()
                if clash == _MAX_CLASHES:
                    _logger.warning("an answer of plan %s was not stored", work.poll_id)
        return 0

    def _note_result(self, work, result):
        poll = self.browse(work.poll_id).exists()
        attempt = self.env["logistics.poll.attempt"].browse(work.attempt_id).exists()
        if not attempt:
            return  # the plan was deleted meanwhile
        # The plan first, as in _claim: two workers that end at once wait instead of clashing.
        self.env.cr.execute(
            "SELECT id FROM logistics_poll WHERE id = %s FOR NO KEY UPDATE", [poll.id]
        )
        poll.invalidate_recordset()
        self.env["logistics.message"]._accept_answers(poll, attempt, result.pages)
        attempt.write(
            {
                "result": result.kind,
                "status": result.status,
                "calls": max(result.calls, 1),
                "seconds": result.seconds,
                "reason": result.reason,
                "excerpt": result.excerpt,
                "ended_at": fields.Datetime.now(),
            }
        )
        poll._remember_token(result.token)
        numbers = self.env["logistics.poll.number"].browse(work.number_ids).exists()
        if result.kind in poll_answer.SUCCESSES:
            poll._note_success()
        else:
            # Behind all the others, so that numbers that fail do not hold them up.
            again = poll._note_failure(result)
            numbers.write({"answer": result.kind, "next_ask_at": again})
        if result.kind in poll_answer.ABOUT_NUMBERS:
            numbers._schedule(result.kind, random.random())
