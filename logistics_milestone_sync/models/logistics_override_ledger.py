from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.clock import utc
from ..core.fact import MilestoneFact, Statement
from ..core.override import override_event_id
from ..core.reference import Reference
from .clashes import CLASHES

_BATCH = 100


class LogisticsOverride(models.Model):
    """How an override enters the ledger, and how it ends."""

    _inherit = "logistics.override"

    # === Ending === #

    def action_withdraw(self):
        """Take these overrides, or the requests for them, back. The facts decide again.

        :raises AccessError: unless one asked for it, is a logistics manager or approves for finance
        :raises UserError: if one of them has ended already
        """
        self.check_access("read")
        for override in self:
            if not override._may_be_withdrawn():
                raise AccessError(
                    self.env._(
                        "Only %s, a logistics manager or a finance approver can take this back.",
                        override.requested_by_id.name,
                    )
                )
        # His right was checked just now; the record itself is nobody's to write.
        overrides_sudo = self.sudo()
        overrides_sudo._end("withdrawn")

    def _may_be_withdrawn(self):
        return self.requested_by_id == self.env.user or self.env.user.has_groups(
            "logistics_milestone_sync.logistics_milestone_sync_group_manager,"
            "logistics_milestone_sync.logistics_milestone_sync_group_finance_approver"
        )

    def _end(self, state):
        """End these overrides, active or only requested. Called elevated."""
        self.shipment_id._lock_in_order()
        active = self.filtered(lambda override: override.state == "active")
        asked = self.filtered(lambda override: override.state == "requested")
        self._move_to(state, **self._ending())
        asked.approval_ids.filtered(lambda approval: approval.state == "pending")._close(
            "withdrawn" if state == "withdrawn" else "expired"
        )
        active._state_each(lambda override: override._to_end())
        active._tell_shipments()

    @api.model
    def _cron_expire(self):
        """End the overrides whose time is over."""
        due = [("state", "=", "active"), ("valid_until", "<=", fields.Datetime.now())]
        overrides = self.search(due, order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(overrides))
        for start in range(0, len(overrides), _BATCH):
            batch = overrides[start : start + _BATCH]
            try:
                batch.shipment_id._lock_in_order()
                batch.filtered_domain(due)._end("expired")
            except CLASHES:
                self.env.cr.rollback()  # the next run finds them again
                continue
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                return

    # === What the ledger hears === #

    def _state_each(self, statement_of):
        """State something about each of these in this database's voice, a batch per company."""
        for company, overrides in self.grouped("company_id").items():
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            statements = [statement_of(override) for override in overrides]
            outcomes = self.env["logistics.shipment"]._record_facts(
                system_sudo, statements, park=False
            )
            for override, outcome in zip(overrides, outcomes, strict=True):
                override.event_id = override.event_id.id or outcome.event_id

    def _to_statement(self):
        return self._stating(
            self.milestone_id.code,
            occurred_at=utc(self.occurred_at),
            stated_at=utc(self.activated_at),
            source_event_id=override_event_id(self.id),
            raw_code=self.reason_id.code,
        )

    def _to_end(self):
        return self._stating(
            "retracted",
            occurred_at=utc(self.ended_at),
            stated_at=utc(self.ended_at),
            source_event_id=f"{override_event_id(self.id)}/end",
            retracts=override_event_id(self.id),
        )

    def _stating(self, milestone, **values):
        return Statement(
            MilestoneFact(
                (Reference("shipment", self.shipment_id.name),), milestone, utc_offset=0, **values
            ),
            received_at=utc(fields.Datetime.now()),
            source=f"{self._name},{self.id}",
            override=True,
            consignment_id=self.consignment_id.id or None,
        )
