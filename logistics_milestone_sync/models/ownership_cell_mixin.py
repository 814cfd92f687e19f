from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..core.ownership import Rule, Topic
from .logistics_system import SYSTEM_KINDS

TOPIC_KINDS = [
    ("milestone", "Milestone"),
    ("charge", "Charge"),
    ("field", "Field of the shipment"),
]
CHARGE_TYPES = [
    ("freight", "Freight"),
    ("fuel", "Fuel surcharge"),
    ("accessorial", "Accessorial"),
    ("handling", "Handling"),
    ("storage", "Storage"),
    ("duty", "Customs duty"),
    ("tax", "Tax"),
    ("other", "Other"),
]
CHARGE_SIDES = [("buy", "Cost"), ("sell", "Revenue")]
FIELD_NAMES = [
    ("promised_at", "Promised date"),
    ("declared_weight", "Declared weight"),
    ("package_count", "Number of packages"),
    ("pallet_count", "Number of pallets"),
    ("pallet_in_count", "Number of pallets received"),
    ("pick_count", "Number of picks"),
    ("pack_count", "Number of parcels packed"),
    ("distance", "Distance"),
    ("service_level", "Service level"),
    ("transport_mode", "Mode of transport"),
    ("incoterm", "Incoterm"),
]
VERDICTS = [
    ("accept", "Owner: it counts"),
    ("advisory", "Advisory: shown, moves nothing"),
    ("reject", "Refused"),
]
# What makes two rules speak of the same cell of the matrix.
CELL_FIELDS = (
    "company_id",
    "object_kind",
    "milestone_id",
    "charge_type",
    "charge_side",
    "field_name",
    "system_kind",
    "system_id",
)


class LogisticsOwnershipCellMixin(models.AbstractModel):
    """What somebody may state, who may, and what becomes of it: one cell of the matrix."""

    _name = "logistics.ownership.cell.mixin"
    _description = "Cell of the source-of-truth matrix"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: holds for every company, unless it has a rule for exactly the same.",
    )
    object_kind = fields.Selection(TOPIC_KINDS, "About", required=True, default="milestone")
    milestone_id = fields.Many2one(
        "logistics.milestone", index="btree_not_null", ondelete="cascade", help="Empty: any."
    )
    charge_type = fields.Selection(CHARGE_TYPES, help="Empty: any.")
    charge_side = fields.Selection(CHARGE_SIDES, help="Empty: costs and revenues.")
    field_name = fields.Selection(FIELD_NAMES, "Field", help="Empty: any.")
    system_kind = fields.Selection(
        SYSTEM_KINDS, "Kind of System", help="Empty: any kind of system."
    )
    system_id = fields.Many2one(
        "logistics.system",
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Only this very system; stronger than a rule for its kind.",
    )
    verdict = fields.Selection(VERDICTS, required=True, default="accept")
    priority = fields.Integer(
        default=10,
        help="Among several owners the lower number comes first: it wins ties, and decides fields.",
    )
    is_stand_in = fields.Boolean(
        "Stand-in",
        help="Holds only while the company has no system that owns it otherwise: Odoo says that "
        "goods were picked where no warehouse system does.",
    )
    topic_label = fields.Char("What", compute="_compute_labels")
    speaker_label = fields.Char("Who", compute="_compute_labels")

    _topic_agrees = models.Constraint(
        "CHECK((object_kind = 'milestone' OR milestone_id IS NULL)"
        " AND (object_kind = 'charge' OR (charge_type IS NULL AND charge_side IS NULL))"
        " AND (object_kind = 'field' OR field_name IS NULL))",
        "A rule is about a milestone, a charge or a field: leave the others empty.",
    )

    @api.constrains("company_id", "system_id", "system_kind")
    def _check_speaker(self):
        for cell in self.filtered("system_id"):
            if not cell.company_id:
                raise ValidationError(
                    self.env._("A rule for one system belongs to the company of that system.")
                )
            if cell.system_kind not in (False, cell.system_id.kind):
                raise ValidationError(
                    self.env._("%s is of another kind: leave the kind empty.", cell.system_id.name)
                )

    @api.depends(
        "object_kind",
        "milestone_id",
        "charge_type",
        "charge_side",
        "field_name",
        "system_kind",
        "system_id",
    )
    def _compute_labels(self):
        kinds = dict(self._fields["system_kind"]._description_selection(self.env))
        for cell in self:
            cell.topic_label = cell._topic_text()
            cell.speaker_label = (
                cell.system_id.name or kinds.get(cell.system_kind) or self.env._("Anybody")
            )

    def _topic_text(self):
        def label(name):
            return dict(self._fields[name]._description_selection(self.env)).get(self[name])

        if self.object_kind == "charge":
            words = (label("charge_type") or self.env._("Any charge"), label("charge_side"))
            return ", ".join(filter(None, words))
        if self.object_kind == "field":
            return label("field_name") or self.env._("Any field")
        return self.milestone_id.name or self.env._("Any milestone")

    @api.depends("topic_label", "speaker_label")
    def _compute_display_name(self):
        for cell in self:
            cell.display_name = f"{cell.speaker_label}: {cell.topic_label}"

    def _topic(self):
        """The core topic; its name is empty where the cell means all of its kind."""
        name = {
            "milestone": self.milestone_id.code,
            "charge": self.charge_type,
            "field": self.field_name,
        }[self.object_kind]
        return Topic(self.object_kind, name or "", self.charge_side or "")

    def _to_rule(self):
        """The core rule that this cell says."""
        topic = self._topic()
        return Rule(
            id=self._origin.id or 0,
            verdict=self.verdict,
            name=topic.name,
            system_kind=self.system_kind or "",
            system_id=self.system_id.id or None,
            priority=self.priority,
            kind=topic.kind,
            side=topic.side,
            shared=not self.company_id,
            stand_in=self.is_stand_in,
        )

    def _cell_key(self):
        """The values that make it this cell, whichever company it is in."""
        values = (
            self[name].id if self._fields[name].relational else self[name]
            for name in CELL_FIELDS
            if name != "company_id"
        )
        return tuple(value or False for value in values)

    def _cell_domain(self):
        """Domain of the rules for exactly this cell."""
        return Domain.AND(
            Domain(name, "=", self[name].id if self._fields[name].relational else self[name])
            for name in CELL_FIELDS
        )
