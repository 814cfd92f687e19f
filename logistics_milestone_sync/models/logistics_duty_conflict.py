from odoo import api, fields, models
from odoo.fields import Domain

from ..core.duties import RECORD, SHIPMENT, Act, Conflict, refusal


class LogisticsDutyConflict(models.Model):
    """Two duties that one person does not do about the same thing, as data.

    Checked on ``env.uid`` when somebody asks or decides, which neither RPC nor ``sudo`` changes.
    """

    _name = "logistics.duty.conflict"
    _description = "Incompatible Duties"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _rec_names_search = ["why"]
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10)
    duty = fields.Selection(
        "_selection_duty", "Who Does This", required=True, index=True, tracking=True
    )
    other_duty = fields.Selection(
        "_selection_duty", "Does Not Do This", required=True, index=True, tracking=True
    )
    scope = fields.Selection(
        [(RECORD, "About the same record"), (SHIPMENT, "About the same shipment")],
        required=True,
        default=SHIPMENT,
        tracking=True,
    )
    why = fields.Char(required=True, translate=True, tracking=True, help="Shown when refused.")
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", tracking=True, help="Empty: in every company."
    )
    active = fields.Boolean(default=True, tracking=True)

    _two_duties = models.Constraint(
        "CHECK(duty <> other_duty)", "A duty does not exclude itself: choose two different ones."
    )
    _pair_uniq = models.UniqueIndex(
        "(duty, other_duty, scope, COALESCE(company_id, 0))",
        "These duties exclude each other already; the entry may be archived.",
    )

    @api.depends("duty", "other_duty")
    def _compute_name(self):
        labels = dict(self._selection_duty())
        for conflict in self:
            duties = (conflict.duty, conflict.other_duty)
            conflict.name = " / ".join(labels.get(duty, duty or "") for duty in duties)

    @api.model
    def _selection_duty(self):
        """``(duty, label)`` of all duties. To be extended with duties that are no approvals."""
        kinds = self.env["logistics.approval"]._fields["kind"]._description_selection(self.env)
        return [
            pair
            for kind, label in kinds
            for pair in (
                (f"{kind}.request", self.env._("Ask: %s", label)),
                (f"{kind}.approve", self.env._("Decide: %s", label)),
            )
        ]

    @api.model
    def _refusals(self, duty, records):
        """Why the current user may not do this duty about some of these records.

        :param str duty: e.g. ``exception_billing.approve``
        :param records: of one model; elevated or not, only ``env.uid`` matters
        :return: ``{record id: sentence}``; whoever is not named may be done
        """
        # What others, or he himself, did must count even where he may not read it any more.
        self_sudo = self.sudo()
        named = Domain("duty", "=", duty) | Domain("other_duty", "=", duty)
        conflicts_sudo = self_sudo.search(named)
        if not conflicts_sudo or not records:
            return {}
        opposite = {c.to_conflict().opposite(duty) for c in conflicts_sudo}
        earlier = self_sudo._earlier_acts(opposite, records.sudo())
        found = {}
        for record_sudo in records.sudo():
            company = record_sudo.company_id if "company_id" in record_sudo else self.env.company
            applying = conflicts_sudo.filtered(
                lambda c, own=company: c.company_id in (own, own[:0])
            )
            act = Act(self.env.uid, duty, self._about(record_sudo))
            refused = refusal(act, earlier, [c.to_conflict() for c in applying])
            if refused:
                found[record_sudo.id] = self_sudo._sentence(refused, record_sudo)
        return found

    def _sentence(self, refused, record):
        duty = refused.earlier.duty
        return self.env._(
            "%(why)s You took this part already for %(record)s: “%(duty)s”.",
            why=self.browse(refused.conflict.id).why,
            record=record.display_name,
            duty=dict(self._selection_duty()).get(duty, duty),
        )

    @api.private
    def to_conflict(self):
        """This row as the value that decides."""
        self.ensure_one()
        return Conflict(self.id, self.duty, self.other_duty, self.scope)

    @api.model
    def _about(self, record):
        """What something that is done about ``record`` concerns, by scope."""
        about = {RECORD: f"{record._name},{record.id}"}
        shipment = record.shipment_id if "shipment_id" in record else None
        if record._name == "logistics.shipment":
            shipment = record
        return about | ({SHIPMENT: str(shipment.id)} if shipment else {})

    @api.model
    def _earlier_acts(self, duties, records):
        """What the current user did before, about these records or their shipments.

        To be extended with acts that are no approvals; called elevated.

        :param set duties: only these are of interest
        :return: list of ``core.duties.Act``
        """
        concerned = Domain("res_model", "=", records._name) & Domain("res_id", "in", records.ids)
        shipments = [self._about(record).get(SHIPMENT) for record in records]
        concerned |= Domain("shipment_id", "in", [int(id_) for id_ in shipments if id_])
        uid = self.env.uid
        mine = Domain("requester_id", "=", uid) & Domain("state", "in", ("pending", "approved"))
        mine |= Domain("approver_id", "=", uid) & Domain("state", "=", "approved")
        kinds = [duty.partition(".")[0] for duty in duties]
        found = self.env["logistics.approval"].search(
            mine & concerned & Domain("kind", "in", kinds), order="id"
        )
        return [act for approval in found for act in approval._acts() if act.duty in duties]
