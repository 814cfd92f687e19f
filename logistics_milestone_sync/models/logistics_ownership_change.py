from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .ownership_cell_mixin import CELL_FIELDS

KIND = "rule_change"
_KEPT = (*CELL_FIELDS, "is_stand_in")
_PROPOSED = (*_KEPT, "verdict", "priority", "action", "rule_id", "reason")


class LogisticsOwnershipChange(models.Model):
    """A proposed change of the source-of-truth rules, decided by somebody else.

    An approved change archives the old rule and makes a new one. What was judged stays judged.
    """

    _name = "logistics.ownership.change"
    _description = "Source-of-Truth Change"
    _inherit = [
        "logistics.ownership.cell.mixin",
        "mail.thread",
        "logistics.approvable.mixin",
        "logistics.stateful.mixin",
        "logistics.governed.mixin",
    ]
    _order = "id desc"
    _governed_fields = ("state", "new_rule_id", "decided_at")
    _transitions = {
        "draft": ("waiting", "withdrawn"),
        "waiting": ("approved", "rejected", "withdrawn"),
    }

    action = fields.Selection(
        [("add", "New rule"), ("change", "Change of a rule"), ("withdraw", "Withdrawal of a rule")],
        "Change",
        required=True,
        default="add",
    )
    rule_id = fields.Many2one(
        "logistics.ownership.rule",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    reason = fields.Text("Why", required=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("waiting", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        copy=False,
        index=True,
    )
    new_rule_id = fields.Many2one(
        "logistics.ownership.rule", readonly=True, copy=False, index="btree_not_null"
    )
    decided_at = fields.Datetime(readonly=True, copy=False)
    effect_text = fields.Text("Effect", compute="_compute_effect_text")
    approval_ids = fields.One2many(
        "logistics.approval",
        "res_id",
        domain=[("res_model", "=", "logistics.ownership.change")],
        string="Approvals",
    )

    _rule_named = models.Constraint(
        "CHECK((action = 'add') = (rule_id IS NULL))",
        "Say which rule is changed or withdrawn; a new rule changes none.",
    )

    @api.onchange("rule_id")
    def _onchange_rule_id(self):
        if self.rule_id:
            self.update(self._vals_of_rule(self.rule_id))
            self.update({"verdict": self.rule_id.verdict, "priority": self.rule_id.priority})

    @api.model_create_multi
    def create(self, vals_list):
        rules = self.env["logistics.ownership.rule"]
        for vals in vals_list:
            if vals.get("rule_id"):
                vals.update(self._vals_of_rule(rules.browse(vals["rule_id"])))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) & set(_PROPOSED):
            if self.filtered(lambda change: change.state != "draft"):
                raise UserError(
                    self.env._(
                        "What was submitted is not changed any more. Withdraw it, and propose anew."
                    )
                )
            if vals.get("rule_id"):
                rule = self.env["logistics.ownership.rule"].browse(vals["rule_id"])
                vals = vals | self._vals_of_rule(rule)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda change: change.state != "draft"):
            raise UserError(self.env._("Only a draft can be deleted: decisions are kept."))

    @api.model
    def _vals_of_rule(self, rule):
        """A rule that is changed keeps its cell: only what becomes of a statement changes."""
        relational = ("company_id", "milestone_id", "system_id")
        return {name: rule[name].id if name in relational else rule[name] for name in _KEPT}

    # === Actions === #

    @api.model
    def action_propose(self, values):
        """Propose a change of one cell and submit it at once; used by the matrix.

        :param dict values: the cell (``company_id``, ``object_kind``, …), ``verdict``, ``priority``
            and ``reason``; the verdict ``inherit`` withdraws the company's own rule
        :return: ``{"id": …, "name": …}`` of the change, which waits for approval
        """
        self.check_access("create")
        reason = (values.get("reason") or "").strip()
        if not reason:
            raise ValidationError(self._reason_message())
        cell = {name: values.get(name) or False for name in CELL_FIELDS}
        probe = self.new(cell)
        standing = self.env["logistics.ownership.rule"].search(probe._cell_domain())
        withdraw = values.get("verdict") == "inherit"
        if withdraw and not standing:
            raise UserError(self.env._("There is no rule of its own to withdraw here."))
        vals = cell | {
            "action": "withdraw" if withdraw else "change" if standing else "add",
            "rule_id": standing.id,
            "verdict": standing.verdict if withdraw else values.get("verdict"),
            "priority": standing.priority if withdraw else values.get("priority", 10),
            "reason": reason,
        }
        change = self.create(vals)
        change.action_submit()
        return {"id": change.id, "name": change.display_name}

    def action_submit(self):
        """Ask for approval of these changes; a manager other than the author decides."""
        self.check_access("write")
        for change in self:
            change._check_submittable()
            note = f"{change.reason}\n\n{change._description_of_change()}\n{change.effect_text}"
            self.env["logistics.approval"]._request(change, KIND, note=note)
        # The right to write was checked above; the state is nobody's to write.
        self.sudo()._move_to("waiting")

    def action_withdraw(self):
        """Take these changes back before somebody decided."""
        self.check_access("write")
        # The right to write was checked above; the state is nobody's to write.
        changes_sudo = self.sudo()
        changes_sudo._move_to("withdrawn", decided_at=fields.Datetime.now())
        changes_sudo.approval_ids.filtered(lambda a: a.state == "pending")._close("withdrawn")

    def _check_submittable(self):
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("%s was submitted already.", self.display_name))
        if not (self.reason or "").strip():
            raise ValidationError(self._reason_message())
        if not self.company_id and not self._works_for_all():
            raise AccessError(self._shared_message())
        self._check_standing()

    def _check_standing(self):
        """Raise if the rules have changed since this was written."""
        overtaken = self._overtaken()
        if overtaken:
            raise UserError(overtaken)

    def _overtaken(self):
        standing = self.env["logistics.ownership.rule"].search(self._cell_domain())
        if standing == self.rule_id:
            return ""
        return self.env._(
            "%s has another rule by now. Withdraw this change, look at the new rule, and propose "
            "anew.",
            self.display_name,
        )

    def _reason_message(self):
        return self.env._("Write down why: somebody has to decide on it.")

    def _works_for_all(self):
        return len(self.env.user.company_ids) == self.env["res.company"].sudo().search_count([])

    def _shared_message(self):
        return self.env._(
            "A shared rule holds for every company: only somebody who works for all of them "
            "decides about it. Make a rule for your own company instead."
        )

    def _description_of_change(self):
        """What is asked, in one line for the one who decides."""
        if self.action == "withdraw":
            return self.env._("%s: the rule is withdrawn.", self.display_name)
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        return self.env._(
            "%(cell)s: %(verdict)s, priority %(priority)s.",
            cell=self.display_name,
            verdict=verdicts[self.verdict],
            priority=self.priority,
        )

    # === Decision === #

    def _approval_conflict(self, approval):
        """Override of ``logistics.approvable.mixin``: the author does not decide either."""
        if self.create_uid == self.env.user:
            return self.env._("You wrote this change: somebody else has to decide it.")
        if not self.company_id and not self._works_for_all():
            return self._shared_message()
        return super()._approval_conflict(approval)

    def _approval_obsolete(self, approval):
        """Override of ``logistics.approvable.mixin``: somebody else's change came first."""
        return self._overtaken() or super()._approval_obsolete(approval)

    def _on_approval_decided(self, approval):
        """Override of ``logistics.approvable.mixin``: put an approved change in force."""
        if approval.state == "approved":
            self._apply()
        # Nobody decided in time: it has to be proposed anew, as if it had been taken back.
        target = "withdrawn" if approval.state == "expired" else approval.state
        self._move_to(target, decided_at=fields.Datetime.now())

    def _apply(self):
        now = fields.Datetime.now()
        for change in self:
            change._check_standing()
            change.rule_id.write({"active": False, "valid_to": now})
            if change.action == "withdraw":
                continue
            change.rule_id.flush_recordset()
            change.new_rule_id = self.env["logistics.ownership.rule"].create(
                self._vals_of_rule(change)
                | {"verdict": change.verdict, "priority": change.priority, "valid_from": now}
            )
