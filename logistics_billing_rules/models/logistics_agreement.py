from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..core.case import Terms

# What the customer agreed to: frozen from the moment the agreement is submitted.
_FROZEN = {
    "partner_id",
    "company_id",
    "currency_id",
    "date_start",
    "date_end",
    "rule_ids",
    "rate_ids",
    "zone_ids",
    "stated_ids",
}


class LogisticsAgreement(models.Model):
    """When and how the shipments of one customer, or of a company's other customers, are billed."""

    _name = "logistics.agreement"
    _description = "Billing Agreement"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "logistics.approvable.mixin",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
    ]
    _order = "company_id, partner_id, date_start desc, id desc"
    _check_company_auto = True
    _governed_fields = (
        "state",
        "author_id",
        "contributor_ids",
        "approved_by_id",
        "approved_at",
        "version",
        "previous_id",
    )
    _transitions = {"draft": ("in_review",), "in_review": ("approved", "draft")}

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        help="Empty: for every customer of the company without an agreement of their own.",
    )
    customer_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Currency of the prices below.",
    )
    date_start = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date("Until", tracking=True, help="Empty: until a new version replaces it.")
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "logistics.agreement", "Replaces", readonly=True, copy=False, index="btree_not_null"
    )
    state = fields.Selection(
        [("draft", "Draft"), ("in_review", "Waiting for Approval"), ("approved", "Approved")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
    )
    author_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.uid,
        ondelete="restrict",
    )
    contributor_ids = fields.Many2many(
        "res.users",
        string="Changed By",
        readonly=True,
        copy=False,
        help="Everybody who changed the terms; none of them may approve.",
    )
    approved_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", tracking=True
    )
    approved_at = fields.Datetime(readonly=True, copy=False)
    user_id = fields.Many2one(
        "res.users", "Responsible", help="Is told when an invoice and the facts no longer agree."
    )
    rule_ids = fields.One2many("logistics.billing.rule", "agreement_id", "Billing Rule", copy=True)
    note = fields.Html()
    release_ids = fields.One2many("logistics.release", "agreement_id", "Releases")
    release_count = fields.Integer(compute="_compute_release_count")

    _approved_by_another = models.Constraint(
        "CHECK(approved_by_id IS NULL OR approved_by_id <> author_id)",
        "Nobody approves an agreement that he wrote.",
    )
    _approved_by_somebody = models.Constraint(
        "CHECK(state <> 'approved' OR approved_by_id IS NOT NULL)",
        "An approved agreement needs somebody who approved it.",
    )
    _period_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_end >= date_start)", "It cannot end before it starts."
    )
    # Ranges of one number stand for equality, so that no extension is needed.
    _one_at_a_time = models.Constraint(
        """EXCLUDE USING gist (
            int4range(company_id, company_id, '[]') WITH &&,
            int4range(COALESCE(customer_id, 0), COALESCE(customer_id, 0), '[]') WITH &&,
            daterange(date_start, date_end, '[]') WITH &&
        ) WHERE (state = 'approved')""",
        "Another approved agreement covers this customer in the same period. "
        "End it first, or make a new version of it.",
    )

    def _compute_release_count(self):
        counts = dict(
            self.env["logistics.release"]._read_group(
                [("agreement_id", "in", self.ids)], ["agreement_id"], ["__count"]
            )
        )
        for agreement in self:
            agreement.release_count = counts.get(agreement, 0)

    @api.depends("name", "version")
    def _compute_display_name(self):
        for agreement in self:
            suffix = f" v{agreement.version}" if agreement.version > 1 else ""
            agreement.display_name = f"{agreement.name}{suffix}"

    # === Frozen terms, and who wrote them === #

    def write(self, vals):
        # Ending a version is how its successor takes over (``_on_approval_decided``).
        frozen = _FROZEN & vals.keys() - ({"date_end"} if self.env.su else set())
        if frozen:
            self._check_terms_open()
            self._note_contributor()
        return super().write(vals)

    def _check_terms_open(self):
        """Raise unless the terms of these agreements may still change."""
        for agreement in self:
            if agreement.state != "draft":
                raise UserError(
                    self.env._(
                        "The terms of %s are fixed since it was submitted. Make a new version.",
                        agreement.display_name,
                    )
                )

    def _note_contributor(self):
        """Remember who changed the terms; he may not approve them."""
        strangers = self.filtered(lambda agreement: agreement.author_id.id != self.env.uid)
        strangers_sudo = strangers.sudo()
        strangers_sudo.write({"contributor_ids": [Command.link(self.env.uid)]})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self._check_terms_open()

    # === Approval === #

    def action_submit(self):
        """Ask a finance approver to put the agreement into force.

        :raises UserError: if there is not exactly one billing rule
        """
        self.check_access("write")
        for agreement in self:
            if len(agreement.rule_ids) != 1:
                raise UserError(self.env._("An agreement needs exactly one billing rule."))
            # The author's right to write was checked; the state is nobody's to write.
            agreement_sudo = agreement.sudo()
            agreement_sudo._move_to("in_review")
            self.env["logistics.approval"]._request(
                agreement, "agreement", note=agreement._terms_text()
            )

    def action_new_version(self):
        """Open a draft that will replace this agreement once it is approved."""
        self.ensure_one()
        new = self.copy({"date_start": fields.Date.context_today(self), "date_end": False})
        new_sudo = new.sudo()
        new_sudo.write({"version": self.version + 1, "previous_id": self.id, "name": self.name})
        new_sudo._continue_prices(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "view_mode": "form",
        }

    def action_open_releases(self):
        """Open the releases under these agreements."""
        return self.release_ids._action_open()

    def _approval_obsolete(self, approval):
        """Override of ``logistics.approvable.mixin``: only what waits for review is approved."""
        if self.state != "in_review":
            return self.env._("%s does not wait for approval any more.", self.display_name)
        return super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: put it into force, or send it back."""
        super()._on_approval_decided(approval)
        if approval.state != "approved":
            self._move_to("draft")
            return
        self._end_previous()
        self._move_to("approved", approved_by_id=self.env.uid, approved_at=fields.Datetime.now())
        self.env["logistics.release"]._mark_stale_for(self)

    def _end_previous(self):
        previous = self.previous_id
        last_day = self.date_start - timedelta(days=1)
        if previous and (not previous.date_end or previous.date_end > last_day):
            previous.write({"date_end": max(last_day, previous.date_start)})
            # The exclusion constraint looks at rows one by one.
            previous.flush_recordset(["date_end"])

    # === Which agreement holds === #

    @api.model
    def _in_force(self, companies, customers):
        """Approved agreements that may cover these customers.

        :return: ``{(company id, customer id or False): agreements, newest first}``
        """
        domain = Domain("state", "=", "approved") & Domain("company_id", "in", companies.ids)
        domain &= Domain("customer_id", "in", [*customers.ids, False])
        found = self.with_context(active_test=False).search(domain, order="date_start desc")
        return found.grouped(lambda agreement: (agreement.company_id.id, agreement.customer_id.id))

    def _holds_on(self, day):
        """The agreement of these that is in force on ``day``, or an empty one."""
        return self.filtered(
            lambda a: a.date_start <= day and (not a.date_end or day <= a.date_end)
        )[:1]

    @api.model
    def _governed(self, companies):
        """The companies whose customer invoices wait for releases: those with an agreement."""
        found = self.with_context(active_test=False)._read_group(
            [("state", "=", "approved"), ("company_id", "in", companies.ids)], ["company_id"]
        )
        return self.env["res.company"].union(*(company for (company,) in found))

    @api.private
    def to_terms(self) -> Terms:
        """The terms of this agreement as the value that decides."""
        self.ensure_one()
        return self.rule_ids[:1].to_terms()
