from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core import change, fact
from ..core.change import Change
from ..core.fact import Outcome

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


class LogisticsCharge(models.Model):
    """What a shipment costs us (buy) or our customer (sell).

    A changed amount is a new row that supersedes the old one; amounts are never edited.
    """

    _name = "logistics.charge"
    _description = "Shipment Charge"
    _order = "shipment_id, side, charge_type, id"
    _inherit = ["logistics.governed.mixin"]
    _check_company_auto = True
    _governed_fields = (
        "active",
        "superseded_by_id",
        "source_kind",
        "system_id",
        "source",
        "explanation",
    )

    name = fields.Char("Description", required=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(
        related="shipment_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="shipment_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    side = fields.Selection([("buy", "Cost"), ("sell", "Revenue")], required=True)
    charge_type = fields.Selection(CHARGE_TYPES, required=True)
    charge_key = fields.Char(required=True, help="The same key again is a revision.")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    uom_id = fields.Many2one("uom.uom", "Unit")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    source_kind = fields.Selection(
        [
            ("contract", "Contract"),
            ("quote", "Quote"),
            ("carrier", "Stated by a system"),
            ("manual", "By hand"),
        ],
        required=True,
        default="manual",
    )
    system_id = fields.Many2one("logistics.system", "Stated By", ondelete="restrict")
    source = fields.Char(readonly=True)
    explanation = fields.Char(readonly=True, help="How the amount came about.")
    superseded_by_id = fields.Many2one(
        "logistics.charge", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    active = fields.Boolean(default=True, readonly=True)

    _live_key_uniq = models.UniqueIndex(
        "(shipment_id, side, charge_key) WHERE active",
        "The shipment has a charge with this key already: it must supersede the old one.",
    )

    @api.model
    def _state(self, system, stated):
        """Record charges that a system states; a known key with another amount is a revision.

        :param list stated: of ``(index, core.reference.Target, core.fact.ChargeFact, Statement)``
        :return: list of ``(index, Outcome, Change or None)``
        """
        results = []
        for index, target, charge, statement in stated:
            live = self._live(target.shipment_id, charge.side, charge.charge_key)
            currency = self.env["res.currency"].search([("name", "=", charge.currency)])
            if not currency:
                refusal = f"currency {charge.currency!r} is unknown or not active"
                results.append(
                    (index, Outcome(fact.REJECTED, target.shipment_id, explanation=refusal), None)
                )
                continue
            if live and live._says_the_same(charge, currency):
                results.append((index, Outcome(fact.DUPLICATE, target.shipment_id), None))
                continue
            new = live._supersede(self._vals_from(system, target, charge, statement, currency))
            results.append(
                (
                    index,
                    Outcome(fact.RECORDED, target.shipment_id),
                    Change(change.CHARGE, target.shipment_id, charge_id=new.id, detail=new.name),
                )
            )
        return results

    @api.model
    def _live(self, shipment_id, side, key):
        return self.search(
            [("shipment_id", "=", shipment_id), ("side", "=", side), ("charge_key", "=", key)]
        )

    def _says_the_same(self, charge, currency):
        return (
            self.currency_id == currency
            and currency.compare_amounts(self.amount, float(charge.amount)) == 0
            and self.charge_type == charge.charge_type
        )

    def _supersede(self, vals):
        """Put a new charge in the place of this one (or of nothing, on an empty recordset)."""
        self.write({"active": False})
        self.flush_recordset(["active"])
        new = self.create(vals)
        self.write({"superseded_by_id": new.id})
        return new

    def _vals_from(self, system, target, charge, statement, currency):
        types = dict(CHARGE_TYPES)
        return {
            "name": charge.description or types.get(charge.charge_type, charge.charge_type),
            "shipment_id": target.shipment_id,
            "side": charge.side,
            "charge_type": charge.charge_type if charge.charge_type in types else "other",
            "charge_key": charge.charge_key,
            "quantity": float(charge.quantity),
            "amount": float(charge.amount),
            "currency_id": currency.id,
            "source_kind": "carrier",
            "system_id": system.id,
            "source": statement.source,
            **self.env["logistics.unit.alias"]._charge_vals(system, charge.unit),
        }

    def write(self, vals):
        if not self.env.su and self.filtered(lambda charge: charge.source_kind != "manual"):
            raise AccessError(
                self.env._("Only a charge entered by hand can be edited. Enter a revision instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_by_hand(self):
        if self.filtered(lambda charge: charge.source_kind != "manual" or not charge.active):
            raise UserError(
                self.env._(
                    "Only a charge entered by hand can be deleted. Enter a revision instead."
                )
            )
