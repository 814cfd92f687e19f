import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.models.clashes import CLASHES

from .collecting import Collected
from .logistics_release import HELD

_logger = logging.getLogger(__name__)

_MOST_CLASHES = 20
_LONGEST_DELAY = timedelta(hours=12)


class LogisticsInvoiceRun(models.Model):
    """Making the invoices of the runs that are due; a step of the billing lane."""

    _inherit = "logistics.invoice.run"

    @api.model
    def _close_due(self):
        """Close all runs that are due, each in transactions of its own.

        :return: whether it came to the end
        """
        progress = self.env["ir.cron"]._commit_progress
        clashes, tried = 0, set()
        while run := self._next_due(tried):
            progress(remaining=1)  # it does not collect any more: see the class of the model
            try:
                run._close_isolated()
                self.env.flush_all()  # a clash shows here and not in the commit
            except CLASHES:
                self.env.cr.rollback()
                clashes += 1
                if clashes > _MOST_CLASHES:
                    return True  # others work on the same; the next run of the lane looks again
                continue
            tried.add(run.id)
            if not progress(1):
                return False
        progress(remaining=0)
        return True

    def _next_due(self, tried):
        """The next run that is due, which collects no more from now on; or an empty one."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT run.id
                  FROM logistics_invoice_run run
                  JOIN logistics_billing_rule rule ON rule.agreement_id = run.agreement_id
                 WHERE run.state IN ('collecting', 'closing') AND NOT run.id = ANY(%(tried)s)
                   AND (run.next_attempt_at IS NULL OR run.next_attempt_at <= %(now)s)
                   AND (run.state = 'closing' OR rule.invoicing <> 'manual')
                   AND (run.state = 'closing' OR run.closes_at <= %(now)s
                        OR run.closes_at IS NULL
                           AND NOT EXISTS (%(of_order)s) AND NOT EXISTS (%(of_reference)s))
                 ORDER BY run.closes_at, run.id
                 LIMIT 1
                   FOR NO KEY UPDATE OF run SKIP LOCKED
                """,
                tried=list(tried),
                now=fields.Datetime.now(),
                of_order=_waited_for(_OF_ORDER),
                of_reference=_waited_for(_OF_REFERENCE),
            )
        )
        run = self.browse(row[0] for row in rows)
        run._move_to("closing")
        self.env.flush_all()
        return run

    def _close(self):
        """Make the invoices of a run, or carry it to the next one, in this transaction.

        Where somebody asked for it, however little it is, it is his doing.
        """
        self.ensure_one()
        run, asked_by = self, self.prepared_by_id
        if asked_by:
            run = self.with_user(asked_by).sudo()  # his right was checked when he asked
        run._locked_releases()._process(by_hand=bool(asked_by), run=run)
        if self.state == "closing":
            self._move_to("invoiced" if self._has_released() else "empty")
        self.write(
            {
                "invoiced_at": fields.Datetime.now() if self.state == "invoiced" else False,
                "error": False,
                "attempts": 0,
                "next_attempt_at": False,
            }
        )

    def _has_released(self):
        releases = self.env["logistics.release"]
        return bool(releases.search_count([("run_id", "=", self.id)], limit=1))

    def _locked_releases(self):
        """The releases of the run, locked after their shipments, in id order; waits for others."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT release.id
                  FROM logistics_release release
                  JOIN logistics_shipment shipment ON shipment.id = release.shipment_id
                 WHERE release.run_id = %s
                 ORDER BY shipment.id
                   FOR NO KEY UPDATE OF shipment, release
                """,
                self.id,
            )
        )
        return self.env["logistics.release"].browse(sorted(row[0] for row in rows))

    # === Less than the least amount === #

    def _carry(self, releases, judged):
        """Put these releases into the next run if together they are less than the least amount.

        :param dict judged: ``{release: evaluation.Judged}``
        :return: ``{release: next run}``; empty if the invoice is made
        """
        rule = self.agreement_id.rule_ids[:1]
        if not releases or not rule.minimum_invoice or not self.date_to:
            return {}
        least = rule.currency_id._convert(
            rule.minimum_invoice, self.currency_id, self.company_id, self.date_to
        )
        total = sum(judged[release].at_stake for release in releases)
        if self.currency_id.compare_amounts(total, least) >= 0:
            return {}
        now = utc(fields.Datetime.now())
        moving = {r: Collected(r, judged[r]).next_vals(self, now) for r in releases}
        carried = releases._put(moving)
        self._move_to("carried", carried_to_id=carried[releases[:1]].id)
        return carried

    # === One bad release never stops the others === #

    def _close_isolated(self):
        """Close the run without the releases that fail alone; keep what went wrong."""
        try:
            with self.env.cr.savepoint():
                self._close()
            return
        except CLASHES:
            raise
        except Exception as error:
            _logger.exception("Invoice run %s cannot be closed", self.id)
            failure = error
        bad = self.release_ids.filtered(lambda release: not self._works_alone(release))
        if not bad or bad == self.release_ids:
            self._note_failure(failure)
            return
        bad._leave_runs()
        self._close_isolated()

    def _works_alone(self, release):
        """Whether an invoice of this release alone can be made; if not, it says why from now on."""
        try:
            with self.env.cr.savepoint():
                release._process(by_hand=True, run=self)
                self.env.flush_all()
                raise _Undone
        except _Undone:
            self.env.invalidate_all()
            return True
        except CLASHES:
            raise
        except Exception as error:
            _logger.exception("Release %s cannot be invoiced", release.id)
            release._note_failure(error)
            release.write({"stale": True, "stale_since": fields.Datetime.now()})  # is tried again
            return False

    def _note_failure(self, error):
        """Keep what went wrong, and try again later."""
        delay = min(timedelta(minutes=2 ** min(self.attempts, 10)), _LONGEST_DELAY)
        known = isinstance(error, UserError)
        self.write(
            {
                "error": str(error) if known else f"{type(error).__name__}: {error}",
                "attempts": self.attempts + 1,
                "next_attempt_at": fields.Datetime.now() + delay,
            }
        )


class _Undone(Exception):
    """Leaves the savepoint of an attempt."""


def _waited_for(mine):
    """Other shipments of the orders that fulfil ``mine`` and still have something to invoice."""
    return SQL(
        """
        SELECT 1
          FROM sale_order sale
          JOIN logistics_shipment_sale_order_rel link ON link.order_id = sale.id
          JOIN logistics_shipment shipment ON shipment.id = link.shipment_id AND shipment.active
          JOIN logistics_release release ON release.shipment_id = shipment.id
         WHERE %s AND sale.company_id = run.company_id AND sale.state <> 'cancel'
           AND release.state = ANY(%s)
           AND (release.stale OR release.run_id IS DISTINCT FROM run.id)
        """,
        mine,
        list(HELD),
    )


_OF_ORDER = SQL("sale.id = run.sale_order_id")
_OF_REFERENCE = SQL(
    """sale.client_order_ref = run.reference AND sale.partner_id IN (
        SELECT id FROM res_partner WHERE commercial_partner_id = run.partner_id)"""
)
