from odoo import fields, models
from odoo.fields import Domain


class LogisticsShipment(models.Model):
    """Documents of a shipment, and its proof of delivery as people look at it."""

    _inherit = "logistics.shipment"

    document_ids = fields.One2many("logistics.document", "shipment_id", "Documents")
    document_count = fields.Integer(compute="_compute_document_count")
    has_proof_document = fields.Boolean(
        compute="_compute_has_proof_document",
        search="_search_has_proof_document",
    )
    proof_html = fields.Html(
        "Proof", compute="_compute_proof_html", sanitize=False, compute_sudo=False
    )

    def _compute_document_count(self):
        counts = dict(
            self.env["logistics.document"]._read_group(
                [("shipment_id", "in", self.ids)], ["shipment_id"], ["__count"]
            )
        )
        for shipment in self:
            shipment.document_count = counts.get(shipment, 0)

    def _compute_has_proof_document(self):
        proven = self.env["logistics.document"].search(
            self._proof_documents() & Domain("shipment_id", "in", self.ids)
        )
        for shipment in self:
            shipment.has_proof_document = shipment in proven.shipment_id

    def _search_has_proof_document(self, operator, value):
        if operator != "in":
            return NotImplemented
        proven = Domain("document_ids", "any", self._proof_documents())
        wanted = set(value)
        if wanted == {True}:
            return proven
        return ~proven if wanted == {False} else Domain.TRUE

    def _proof_documents(self):
        return Domain("kind", "=", "proof_of_delivery") & Domain("verdict", "=", "accept")

    def _compute_proof_html(self):
        for shipment in self:
            shipment.proof_html = self.env["ir.qweb"]._render(
                "logistics_milestone_sync.shipment_proof",
                {
                    "shipment": shipment,
                    "proofs": shipment._proofs(),
                    "loose": shipment.document_ids.filtered(
                        lambda d: d.kind == "proof_of_delivery" and not d.event_ids
                    ),
                },
            )

    def _proofs(self):
        """Ledger rows that state a proof of delivery, those that count first, then the newest."""
        stated = self.event_ids.filtered(lambda event: event.milestone_code == "pod_received")
        return stated.sorted(lambda event: (event.verdict != "accept", -event.id))

    def action_add_document(self):
        """Open the dialog that takes a document from a person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Document"),
            "res_model": "logistics.document.upload",
            "view_mode": "form",
            "target": "new",
            "context": {"default_shipment_id": self.id},
        }

    def action_open_documents(self):
        """Open the documents of these shipments."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_milestone_sync.logistics_document_action"
        )
        return action | {"domain": [("shipment_id", "in", self.ids)], "context": {}}
