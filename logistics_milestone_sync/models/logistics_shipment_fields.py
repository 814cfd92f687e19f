from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.clock import naive, utc
from ..core.fact import AttributeFact, Statement
from ..core.ownership import ACCEPT, FIELD, Topic, judge
from ..core.reference import Reference
from ..core.shipment_field import FIELDS, value_of, winners
from ..core.verification import Difference
from .recording_fields import latest_word

TRANSPORT_MODES = [
    ("parcel", "Parcel"),
    ("ltl", "Less than truckload (LTL)"),
    ("ftl", "Full truckload (FTL)"),
    ("air", "Air"),
    ("ocean", "Ocean"),
    ("rail", "Rail"),
    ("courier", "Courier"),
    ("multimodal", "Several modes"),
]
INCOTERMS = [
    ("EXW", "EXW – Ex Works"),
    ("FCA", "FCA – Free Carrier"),
    ("CPT", "CPT – Carriage Paid To"),
    ("CIP", "CIP – Carriage and Insurance Paid To"),
    ("DAP", "DAP – Delivered at Place"),
    ("DPU", "DPU – Delivered at Place Unloaded"),
    ("DDP", "DDP – Delivered Duty Paid"),
    ("FAS", "FAS – Free Alongside Ship"),
    ("FOB", "FOB – Free on Board"),
    ("CFR", "CFR – Cost and Freight"),
    ("CIF", "CIF – Cost, Insurance and Freight"),
]
_COLUMN_TYPES = {
    "promised_at": "timestamp",
    "weight": "numeric",
    "declared_packages": "int4",
    "declared_pallets": "int4",
    "pallets_in": "int4",
    "picks": "int4",
    "packs": "int4",
    "distance": "numeric",
    "service_level": "varchar",
    "transport_mode": "varchar",
    "incoterm": "varchar",
}
# column → name in the vocabulary
_OWNED = {field.column: name for name, field in FIELDS.items()}


