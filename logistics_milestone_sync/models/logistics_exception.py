from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .governed_mixin import INTERNAL

REASONS = [
    ("damaged", "Damaged"),
    ("refused", "Refused"),
    ("address", "Address"),
    ("absent", "Nobody there"),
    ("delayed", "Delayed"),
    ("missing", "Missing"),
    ("customs", "Customs"),
    ("weather", "Weather"),
    ("documents", "Documents"),
    ("payment", "Payment due"),
    ("other", "Other"),
]
PARTIES = [
    ("carrier", "Carrier"),
    ("shipper", "Shipper"),
    ("consignee", "Consignee"),
    ("customs", "Customs"),
    ("weather", "Weather"),
    ("other", "Other"),
]
SEVERITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Critical")]


class LogisticsException(models.Model):
    """A case that somebody works: opened and closed by the ledger, never deleted.

    A case is open while the fold of its shipment says so. Closing it by hand therefore states
    ``exception_closed``; nothing else can make the two disagree.
    """

    _name = "logistics.exception"
    _description = "Shipment Exception"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.approvable.mixin",
        "logistics.governed.mixin",
    ]
    _order = "state desc, severity desc, opened_at desc, id desc"
    _check_company_auto = True

    _governed_fields = (
        "shipment_id",
        "event_id",
        "state",
        "opened_at",
        "closed_at",
        "description",
        "billing_approved",
        "escalation_level",
        "escalates_at",
        "claim_state",
    )

    name = fields.Char(compute="_compute_name", store=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    event_id = fields.Many2one(
        "logistics.milestone.event", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    client_id = fields.Many2one(related="shipment_id.client_id", store=True, index="btree_not_null")
    partner_id = fields.Many2one(related="shipment_id.partner_id")
    reason = fields.Selection(REASONS, required=True, default="other", tracking=True)
    responsible_party = fields.Selection(PARTIES, tracking=True)
    description = fields.Char(readonly=True, help="What the source wrote.")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], required=True, readonly=True, default="open"
    )
    severity = fields.Selection(
        SEVERITIES, required=True, default="1", tracking=True, group_expand=True
    )
    user_id = fields.Many2one(
        "res.users", "Owner", tracking=True, index="btree_not_null", groups=INTERNAL
    )
    opened_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    closure_reason_id = fields.Many2one(
        "logistics.reason.code",
        "Closed Because",
        domain=[("purpose", "=", "exception_closure")],
        tracking=True,
        ondelete="restrict",
        groups=INTERNAL,
    )
    resolution = fields.Text(tracking=True, groups=INTERNAL)
    billing_approved = fields.Boolean(
        readonly=True,
        copy=False,
        tracking=True,
        help="Finance accepts to bill in spite of this exception. Set by an approval only.",
        groups=INTERNAL,
    )
    approval_ids = fields.One2many(
        "logistics.approval",
        "res_id",
        domain=[("res_model", "=", "logistics.exception")],
        string="Approvals",
        groups=INTERNAL,
    )
    pending_approval = fields.Boolean(compute="_compute_pending_approval", groups=INTERNAL)

    _event_uniq = models.UniqueIndex("(event_id)", "This event has opened a case already.")
    _open_idx = models.Index("(company_id, shipment_id) WHERE state = 'open'")

    @api.depends("shipment_id.name", "reason")
    def _compute_name(self):
        reasons = dict(REASONS)
        for case in self:
            case.name = f"{case.shipment_id.name}: {reasons.get(case.reason, case.reason)}"

    @api.depends("approval_ids.state")
    def _compute_pending_approval(self):
        for case in self:
            case.pending_approval = "pending" in case.approval_ids.mapped("state")

    @api.model
    def _follow_ledger(self, open_keys):
        """Open and close cases so that they agree with the fold.

        :param dict open_keys: ``{shipment id: keys of the events that are open exceptions}``
        :return: ``(opened, closed)`` cases
        """
        stated = self._stated_exceptions(list(open_keys))
        wanted = {key for keys in open_keys.values() for key in keys}
        new = [row for row in stated if not row["case_id"] and row["verdict"] == "accept"]
        opened = self._open_from(new, wanted)
        known = {row["case_id"]: row["fact_key"] for row in stated if row["case_id"]}
        cases = self.browse(known)
        closing = cases.filtered(lambda c: c.state == "open" and known[c.id] not in wanted)
        closing.write({"state": "closed", "closed_at": fields.Datetime.now()})
        closing._stop_clock()
        reopening = cases.filtered(lambda c: c.state == "closed" and known[c.id] in wanted)
        reopening.write({"state": "open", "closed_at": False, "closure_reason_id": False})
        reopening._start_clock()
        return opened, closing

    def _open_from(self, rows, wanted):
        """Make cases of ledger rows.

        :param wanted: keys of the events that are open exceptions; the others are history
        """
        vals_list = []
        for row in rows:
            vals = self._vals_from(row)
            company = self.env["logistics.shipment"].browse(row["shipment_id"]).company_id
            if row["fact_key"] in wanted:
                due = self._due_of(company, vals["severity"], fields.Datetime.now())
                vals |= {"state": "open", "due_at": due, "escalates_at": due}
            else:
                vals["state"] = "closed"
            vals_list.append(vals)
        return self.create(vals_list)

    def _stated_exceptions(self, shipment_ids):
        self.flush_model(["event_id", "state"])
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT event.id, event.shipment_id, event.fact_key, event.verdict, event.reason,
                       event.responsible_party, event.raw_text, event.occurred_at,
                       exception.id AS case_id, exception.state AS case_state
                  FROM logistics_milestone_event event
                  LEFT JOIN logistics_exception exception ON exception.event_id = event.id
                 WHERE event.shipment_id = ANY(%s) AND event.milestone_code = 'exception_raised'
                 ORDER BY event.id
                """,
                shipment_ids,
            )
        )

    def _vals_from(self, row):
        shipment = self.env["logistics.shipment"].browse(row["shipment_id"])
        reason = row["reason"] or "other"
        return {
            "shipment_id": shipment.id,
            "event_id": row["id"],
            "reason": reason,
            "responsible_party": row["responsible_party"],
            "description": row["raw_text"],
            "opened_at": row["occurred_at"],
            "severity": self.env["logistics.exception.severity"]._of(shipment.company_id, reason),
            "user_id": shipment.user_id.id,
        }

    # === Actions === #

    def action_request_billing_approval(self, reason_code="", note=""):
        """Ask finance to bill in spite of the exception; somebody else decides.

        :param str reason_code: code of a reason for approvals; where one is required and none is
            given, the answer is the dialog that asks for it, and nothing was requested yet
        :raises UserError: if the case is closed, or was asked for already
        """
        self.check_access("write")
        terms_sudo = self.env["logistics.approval.kind"].sudo()._of("exception_billing")
        if terms_sudo.reason_required and not reason_code:
            return self._ask_for_reason()
        for case in self:
            if case.state != "open":
                raise UserError(self.env._("%s is closed: nothing to approve.", case.name))
            if case.billing_approved or case.pending_approval:
                raise UserError(self.env._("%s was submitted for approval already.", case.name))
            self.env["logistics.approval"]._request(
                case,
                "exception_billing",
                reason_code=reason_code,
                note=note or case.resolution or case.description,
            )
        return None

    def _ask_for_reason(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask to Bill Anyway"),
            "res_model": "logistics.billing.request",
            "view_mode": "form",
            "target": "new",
            "context": {"default_exception_ids": self.ids},
        }

    def _approval_obsolete(self, approval):
        """Override of ``logistics.approvable.mixin``: a closed case holds nothing any more."""
        if self.state != "open":
            return self.env._("%s is closed by now: nothing to approve.", self.name)
        return super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: an approved case no longer holds billing."""
        approved = self if approval.state == "approved" else self.browse()
        approved.write({"billing_approved": True})
        approved.shipment_id._exception_approved(approved)
