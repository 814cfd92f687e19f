from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from ..core.runaway import Day

_PREPARER = "logistics_milestone_sync.logistics_milestone_sync_group_finance_preparer"
KIND = "release_limit"


def exact(amount, currency):
    """An amount of a record as the exact one that the cores count with."""
    return Decimal(str(currency.round(amount)))


class LogisticsReleaseDay(models.Model):
    """What was released to one customer in one day: the counter that a limit is held against.

    How it works
        Whoever releases under a limit takes the row first, by writing to it. A second worker waits,
        and starts over on what the first one left, because it read an older snapshot. So two
        workers never slip under the limit together. What does not fit in is held by the day until
        a finance approver who did not write the terms lifts the limit; then it counts anew.
    """

    _name = "logistics.release.day"
    _description = "Releases of a Day"
    _inherit = [
        "logistics.approvable.mixin",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
    ]
    _order = "day desc, id desc"
    _check_company_auto = True
    _governed_fields = ("company_id", "partner_id", "day", "currency_id", "state", "why", "count")
    _governed_fields += ("amount", "stopped_at", "approval_id")
    _transitions = {"open": ("stopped",), "stopped": ("open", "kept"), "kept": ("stopped",)}

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [
            ("open", "Within the Limit"),
            ("stopped", "Waiting for Approval"),
            ("kept", "Kept Back"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    why = fields.Char(readonly=True)
    count = fields.Integer(
        "Released", readonly=True, help="Since the beginning of the day, or since it was resumed."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary("Released Amount", readonly=True, help="Untaxed.")
    stopped_at = fields.Datetime("Stopped", readonly=True)
    approval_id = fields.Many2one(
        "logistics.approval", "Approval Asked", readonly=True, index="btree_not_null"
    )
    release_ids = fields.One2many("logistics.release", "day_id", "Held", readonly=True)
    held_count = fields.Integer("Held Releases", compute="_compute_held")
    held_amount = fields.Monetary(compute="_compute_held", help="Untaxed.")

    # Whoever counts comes through here (``_taken``).
    _day_uniq = models.UniqueIndex(
        "(company_id, partner_id, day)", "This day of the customer is counted already."
    )
    _stopped_idx = models.Index("(company_id, day) WHERE state <> 'open'")

    @api.depends("partner_id", "day")
    def _compute_display_name(self):
        for day in self:
            day.display_name = f"{day.partner_id.name}, {format_date(self.env, day.day)}"

    @api.depends("release_ids.amount_at_stake")
    def _compute_held(self):
        grouped = self.env["logistics.release"]._read_group(
            [("day_id", "in", self.ids)], ["day_id"], ["__count", "amount_at_stake:sum"]
        )
        held = {day: (count, amount) for day, count, amount in grouped}
        for day in self:
            day.held_count, day.held_amount = held.get(day, (0, 0.0))

    # === Counting === #

    @api.model
    def _taken(self, keys):
        """The days of these keys, made where there are none; no other worker counts on them now.

        :param keys: of ``(company id, customer id, date)``
        :return: ``{key: day}``
        """
        if not keys:
            return {}
        ordered = sorted(keys)  # in one order, so that two workers never wait for each other
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO logistics_release_day (
                    company_id, partner_id, day, currency_id, state, count, amount,
                    create_uid, create_date, write_uid, write_date)
                SELECT wanted.company_id, wanted.partner_id, wanted.day, company.currency_id,
                       'open', 0, 0, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(companies)s, %(partners)s, %(days)s::date[])
                       WITH ORDINALITY AS wanted(company_id, partner_id, day, number)
                  JOIN res_company company ON company.id = wanted.company_id
                 ORDER BY wanted.number
                    ON CONFLICT (company_id, partner_id, day)
                    DO UPDATE SET write_date = EXCLUDED.write_date
             RETURNING id
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                companies=[company for company, _partner, _day in ordered],
                partners=[partner for _company, partner, _day in ordered],
                days=[day for _company, _partner, day in ordered],
            )
        )
        found = self.browse(row[0] for row in rows)
        found.invalidate_recordset()
        return {(d.company_id.id, d.partner_id.id, d.day): d for d in found}

    @api.private
    def to_day(self):
        """The day so far, as the value that decides (``core.runaway.Day``)."""
        self.ensure_one()
        stopped = (self.state != "open" and self.why) or ""
        return Day(self.count, exact(self.amount, self.currency_id), stopped)

    def _count(self, after, held_count, held_amount):
        """Keep what went out, and ask finance where the day stopped.

        :param after: ``core.runaway.Day``
        :param held_count: releases that this batch leaves waiting
        :param held_amount: what is at stake with them
        """
        self.ensure_one()
        self.write({"count": after.count, "amount": float(after.amount)})
        if after.stopped and self.state == "open":
            self._move_to("stopped", why=after.stopped, stopped_at=fields.Datetime.now())
            self._ask(held_count, held_amount)
        elif held_count and self.state == "stopped":
            # The approver sees how much waits by now; if he is deciding, he has seen enough.
            pending = self.approval_id.try_lock_for_update()
            pending.write({"amount": pending.amount + held_amount})

    def _ask(self, count, amount):
        """Ask a finance approver whether the rest goes out, too."""
        said = format_amount(self.env, amount, self.currency_id)
        note = self.env._(
            "%(why)s %(count)s more wait (%(amount)s), and whatever else becomes ready. "
            "Approve if they are right; otherwise correct the agreement first.",
            why=self.why,
            count=count,
            amount=said,
        )
        approvals = self.env["logistics.approval"]
        self.approval_id = approvals._request(
            self, KIND, note=note, amount=amount, currency=self.currency_id
        )

    # === Deciding === #

    def _approval_conflict(self, approval):
        """Override of ``logistics.approvable.mixin``: who wrote the terms lets nothing go."""
        agreements_sudo = self.sudo().release_ids.agreement_id
        mine_sudo = agreements_sudo.filtered(
            lambda terms: self.env.user in terms.author_id | terms.contributor_ids
        )
        if mine_sudo:
            return self.env._(
                "You wrote the terms of %s: somebody else has to let these releases go.",
                mine_sudo[0].display_name,
            )
        return super()._approval_conflict(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: the held ones go out, or are kept back."""
        super()._on_approval_decided(approval)
        held = self.release_ids
        held.shipment_id._lock_in_order()
        if approval.state == "approved":
            held.write({"admitted": True, "day_id": False})
            self._move_to("open", why=False, count=0, amount=0.0)
        else:
            self._move_to("kept")
        self.env["logistics.release"]._mark_stale(held.shipment_id)

    # === What people do === #

    def action_approve(self):
        """Let the held releases of these days go out; counting begins anew."""
        return self.approval_id.filtered(lambda each: each.state == "pending").action_approve()

    def action_reject(self):
        """Keep the held releases of these days back."""
        return self.approval_id.filtered(lambda each: each.state == "pending").action_reject()

    def action_ask_again(self):
        """Ask once more about what finance kept back, e.g. after the agreement was corrected.

        :raises AccessError: for users who do not prepare invoices
        """
        self.check_access("read")
        self.release_ids._check_finance(_PREPARER)
        # The caller's role was checked; a day is nobody's to write.
        for day_sudo in self.sudo().filtered(lambda day: day.state == "kept"):
            day_sudo._move_to("stopped", stopped_at=fields.Datetime.now())
            day_sudo._ask(day_sudo.held_count, day_sudo.held_amount)

    def action_open_releases(self):
        """Open what these days hold."""
        return self.release_ids._action_open()
