import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

_WOKEN = "logistics_billing_rules.woken"
_LONGEST_DELAY = timedelta(hours=12)
_STALE = SQL("release.stale")
_TO_POST = SQL("release.to_post AND release.state IN ('released', 'adjusted')")


class LogisticsRelease(models.Model):
    """The billing lane: a cron that evaluates what changed, and posts what was released.

    How it works
        ``_cron_release`` takes stale releases in batches: lock their shipments (skipping what
        somebody else works on), evaluate, create the drafts, commit. Posting comes after, in short
        batches of its own, because posting holds the numbering of the journal. Every batch is one
        transaction: killed anywhere, it did not happen, and is found stale again.
    """

    _inherit = "logistics.release"

    @api.model
    def _wake(self):
        """Have the billing lane run soon; once per transaction, however much changed in it."""
        woken = self.env.cr.postcommit.data
        if not woken.get(_WOKEN):
            woken[_WOKEN] = True
            self.env.ref("logistics_billing_rules.ir_cron_release").sudo()._trigger()

    @api.model
    def _cron_release(self, batch=100, posting=100):
        """Evaluate stale releases, then post the drafts that agreements want posted.

        :param int batch: releases evaluated and invoiced per transaction
        :param int posting: releases whose invoices are posted per transaction
        """
        lane = self.with_context(tracking_disable=True)
        evaluate = (_STALE, batch, lambda releases: releases._process())
        post = (_TO_POST, posting, lambda releases: releases._post_invoices())
        # What was left from before first: a flood of facts must not keep invoices from the books.
        runs = lane.env["logistics.invoice.run"]
        steps = (
            lambda: lane._work(*post),
            lambda: lane._work(*evaluate),
            runs._close_due,
            lambda: lane._work(*post),
        )
        all(step() for step in steps)

    def _work(self, condition, size, work):
        """Work through all releases that are due and fulfil ``condition``, in committed batches.

        :param SQL condition: on the table ``release``
        :return: whether it came to the end
        """
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self._count_due(condition))
        while releases := self._take(condition, size):
            try:
                releases._isolated(work)
                self.env.flush_all()  # a clash shows here and not in the commit
            except OperationalError:
                # Another transaction was first: what we read is old. Start the batch over.
                _logger.info("Billing lane: batch of %s starts over", len(releases))
                self.env.cr.rollback()
                continue
            if not progress(len(releases)):
                return False
        return True

    # === Locks === #

    def _due(self, condition):
        now = fields.Datetime.now()
        return SQL(
            "%s AND (release.next_attempt_at IS NULL OR release.next_attempt_at <= %s)",
            condition,
            now,
        )

    def _count_due(self, condition):
        self.env.flush_all()
        return self.env.execute_query(
            SQL("SELECT count(*) FROM logistics_release release WHERE %s", self._due(condition))
        )[0][0]

    def _take(self, condition, size):
        """The next due releases that nobody else works on, locked with their shipments.

        Nothing waits for a lock here, so the order in which they are taken cannot deadlock.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT release.id
                  FROM logistics_release release
                  JOIN logistics_shipment shipment ON shipment.id = release.shipment_id
                 WHERE %s
                 ORDER BY release.stale_since, release.id
                 LIMIT %s
                   FOR NO KEY UPDATE OF shipment, release SKIP LOCKED
                """,
                self._due(condition),
                size,
            )
        )
        return self.browse(sorted(row[0] for row in rows))

    def _lock(self):
        """Lock the shipments, then the releases, in id order; what is locked elsewhere is skipped.

        :return: the releases that are ours now, in id order
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM logistics_shipment WHERE id = ANY(%s)"
                " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
                self.shipment_id.ids,
            )
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM logistics_release WHERE id = ANY(%s) AND shipment_id = ANY(%s)"
                " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
                self.ids,
                [row[0] for row in rows],
            )
        )
        return self.browse(row[0] for row in rows)

    # === One bad release never stops the others === #

    def _isolated(self, work):
        """Do the work on all; if that fails, on halves, down to the one that fails alone."""
        try:
            with self.env.cr.savepoint():
                work(self)
        except OperationalError:
            raise
        except Exception as error:
            if len(self) == 1:
                _logger.exception("Release %s cannot be processed", self.id)
                self._note_failure(error)
                return
            half = len(self) // 2
            self[:half]._isolated(work)
            self[half:]._isolated(work)

    def _note_failure(self, error):
        """Keep what went wrong on the release, and try it again later."""
        delay = min(timedelta(minutes=2 ** min(self.attempts, 10)), _LONGEST_DELAY)
        known = isinstance(error, UserError)
        values = {
            "error": str(error) if known else f"{type(error).__name__}: {error}",
            "attempts": self.attempts + 1,
            "next_attempt_at": fields.Datetime.now() + delay,
        }
        if not self.released_at:
            values |= {"state": "blocked", "reason_code": "error", "owed_by": "finance"}
            values["reason"] = self.env._("The invoice cannot be made")
        self.write(values)

    # === Posting === #

    def _post_invoices(self):
        """Post the draft invoices of these releases."""
        moves = self.move_ids.filtered(lambda move: move.state == "draft")
        self._date(moves)
        moves._post(soft=False)
        self.write({"to_post": False, "error": False, "attempts": 0, "next_attempt_at": False})

    def _date(self, moves):
        """Have invoices bear the day of their posting, with one write for all of them.

        Those that were dated when they were made (``draft.py``) and could not be posted that day
        are late. Odoo dates the others one by one, and works out the lines of each anew. A
        currency rate that somebody chose for a draft is left to Odoo, which keeps it.
        """
        today = fields.Date.context_today(self)
        ours = self.filtered(lambda r: r.agreement_id.rule_ids[:1].dated_by == "posting")
        made_on = {
            move: fields.Date.context_today(self, release.released_at)
            for release in ours
            for move in release.move_ids
        }
        late = moves.filtered(lambda move: move.invoice_date in (False, made_on.get(move)))
        late.filtered(
            lambda move: move.invoice_date != today
            and move.invoice_currency_rate
            == move._get_expected_currency_rate_at(move.invoice_date or move.create_date.date())
        ).invoice_date = today
