from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.logistics_milestone_sync.core.clock import naive

from .logistics_shipment import OWN_MILESTONES

# What is no news of the way.
_NOT_TOLD = (*OWN_MILESTONES, "created")
_SHOWN = ("image/png", "image/jpeg", "image/gif")


class AccountMove(models.Model):
    """The annex of an invoice: its shipments, what happened to them, and what each line is for."""

    _inherit = "account.move"

    def action_print_logistics_annex(self):
        """Print the annex of these invoices.

        :raises UserError: if none of their lines is for a shipment
        """
        self.check_access("read")
        with_annex = self.filtered(lambda move: move.line_ids.logistics_shipment_id)
        if not with_annex:
            raise UserError(self.env._("No line of this invoice is for a shipment."))
        return self.env.ref("logistics_billing_rules.action_report_annex").report_action(with_annex)

    def _logistics_prints_annex(self):
        """Whether the agreement wants the annex behind the invoice."""
        self.ensure_one()
        # Whoever reads the invoice reads its annex: what it says is for the customer.
        releases_sudo = self.sudo()._logistics_releases()
        return any(releases_sudo.agreement_id.rule_ids.mapped("annex"))

    def _logistics_annex(self):
        """What the annex says; its lines are all lines of the invoice, each once.

        :return: dict with ``shipments`` (list of dicts, in the order of the invoice), ``others``
            (lines that are for no shipment), ``zone`` (of all times)
        """
        self.check_access("read")
        # Whoever reads the invoice reads its annex: what it says is for the customer.
        move_sudo = self.sudo()
        lines_sudo = move_sudo.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        by_shipment = lines_sudo.grouped("logistics_shipment_id")
        others_sudo = by_shipment.pop(move_sudo.env["logistics.shipment"], lines_sudo.browse())
        zone = move_sudo.company_id.partner_id.tz or "UTC"
        shipments_sudo = move_sudo.env["logistics.shipment"].union(*by_shipment)
        folds = shipments_sudo._fold_many() if shipments_sudo else {}
        return {
            "zone": zone,
            "others": others_sudo,
            "shipments": [
                {
                    "shipment": shipment,
                    "lines": lines,
                    "subtotal": sum(lines.mapped("price_subtotal")),
                    **shipment._annex_story(folds[shipment.id].shipment, zone),
                }
                for shipment, lines in by_shipment.items()
            ],
        }


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _annex_story(self, state, zone):
        """What happened, for the customer.

        :param state: ``core.state.State``
        :param str zone: in which times are told
        :return: dict with ``steps`` (dicts with ``name``, ``at``, ``place``, ``who``, oldest first)
            and ``proof`` (dict with ``signer``, ``at``, ``document``, ``sha256``, ``image``; or
            nothing)
        """
        reached = {c: e for c, e in state.reached.items() if c not in _NOT_TOLD}
        rows = self.env["logistics.milestone.event"].browse(e.id for e in reached.values())
        events = {event.id: event for event in rows.exists()}
        catalogue = self.env["logistics.milestone"]._catalogue()
        milestones = self.env["logistics.milestone"]

        def told(event):
            return format_datetime(self.env, naive(event.occurred_at), tz=zone, dt_format="short")

        steps = [
            {
                "name": milestones.browse(catalogue[code][0]).name,
                "at": told(event),
                "place": events[event.id].location_label or events[event.id].location_city or "",
                "who": events[event.id].system_id.name,
            }
            for code, event in sorted(reached.items(), key=lambda item: item[1].occurred_at)
            if event.id in events
        ]
        return {"steps": steps, "proof": self._annex_proof(reached.get("pod_received"), told)}

    def _annex_proof(self, event, told):
        if not event:
            return None
        proof = event.evidence
        document = self.env["logistics.milestone.event"].browse(event.id).document_id
        document = document or self._annex_proof_documents()[:1]
        return {
            "signer": (proof and proof.signer) or "",
            "at": told(event),
            "document": document.name or "",
            "sha256": document.sha256 or (proof and proof.sha256) or "",
            "image": document.media_type in _SHOWN and document.file,
        }

    def _annex_proof_documents(self):
        """Proofs that came by themselves, the newest first."""
        return self.document_ids.filtered(
            lambda document: document.kind == "proof_of_delivery" and document.verdict == "accept"
        ).sorted("id", reverse=True)