class LogisticsShipment(models.Model):
    """Fields that systems state. What people and Odoo write is stated by Odoo, and judged alike."""

    _inherit = "logistics.shipment"

    declared_packages = fields.Integer(tracking=True)
    declared_pallets = fields.Integer(tracking=True)
    pallets_in = fields.Integer(
        "Pallets Received", tracking=True, help="That the warehouse took in for this shipment."
    )
    picks = fields.Integer(tracking=True, help="How often the warehouse reached for goods.")
    packs = fields.Integer(
        "Parcels Packed", tracking=True, help="That the warehouse packed, not those it only moved."
    )
    distance = fields.Float("Distance (km)", digits=(16, 3), tracking=True, help="Driven, planned.")
    service_level = fields.Char(tracking=True, help="As agreed with the carrier, e.g. 'Next Day'.")
    transport_mode = fields.Selection(
        TRANSPORT_MODES, "Mode", tracking=True, index="btree_not_null"
    )
    incoterm = fields.Selection(INCOTERMS, tracking=True)
    field_statement_ids = fields.One2many(
        "logistics.field.statement", "shipment_id", "Who Says So", readonly=True
    )
    stated_charge_ids = fields.One2many(
        "logistics.charge",
        "shipment_id",
        "All Stated Charges",
        context={"active_test": False},
        readonly=True,
        help="With those that do not count: advisory, refused, superseded, waiting.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # A default in the context is stated by Odoo, too.
        defaults = self.default_get(list(_OWNED))
        stated = [
            {name: value for name, value in (defaults | vals).items() if name in _OWNED and value}
            for vals in vals_list
        ]
        nothing = dict.fromkeys(_OWNED, False)
        shipments = super().create([vals | nothing for vals in vals_list])
        given = {s: values for s, values in zip(shipments, stated, strict=True) if values}
        self.browse(s.id for s in given)._state_fields(given)
        return shipments

    def write(self, vals):
        owned = {name: value for name, value in vals.items() if name in _OWNED}
        result = super().write({name: vals[name] for name in vals if name not in owned})
        changed = {}
        for shipment in self if owned else ():
            different = {
                name: value
                for name, value in owned.items()
                if self._spell(name, value) != self._spell(name, shipment[name])
            }
            if different:
                changed[shipment] = different
        self.browse(shipment.id for shipment in changed)._state_fields(changed)
        return result

    def _state_fields(self, values):
        """State fields of these shipments in Odoo's own voice; the projection stores who wins.

        People are refused where Odoo does not own the field, or somebody who does said otherwise.
        Elevated code is heard like any system: what it does not own is kept as advisory.

        :param dict values: ``{shipment: {column: value}}``
        """
        if not values:
            return
        for company, shipments in self.grouped("company_id").items():
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            if not self.env.su:
                shipments._check_odoo_owns(system_sudo, {n for s in shipments for n in values[s]})
            self._record_facts(system_sudo, shipments._field_statements(system_sudo, values))
        if not self.env.su:
            for shipment, wanted in values.items():
                shipment._check_has_last_word(wanted)

    def _field_statements(self, system, values):
        now = datetime.now(UTC)
        latest = latest_word(self.env, system.ids, self.ids)
        statements = []
        for shipment in self:
            # One's own words keep their order, also within one tick of the clock.
            spoken = latest.get(shipment.id)
            said_at = max(now, spoken + timedelta(microseconds=1)) if spoken else now
            named = (Reference("shipment", shipment.name),)
            for column, value in values[shipment].items():
                try:
                    said = AttributeFact(named, _OWNED[column], self._spell(column, value), said_at)
                except ValueError as error:
                    raise UserError(
                        self.env._(
                            "%(field)s: %(problem)s.",
                            field=self._fields[column]._description_string(self.env),
                            problem=error,
                        )
                    ) from None
                statements.append(Statement(said, now, f"res.users,{self.env.uid}"))
        return statements

    @api.model
    def _spell(self, column, value):
        """The text that states a value of a column; no value is the empty text."""
        value = self._fields[column].convert_to_cache(value, self, validate=False)
        if not value:
            return ""
        if column == "promised_at":
            return utc(value).isoformat()
        return FIELDS[_OWNED[column]].spell(value)

    # === People === #

    def _check_odoo_owns(self, system, columns):
        rules = self.env["logistics.ownership.rule"]._rules_of(system.company_id)
        for column in sorted(columns):
            topic = Topic(FIELD, _OWNED[column])
            if judge(rules, topic, system.id, system.kind).verdict != ACCEPT:
                raise AccessError(
                    self.env._(
                        "%(field)s is not Odoo's to say: it is owned by %(owners)s. Have it "
                        "corrected there, or propose a change of the source of truth.",
                        field=self._fields[column]._description_string(self.env),
                        owners=self._owners_text(rules, topic, system.company_id),
                    )
                )

    def _owners_text(self, rules, topic, company):
        """Who owns a field: the company's systems by name, else the kinds of systems."""
        systems_sudo = self.env["logistics.system"].sudo().search([("company_id", "=", company.id)])
        named = [
            system.name
            for system in systems_sudo
            if judge(rules, topic, system.id, system.kind).verdict == ACCEPT
        ]
        kinds = systems_sudo._fields["kind"]._description_selection(self.env)
        kinds = [
            label for kind, label in kinds if judge(rules, topic, None, kind).verdict == ACCEPT
        ]
        return ", ".join(named or kinds) or self.env._("nobody")

    def _check_has_last_word(self, wanted):
        for column, value in wanted.items():
            if self._spell(column, value) == self._spell(column, self[column]):
                continue
            said_sudo = self.sudo().field_statement_ids.filtered(
                lambda row, name=_OWNED[column]: row.field_name == name and row.decides
            )
            raise UserError(
                self.env._(
                    "%(system)s states %(field)s: %(value)s, and comes before Odoo. Have it "
                    "corrected there, or propose a change of the source of truth.",
                    system=said_sudo.system_id.name,
                    field=self._fields[column]._description_string(self.env),
                    value=said_sudo.value_text,
                )
            )

    # === Projection === #

    def _project(self):
        changes = super()._project()
        self._project_fields()
        return changes

    def _project_fields(self):
        """Store the winning statements; fields about which nobody said anything stay."""
        values = {}
        for shipment, decided in self._fields_to_correct():
            stored = {column: shipment[column] or None for column in _COLUMN_TYPES}
            values[shipment.id] = tuple((stored | decided).values())
        self._store("logistics.shipment", _COLUMN_TYPES, values)

    def _fields_to_correct(self):
        """Shipments that show another word than the winning one, with ``{column: value}`` of it."""
        counting = self.env["logistics.field.statement"]._counting(self.ids)
        for shipment in self.browse(counting):
            decided = {
                FIELDS[name].column: self._column_value(name, said.value)
                for name, said in winners(counting[shipment.id]).items()
            }
            differing = {
                column: value
                for column, value in decided.items()
                if self._spell(column, shipment[column]) != self._spell(column, value)
            }
            if differing:
                yield shipment, differing

    def _state_differences(self):
        """Override: the stated fields follow from their statements."""
        return super()._state_differences() + [
            Difference(
                self._name,
                shipment.id,
                shipment.id,
                column,
                self._spell(column, shipment[column]),
                self._spell(column, value),
            )
            for shipment, differing in self._fields_to_correct()
            for column, value in differing.items()
        ]

    def _column_value(self, name, text):
        value = value_of(name, text)
        return naive(value) if isinstance(value, datetime) else value
