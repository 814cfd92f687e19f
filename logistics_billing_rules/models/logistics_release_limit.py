from dataclasses import replace
from zoneinfo import ZoneInfo

from odoo import fields, models

from odoo.addons.logistics_milestone_sync.core.clock import utc

from ..core.runaway import held
from .logistics_release_day import exact


class LogisticsRelease(models.Model):
    """The limit of the day: what an agreement that ran away may not release any more."""

    _inherit = "logistics.release"

    day_id = fields.Many2one(
        "logistics.release.day",
        "Held By the Limit Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    admitted = fields.Boolean(
        readonly=True, copy=False, help="It was counted in the limit of its day, or let go by hand."
    )

    def _held_by_limit(self, judged, by_hand):
        """Those of these ready releases that the limit of the day holds.

        What is collected for an invoice counts on the day on which it is collected.

        :param dict judged: ``{release: evaluation.Judged}``
        :param bool by_hand: also what the agreement leaves to people goes out now
        :return: ``{release: evaluation.Judged}`` that say what they wait for
        """
        counting = self.filtered(
            lambda r: not r.day_id
            and not r.admitted
            and (
                by_hand
                or r._is_automatic(judged[r])
                or judged[r].agreement.rule_ids[:1]._collects()
            )
        )
        for day, mine in self._by_day(counting, judged).items():
            self.browse(r.id for r in mine)._count_on(day, judged, mine)
        waiting = self.filtered(lambda r: r.day_id and not r.admitted)
        waiting._leave_runs()
        return {release: release._held(judged[release]) for release in waiting}

    def _by_day(self, releases, judged):
        """``{day: {release: (core.runaway.Limit, amount)}}``; nothing for what has no limit."""
        limits = {release: judged[release].agreement._limit_of_day() for release in releases}
        keys = {
            release: (release.company_id.id, judged[release].customer.id, release._local_day())
            for release in releases
            if limits[release] and judged[release].customer
        }
        days = self.env["logistics.release.day"]._taken(set(keys.values()))
        found = {}
        for release, key in keys.items():
            amount = exact(judged[release].at_stake, release.currency_id)
            found.setdefault(days[key], {})[release] = (limits[release], amount)
        return found

    def _local_day(self):
        """Today, as the company counts its days."""
        zone = ZoneInfo(self.company_id.partner_id.tz or "UTC")
        return utc(fields.Datetime.now()).astimezone(zone).date()

    def _count_on(self, day, judged, wanted):
        """Let out what fits in the day; the rest of these releases is held by it."""
        number, after = day.to_day().admit(wanted.values())
        admitted, rest = self[:number], self[number:]
        admitted.write({"admitted": True})
        rest.write({"day_id": day.id})
        day._count(after, len(rest), sum(judged[release].at_stake for release in rest))

    def _held(self, what):
        day = self.day_id
        decision = held(
            what.decision, day.why or "", utc(day.stopped_at), asked=day.state == "stopped"
        )
        return replace(what, decision=decision, approval=day.approval_id)

    def _begin_anew(self):
        """Forget what a limit said of these releases: they are not ready any more."""
        self.filtered(lambda r: r.day_id or r.admitted).write({"day_id": False, "admitted": False})

    def _withdraw(self):
        """Override: whatever is released again is counted again."""
        super()._withdraw()
        self._begin_anew()

    def _ask_to_accept_charges(self):
        """Override: ask again for what finance kept back, too."""
        asking = super()._ask_to_accept_charges()
        kept = self.filtered(lambda r: r.day_id.state == "kept")
        kept.day_id.action_ask_again()
        return asking | kept
