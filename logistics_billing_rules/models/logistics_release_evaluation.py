from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import naive
from odoo.addons.logistics_milestone_sync.core.transfers import TO_CUSTOMER

from .evaluation import Evaluation
from .logistics_invoice_run import OPEN
from .logistics_release import DIFFERENT, SETTLED

_MARKS = ["stale", "stale_since", "next_attempt_at"]


class LogisticsRelease(models.Model):
    """Looking at the facts again: marking what changed, deciding, and keeping the decision."""

    _inherit = "logistics.release"

    # === What has to be looked at again === #

    @api.model
    def _mark_stale(self, shipments):
        """Have the billing lane look at these shipments; makes their releases if there are none.

        Set-based and without the ORM, because every recorded batch of facts comes through here.
        """
        if not shipments:
            return
        shipments.flush_recordset(["name", "company_id", "client_id", "partner_id", "direction"])
        self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_release (
                    release_key, shipment_id, name, company_id, client_id, partner_id, currency_id,
                    state, amount_at_stake, amount_invoiced, stale, stale_since, to_post, revision,
                    attempts, create_uid, create_date, write_uid, write_date)
                SELECT 'shipment/' || shipment.id, shipment.id, shipment.name, shipment.company_id,
                       shipment.client_id, shipment.partner_id, company.currency_id,
                       'waiting', 0, 0, true, %(now)s, false, 0,
                       0, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM logistics_shipment shipment
                  JOIN res_company company ON company.id = shipment.company_id
                 WHERE shipment.id = ANY(%(ids)s) AND shipment.direction = ANY(%(invoiced)s)
                 ORDER BY shipment.id
                    ON CONFLICT (release_key) DO NOTHING
             RETURNING id
                """,
                ids=shipments.ids,
                invoiced=list(TO_CUSTOMER),  # what comes back never makes an invoice
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        shipments.invalidate_recordset(["logistics_release_ids"])
        self._mark_stale_where(SQL("shipment_id = ANY(%s)", shipments.ids))

    @api.model
    def _mark_stale_for(self, agreement):
        """Have the billing lane look at everything that a new agreement may cover."""
        customer = agreement.customer_id
        self._mark_stale_where(
            SQL(
                "company_id = %s AND state NOT IN ('released', 'adjusted', 'cancelled') %s",
                agreement.company_id.id,
                SQL("AND partner_id = %s", customer.id) if customer else SQL(),
            )
        )

    @api.model
    def _mark_stale_where(self, condition):
        """Mark releases stale, also those that are: only a write is seen by who evaluates now.

        A worker that took the release before we commit looks at a snapshot without our change. If
        we left its row alone because it is stale already, it would clear the mark and nobody would
        ever look again. Writing the row makes one of the two start over.
        """
        self.flush_model([*_MARKS, "shipment_id", "company_id", "partner_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE logistics_release
                   SET stale = true, stale_since = COALESCE(stale_since, %s), next_attempt_at = NULL
                 WHERE %s
             RETURNING id
                """,
                fields.Datetime.now(),
                condition,
            )
        )
        self.browse(row[0] for row in rows).invalidate_recordset(_MARKS)
        self._wake()

    # === Deciding === #

    def _evaluate(self):
        """Decide about these releases from what is known now. Changes nothing.

        :return: ``{release: evaluation.Judged}``
        """
        evaluation = Evaluation(self)
        return {release: evaluation.judge(release) for release in self}

    def _keep(self, judged, targets):
        """Store what was decided, and add it to the history where it says something new.

        :param dict judged: ``{release: evaluation.Judged}``
        :param dict targets: ``{release: (state, why)}``
        """
        rows = []
        for release, what in judged.items():
            target, why = targets[release]
            values = release._decided_values(what, target, why)
            if target != release.state or release._says_something_new(values):
                rows.append(release._decision_row(what, target, values))
            release._move_to(target)
            release.write(values)
        self.env["logistics.decision"].create(rows)._decisions_recorded()

    def _decided_values(self, what, target, why):
        code, owes, since = self._most_pressing(what, target)
        done = target in (*SETTLED, *DIFFERENT, "cancelled")
        return {
            "agreement_id": what.agreement.id,
            "partner_id": what.customer.id,
            "reason": why or ("" if done else what.decision.reason) or False,
            "reason_code": code,
            "owed_by": owes,
            "missing_since": since,
            "explanation": what.decision.to_json(),
            "approval_id": what.approval.id,
            "amount_at_stake": 0.0 if done else what.at_stake,
            "stale": False,
            "stale_since": False,
            "error": False,
            "attempts": 0,
            "next_attempt_at": False,
        }

    def _most_pressing(self, what, target):
        """``(reason code, who owes, since when)`` of a release that goes to ``target``."""
        if target in DIFFERENT:
            return "difference", "finance", self.missing_since or fields.Datetime.now()
        if target == "ready" and self.run_id.state in OPEN:
            return "run", False, False  # waits for its period, and for nobody
        if target == "ready":
            return False, "finance", False
        missing = what.decision.missing[:1]
        if target in (*SETTLED, "cancelled") or not missing:
            return False, False, False
        code = missing[0].code
        known = dict(self._fields["reason_code"].selection)
        since = naive(missing[0].missing_since)
        return (code if code in known else "milestone"), missing[0].owes, since

    def _says_something_new(self, values):
        """Whether a decision with these values differs from the one that stands."""
        return (
            self.explanation != values["explanation"]
            or self.agreement_id.id != values["agreement_id"]
            or (self.reason or False) != values["reason"]
        )

    def _decision_row(self, what, target, values):
        return {
            "release_id": self.id,
            "shipment_id": self.shipment_id.id,
            "company_id": self.company_id.id,
            "agreement_id": what.agreement.id,
            "state_before": self.state,
            "state": target,
            "why": values["reason"],
            "explanation": values["explanation"],
            "evidence": list(what.decision.event_ids),
            "currency_id": self.currency_id.id,
            "amount": self.amount_invoiced if target in SETTLED else values["amount_at_stake"],
            "user_id": self.env.uid,
        }
