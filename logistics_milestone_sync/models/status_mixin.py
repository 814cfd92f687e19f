from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.reference import spellings
from .logistics_milestone import PHASES


class LogisticsStatusMixin(models.AbstractModel):
    """Where the goods of a document are, told to people who have no right on shipments.

    Nothing is stored: a carrier's message must not wait for somebody who edits the order. The
    fields are computed with elevated rights from the shipments of the companies that the user has
    chosen, and can be searched, sorted and grouped by.
    """

    _name = "logistics.status.mixin"
    _description = "Document that shows the status of its shipments"

    logistics_shipment_count = fields.Integer("Shipment Count", compute="_compute_logistics_status")
    logistics_status = fields.Char("Shipment Status", compute="_compute_logistics_status")
    logistics_phase = fields.Selection(
        PHASES,
        "Shipment Phase",
        compute="_compute_logistics_status",
        search="_search_logistics_phase",
        help="Of the shipment that is least advanced.",
    )
    logistics_eta = fields.Datetime("Estimated Arrival", compute="_compute_logistics_status")
    logistics_promised_at = fields.Datetime("Promised", compute="_compute_logistics_status")
    logistics_tracking_refs = fields.Char(
        "Carrier's Numbers",
        compute="_compute_logistics_status",
        search="_search_logistics_tracking_refs",
    )
    logistics_is_late = fields.Boolean(
        "Late Shipment", compute="_compute_logistics_status", search="_search_logistics_is_late"
    )
    logistics_has_exception = fields.Boolean(
        "Shipment Exception",
        compute="_compute_logistics_status",
        search="_search_logistics_has_exception",
    )
    logistics_is_silent = fields.Boolean(
        "Silent Shipment", compute="_compute_logistics_status", search="_search_logistics_is_silent"
    )

    @api.depends(
        "logistics_shipment_ids.status_id",
        "logistics_shipment_ids.phase",
        "logistics_shipment_ids.eta",
        "logistics_shipment_ids.promised_at",
        "logistics_shipment_ids.has_open_exception",
        "logistics_shipment_ids.reference_ids",
        "logistics_shipment_ids.next_expected_at",
    )
    @api.depends_context("allowed_company_ids")
    def _compute_logistics_status(self):
        chosen = self.env.companies
        everything = self.sudo().logistics_shipment_ids
        everything.mapped("tracking_refs")  # read at once, not order by order
        everything.status_id.mapped("name")
        for document in self:
            shipments = document.sudo().logistics_shipment_ids
            shipments = shipments.filtered(lambda shipment: shipment.company_id in chosen)
            etas = [eta for eta in shipments.mapped("eta") if eta]
            promised = [date for date in shipments.mapped("promised_at") if date]
            document.logistics_shipment_count = len(shipments)
            document.logistics_status = shipments._status_text()
            document.logistics_phase = shipments._least_phase()
            document.logistics_eta = max(etas, default=False)
            document.logistics_promised_at = min(promised, default=False)
            document.logistics_tracking_refs = ", ".join(
                refs for refs in shipments.mapped("tracking_refs") if refs
            )
            document.logistics_is_late = any(shipments.mapped("is_late"))
            document.logistics_has_exception = any(shipments.mapped("has_open_exception"))
            document.logistics_is_silent = any(shipments.mapped("is_silent"))

    def action_open_logistics_shipments(self):
        """Open the shipments of these documents."""
        return self.logistics_shipment_ids._action_open()

    # === Search and group === #

    def _search_logistics_is_late(self, operator, value):
        return self._logistics_flag("is_late", operator, value)

    def _search_logistics_has_exception(self, operator, value):
        return self._logistics_flag("has_open_exception", operator, value)

    def _search_logistics_is_silent(self, operator, value):
        return self._logistics_flag("is_silent", operator, value)

    def _search_logistics_tracking_refs(self, operator, value):
        if operator not in ("ilike", "in", "like", "=ilike", "=like"):
            return NotImplemented
        texts = value if operator == "in" else [value]
        alike = Domain.OR(
            Domain("normalised", "like", spelling)
            for text in texts
            for spelling in spellings(text or "")
        )
        return self._logistics_any(Domain("reference_ids", "any!", alike))

    def _search_logistics_phase(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "COALESCE(%s, '') IN %s",
                model._logistics_phase_sql(alias),
                tuple(phase or "" for phase in value) or (None,),
            )
        )

    def _logistics_flag(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        flagged = self._logistics_any(Domain(name, "=", True))
        wanted = set(value)
        if len(wanted) != 1:
            return Domain(bool(wanted))
        return flagged if wanted == {True} else ~flagged

    def _logistics_any(self, domain):
        # Past the rules of shipments: the document may be read, and this is all that it shows.
        chosen = Domain("company_id", "in", self.env.companies.ids)
        return Domain("logistics_shipment_ids", "any!", domain & chosen)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Override of the ORM to group by and to order by the phase, which is not stored."""
        if field_expr == "logistics_phase":
            return self._logistics_phase_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    def _logistics_phase_sql(self, alias):
        relation = self._fields["logistics_shipment_ids"]
        shipments = self.env["logistics.shipment"]
        columns = {
            name: shipments._field_to_sql("shipment", name)
            for name in ("phase", "active", "company_id")
        }
        return SQL(
            "(SELECT %(phase)s FROM %(relation)s AS link"
            "   JOIN logistics_shipment AS shipment ON shipment.id = %(shipment)s"
            "  WHERE %(document)s = %(id)s AND %(active)s AND %(company_id)s = ANY(%(companies)s)"
            "  ORDER BY array_position(%(phases)s, %(phase)s::text) LIMIT 1)",
            **columns,
            relation=SQL.identifier(relation.relation),
            shipment=SQL.identifier("link", relation.column2),
            document=SQL.identifier("link", relation.column1),
            id=SQL.identifier(alias, "id"),
            companies=self.env.companies.ids,
            phases=[phase for phase, _label in PHASES],
        )
