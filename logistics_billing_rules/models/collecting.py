"""Which run a release wants to be in. Used by ``logistics.release._collect`` and ``draft.Part``."""

from odoo.addons.logistics_milestone_sync.core.clock import naive, utc

from ..core.period import Period, collects, following, period_of
from .logistics_billing_rule_invoicing import CLIENT, CUSTOMER, ORDER, REFERENCE
from .logistics_invoice_run import OPEN


class Collected:
    """One release among those that share its invoice."""

    def __init__(self, release, what):
        """:param what: ``evaluation.Judged`` of the release"""
        self.release = release
        self.what = what
        self.rule = what.agreement.rule_ids[:1]

    def group(self):
        """``{name: value}`` of what releases have in common that share an invoice."""
        shipment = self.release.shipment_id
        order = shipment.sale_order_ids.sorted("id")[:1]
        values = {
            "company_id": self.release.company_id.id,
            "agreement_id": self.what.agreement.id,
            "partner_id": self.what.customer.id,
            "currency": (order.currency_id or self.what.agreement.currency_id).id,
        }
        per = self.rule.invoice_per
        if per == ORDER and order:
            return values | {"sale_order_id": order.id}
        if per == REFERENCE and order.client_order_ref:
            return values | {"reference": order.client_order_ref}
        if per == CLIENT and shipment.client_id:
            return values | {"client_id": shipment.client_id.id}
        if per in (CLIENT, CUSTOMER):
            return values
        return values | {"shipment": shipment.id}

    def group_key(self):
        """The same as text."""
        return "/".join(f"{name}={value}" for name, value in self.group().items())

    def stays(self, now):
        """Whether the run that the release is in is still the right one.

        :param now: aware
        """
        run = self.release.run_id
        if run.state not in OPEN or run.run_key.rpartition("|")[0] != self.group_key():
            return False
        rhythm = self.rule._rhythm()
        if not rhythm:
            return True
        own = period_of(self.what.rendered_at, rhythm)
        # One that was too late for its own period goes with a later one.
        return run.date_from == own.first or (run.date_from > own.first and own.closes_at <= now)

    def run_vals(self, now):
        """``(run key, values)`` of the run that takes the release.

        :param now: aware
        """
        rhythm = self.rule._rhythm()
        return self._of(rhythm and collects(self.what.rendered_at, now, rhythm))

    def next_vals(self, run, now):
        """``(run key, values)`` of the run that takes what ``run`` carries over."""
        rhythm = self.rule._rhythm()
        period = Period(run.date_from, run.date_to, utc(run.closes_at))
        period = following(period, rhythm)
        while period.closes_at <= now:
            period = following(period, rhythm)
        return self._of(period)

    def _of(self, period):
        if not period:
            return f"{self.group_key()}|all", self.group()
        return f"{self.group_key()}|{period.first}", self.group() | {
            "date_from": period.first,
            "date_to": period.last,
            "closes_at": naive(period.closes_at),
        }
