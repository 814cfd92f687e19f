import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.agreement import JSON_SCHEMA
from ..core.codecs import decode
from ..core.errors import IntegrationError
from ..core.tree_shape import schema_of
from .logistics_version_approval import Point

_TODO = "mail.mail_activity_data_todo"
_SUNSET_NOTICE = timedelta(days=30)


class LogisticsContract(models.Model):
    """Who answers for a contract, what was promised, and until when it holds."""

    _name = "logistics.contract"
    _inherit = ["logistics.contract", "mail.activity.mixin"]

    sla_minutes = fields.Integer(
        "Promised Within (Minutes)",
        tracking=True,
        help="From the event to its message, as the sender promised. 0: nothing was promised.",
    )
    sla_note = fields.Char("What Else Was Promised", tracking=True)
    state = fields.Selection(
        [("in_force", "In Force"), ("deprecated", "Deprecated"), ("ended", "Ended")],
        required=True,
        default="in_force",
        tracking=True,
        index=True,
        help="Messages are checked all the same; no new connection takes an ended contract.",
    )
    sunset_date = fields.Date(
        "Ends On", tracking=True, help="The responsible is told 30 days before."
    )
    successor_id = fields.Many2one(
        "logistics.contract",
        "Replaced By",
        tracking=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _deprecated_until = models.Constraint(
        "CHECK(state <> 'deprecated' OR sunset_date IS NOT NULL)",
        "Say until when a deprecated contract holds.",
    )
    _not_its_own_successor = models.Constraint(
        "CHECK(successor_id IS NULL OR successor_id <> id)", "A contract does not replace itself."
    )

    @api.constrains("kind")
    def _check_kind(self):
        for contract in self:
            if contract.version_ids.filtered(lambda version: version.state != "draft"):
                raise ValidationError(
                    self.env._("A contract that was in use stays as it was written: make another.")
                )

    def action_schema_from_samples(self):
        """Make a draft from the samples of the profiles that are used under this contract."""
        self.ensure_one()
        self.check_access("write")
        if self.kind != JSON_SCHEMA:
            raise UserError(self.env._("Only a JSON Schema can be made from samples."))
        samples = self.connection_ids.mapping_id.sample_ids
        trees = [tree for sample in samples if (tree := sample._tree()) is not None]
        if not trees:
            raise UserError(
                self.env._(
                    "There is no sample yet: open a message of one of the connections below, and "
                    "keep it as a sample."
                )
            )
        draft = self.env["logistics.contract.version"].create(
            {
                "contract_id": self.id,
                "content": json.dumps(schema_of(trees), indent=2, ensure_ascii=False),
                "note": self.env._("Made from %s samples", len(trees)),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": draft._name,
            "res_id": draft.id,
            "view_mode": "form",
        }

    @api.model
    def _cron_remind(self):
        """Tell owners once what is due: the review, and the end of a deprecated contract."""
        today = fields.Date.context_today(self)
        due = self.search([("review_date", "<=", today), ("state", "!=", "ended")])
        due._remind(lambda contract: self.env._("Review the contract %s", contract.name))
        ending = self.search(
            Domain("state", "=", "deprecated") & Domain("sunset_date", "<=", today + _SUNSET_NOTICE)
        )
        ending._remind(
            lambda contract: self.env._(
                "%(name)s ends on %(day)s", name=contract.name, day=contract.sunset_date
            )
        )

    def _remind(self, summary_of):
        """One open activity per contract and summary, for its owner, else for its deputy."""
        for contract in self:
            summary = summary_of(contract)
            told = contract.activity_ids.filtered(lambda a, text=summary: a.summary == text)
            user = contract._responsible()
            if user and not told:
                contract.activity_schedule(_TODO, summary=summary, user_id=user.id)

    def _responsible(self):
        """The owner while he works here, else the deputy."""
        return (self.user_id | self.backup_user_id).filtered("active")[:1]


class LogisticsContractVersion(models.Model):
    _inherit = "logistics.contract.version"

    def _go_live_points(self):
        """Override: the golden samples of the profiles under this contract fit it."""
        samples_sudo = self.sudo().contract_id.connection_ids.mapping_id.sample_ids
        golden = samples_sudo.filtered("is_golden")
        failing = [(sample, why) for sample in golden if (why := self._misfit(sample))]
        visible = failing and failing[0][0].with_env(self.env)._filtered_access("read")
        point = Point(
            self.env._("Golden samples"),
            not failing,
            self.env._(
                "Not all fit (%(failing)s do not). %(why)s",
                failing=len(failing),
                why=f"{visible.name}: {failing[0][1]}" if visible else "…",
            )
            if failing
            else self.env._("All %s fit.", len(golden)),
            must=True,
        )
        return [*super()._go_live_points(), point]

    def _misfit(self, sample):
        """How a sample breaks this contract; empty if it does not."""
        try:
            tree = decode(sample.format, sample._raw())
            problems = self._agreement().check(sample._raw(), tree)
        except IntegrationError as error:
            return error.public_message
        return str(problems[0]) if problems else ""


class LogisticsMappingSample(models.Model):
    _inherit = "logistics.mapping.sample"

    def _tree(self):
        """The sample, decoded; ``None`` if it cannot be."""
        self.ensure_one()
        try:
            return decode(self.format, self._raw())
        except IntegrationError:
            return None


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    @api.constrains("contract_id")
    def _check_contract_in_force(self):
        for connection in self:
            if connection.contract_id.state == "ended":
                raise ValidationError(
                    self.env._(
                        "%(contract)s has ended. %(instead)s",
                        contract=connection.contract_id.name,
                        instead=self.env._(
                            "Take %s instead.", connection.contract_id.successor_id.name
                        )
                        if connection.contract_id.successor_id
                        else self.env._("Choose another contract."),
                    )
                )

    def action_activate(self):
        """Override: a connection opens when its profile reads its golden samples as expected."""
        for connection in self:
            version = connection.mapping_version_id or connection.mapping_id.active_version_id
            failing = connection.mapping_id._failing_samples(version.content)
            if failing:
                raise UserError(
                    self.env._(
                        "%(profile)s does not read %(count)s of its golden samples as expected. "
                        "Correct the profile first.",
                        profile=version.display_name,
                        count=len(failing),
                    )
                )
        return super().action_activate()
