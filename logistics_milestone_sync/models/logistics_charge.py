import secrets

from odoo import api, fields, models

from ..core import change
from ..core.change import Change
from ..core.charge import standing
from .ownership_cell_mixin import CHARGE_SIDES, CHARGE_TYPES
from .recording_charges import ChargeWriter


class LogisticsCharge(models.Model):
    """What a shipment costs us (buy) or our customer (sell).

    A changed amount is a new row; amounts are never edited. Of the revisions of one key at most one
    is *live* (``active``), and only live charges count: its speaker owns the charge, nothing newer
    was stated, and revenue entered by hand was approved.
    """

    _name = "logistics.charge"
    _description = "Shipment Charge"
    _order = "shipment_id, side, charge_type, id"
    _inherit = [
        "logistics.governed.mixin",
        "logistics.approvable.mixin",
        "logistics.source.mixin",
    ]
    _check_company_auto = True
    _governed_fields = (
        "active",
        "superseded_by_id",
        "confirms_id",
        "source_kind",
        "system_id",
        "source",
        "explanation",
        "verdict",
        "rule_id",
        "stated_at",
        "received_at",
        "duplicate_count",
        "issue",
        "decision",
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
    side = fields.Selection(CHARGE_SIDES, required=True)
    charge_type = fields.Selection(CHARGE_TYPES, required=True)
    charge_key = fields.Char(
        required=True,
        default=lambda self: f"manual-{secrets.token_hex(4)}",
        help="The same key again is a revision.",
    )
    quantity = fields.Float(digits="Product Unit", default=1.0)
    uom_id = fields.Many2one("uom.uom", "Unit")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
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
    system_id = fields.Many2one(
        "logistics.system", "Stated By", index="btree_not_null", ondelete="restrict"
    )
    source = fields.Char(readonly=True)
    explanation = fields.Char(readonly=True, help="How the amount came about.")
    reason = fields.Char("Why", help="Why it is entered by hand; the approver reads it.")
    stated_at = fields.Datetime("Stated", readonly=True, help="When the source recorded it.")
    received_at = fields.Datetime(
        "Heard", required=True, readonly=True, default=fields.Datetime.now
    )
    duplicate_count = fields.Integer("Repeated", readonly=True)
    issue = fields.Char(
        "Look At", readonly=True, help="What is odd about the amount. It is kept as stated."
    )

    # === Whether it counts === #
    verdict = fields.Selection(
        [("accept", "Counts"), ("advisory", "Advisory"), ("reject", "Refused")],
        required=True,
        readonly=True,
        default="accept",
    )
    rule_id = fields.Many2one(
        "logistics.ownership.rule",
        "Decided By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    decision = fields.Selection(
        [("pending", "Waiting for approval"), ("approved", "Approved"), ("rejected", "Rejected")],
        readonly=True,
        copy=False,
        help="Of revenue entered by hand.",
    )
    superseded_by_id = fields.Many2one(
        "logistics.charge", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    confirms_id = fields.Many2one(
        "logistics.charge",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="It only repeats this earlier statement.",
    )
    # What people enter goes live by ``_enter`` only.
    active = fields.Boolean("Live", default=lambda self: self.env.su, readonly=True)
    standing = fields.Selection(
        [
            ("live", "Live"),
            ("waiting", "Waiting for approval"),
            ("superseded", "Superseded"),
            ("confirmation", "Confirmation"),
            ("advisory", "Advisory"),
            ("refused", "Refused"),
        ],
        compute="_compute_standing",
        store=True,
        help="Only live charges count. Advisory ones are shown, and nothing is billed for them.",
    )
    revision_ids = fields.Many2many(
        "logistics.charge",
        compute="_compute_revision_ids",
        context={"active_test": False},
        string="Revisions",
    )

    _live_key_uniq = models.UniqueIndex(
        "(shipment_id, side, charge_key, COALESCE(system_id, 0)) WHERE active",
        "The shipment has a charge with this key already: it must supersede the old one.",
    )
    # The writer looks up what a system said before, live or not.
    _key_idx = models.Index("(shipment_id, side, charge_key)")

    @api.depends("active", "verdict", "decision", "confirms_id")
    def _compute_standing(self):
        for charge in self:
            charge.standing = standing(
                charge.active, charge.verdict, charge.decision or "", bool(charge.confirms_id)
            )

    def _compute_revision_ids(self):
        everything = self.with_context(active_test=False).search(
            [("shipment_id", "in", self.shipment_id.ids)], order="id"
        )
        chains = everything.grouped(lambda charge: charge._chain_key())
        for charge in self:
            charge.revision_ids = chains.get(charge._chain_key(), charge)

    def _chain_key(self):
        return (self.shipment_id.id, self.side, self.charge_key, self.system_id.id)

    @api.model
    def _state(self, system, stated):
        """Record charges that a system states; a known key with another amount is a revision.

        The number of queries does not depend on the number of charges.

        :param list stated: of ``(index, core.reference.Target, core.fact.ChargeFact, Statement)``
        :return: list of ``(index, Outcome, Change)``
        """
        return ChargeWriter(self.env, system, stated).store()

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

    def _tell_changed(self):
        """Tell the hook that these charges are new, approved or replaced."""
        self.shipment_id._facts_recorded(
            [
                Change(
                    change.CHARGE, charge.shipment_id.id, charge_id=charge.id, detail=charge.name
                )
                for charge in self
            ]
        )
