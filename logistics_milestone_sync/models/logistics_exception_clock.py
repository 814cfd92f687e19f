from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.case_clock import ESCALATED, OVERDUE, level_at, next_look
from ..core.clock import naive, utc
from .clashes import work_off
from .governed_mixin import INTERNAL

_OVERDUE_TYPE = "logistics_milestone_sync.mail_activity_overdue"
_ESCALATED_TYPE = "logistics_milestone_sync.mail_activity_escalated"


class LogisticsException(models.Model):
    """A case is due, and when it is overdue first its owner hears of it and then the manager."""

    _inherit = "logistics.exception"

    due_at = fields.Datetime(
        "Due",
        tracking=True,
        help="From its severity, since we heard of it. Moving it starts the clock anew.",
    )
    escalation_level = fields.Selection(
        [("0", "On time"), ("1", "Owner told"), ("2", "Manager told")],
        "Escalation",
        required=True,
        readonly=True,
        default="0",
        copy=False,
        groups=INTERNAL,
    )
    escalates_at = fields.Datetime("Next Escalation", readonly=True, copy=False, groups=INTERNAL)
    is_overdue = fields.Boolean(compute="_compute_age", search="_search_is_overdue")
    age_days = fields.Float(
        "Age (days)", compute="_compute_age", digits=(16, 1), help="Since it happened."
    )

    # Used by the cron that escalates: closed cases have no clock.
    _escalates_idx = models.Index("(escalates_at) WHERE escalates_at IS NOT NULL")
    # Used by the list of a person's cases and by the calendar.
    _due_idx = models.Index("(user_id, due_at) WHERE state = 'open'")

    @api.depends("state", "due_at", "opened_at", "closed_at")
    def _compute_age(self):
        now = fields.Datetime.now()
        for case in self:
            case.is_overdue = bool(case.state == "open" and case.due_at and case.due_at < now)
            age = (case.closed_at or now) - (case.opened_at or now)
            case.age_days = max(age.total_seconds(), 0) / 86400

    def _search_is_overdue(self, operator, value):
        if operator != "in" or len(set(value)) != 1:
            return NotImplemented
        overdue = Domain("state", "=", "open") & Domain("due_at", "<", fields.Datetime.now())
        return overdue if set(value) == {True} else ~overdue

    def write(self, vals):
        result = super().write(vals)
        if "escalates_at" in vals:
            return result
        # The right to write the case was checked above; its clock is nobody's to set.
        open_sudo = self.sudo().filtered(lambda case: case.state == "open")
        if "due_at" in vals:
            open_sudo._wind({case: case.due_at for case in open_sudo})
        elif "severity" in vals:
            open_sudo._wind({case: case._due_since(case.create_date) for case in open_sudo})
        return result

    def _start_clock(self):
        """Let the cases be due as if we had heard of them just now."""
        now = fields.Datetime.now()
        self._wind({case: case._due_since(now) for case in self})

    def _due_since(self, start):
        return self._due_of(self.company_id, self.severity, start)

    @api.model
    def _due_of(self, company, severity, start):
        """When a case of this severity is due, or ``False``.

        :param start: naive UTC; when we heard of it
        """
        deadline = self.env["logistics.exception.deadline"]._of(company, severity)
        return deadline and start.replace(microsecond=0) + deadline.within

    def _wind(self, dues):
        """Set due dates, and start the escalation anew towards them.

        :param dict dues: ``{case: naive UTC or False}``
        """
        self._clock_activities().unlink()
        for case, due in dues.items():
            case.write({"due_at": due, "escalation_level": "0", "escalates_at": due})

    def _stop_clock(self):
        """Nothing is due any more; what people were told to do is withdrawn."""
        if self:
            self._clock_activities().unlink()
            self.write({"escalates_at": False})

    def _clock_activities(self):
        types = self.env.ref(_OVERDUE_TYPE) | self.env.ref(_ESCALATED_TYPE)
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "in", types.ids),
            ]
        )

    @api.model
    def _cron_escalate(self):
        """Tell owners and managers of cases that are overdue."""
        work_off(self.env, self._due_for_escalation, lambda batch: batch._escalate_free())

    def _escalate_free(self):
        # Somebody who holds a lock is working on that case right now.
        self.try_lock_for_update()._escalate()
        return len(self)

    def _due_for_escalation(self, after, limit=200):
        return self.search(
            [
                ("escalates_at", "<=", fields.Datetime.now()),
                ("state", "=", "open"),
                ("id", ">", after),
            ],
            order="id",
            limit=limit,
        )

    def _escalate(self):
        """Raise these cases to the level that they have reached, and tell whom it concerns."""
        now = utc(fields.Datetime.now())
        told = []
        for case in self:
            deadline = self.env["logistics.exception.deadline"]._of(case.company_id, case.severity)
            grace = deadline.grace if deadline else timedelta(days=1)
            due, before = utc(case.due_at), int(case.escalation_level)
            level = level_at(now, due, grace, before)
            if before < OVERDUE <= level:
                told.append((case, _OVERDUE_TYPE, case._who_works_it()))
            if before < ESCALATED <= level:
                managers = case.company_id._logistics_managers()
                told += [(case, _ESCALATED_TYPE, manager) for manager in managers]
            case.write(
                {
                    "escalation_level": str(level),
                    "escalates_at": naive(next_look(due, grace, level)),
                }
            )
        self._tell(told)

    def _who_works_it(self):
        return self.user_id.filtered("active") or self.shipment_id._who_cares()

    def _tell(self, told):
        """Make the activities.

        :param list told: of ``(case, XML id of the activity type, user)``
        """
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": case.id,
                    "activity_type_id": self.env.ref(type_id).id,
                    "summary": self.env._(
                        "Overdue since %(due)s UTC: %(case)s",
                        due=fields.Datetime.to_string(case.due_at)[:16],
                        case=case.name,
                    ),
                    "user_id": user.id,
                    "date_deadline": fields.Date.context_today(case),
                }
                for case, type_id, user in told
            ]
        )
