import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import fact
from ..core.clock import utc
from ..core.document import MAX_BYTES, DocumentFact, sha256_of
from ..core.fact import Evidence, MilestoneFact
from ..core.ownership import ACCEPT, judge
from ..core.reference import Reference
from ..models.logistics_document import DOCUMENT_KINDS


class LogisticsDocumentUpload(models.TransientModel):
    """The dialog by which a person hands in a document; it is stated in Odoo's own voice."""

    _name = "logistics.document.upload"
    _description = "Add a Document to a Shipment"

    shipment_id = fields.Many2one("logistics.shipment", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="shipment_id.company_id", store=True, precompute=True, index=True
    )
    kind = fields.Selection(DOCUMENT_KINDS, required=True, default="proof_of_delivery")
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    number = fields.Char(help="The issuer's own number. The same number again is a revision.")
    issued_at = fields.Datetime("Issued")
    signer = fields.Char("Signed By", help="Who signed for the goods, as written.")
    signed_at = fields.Datetime("Signed", default=fields.Datetime.now)
    owns_proof = fields.Boolean(compute="_compute_owns_proof")

    @api.depends("shipment_id")
    def _compute_owns_proof(self):
        self.owns_proof = False
        for upload in self.filtered("shipment_id"):
            company = upload.shipment_id.company_id
            rules = self.env["logistics.ownership.rule"]._rules_of(company)
            system_sudo = self.env["logistics.system"]._odoo_system(company)
            judgement = judge(rules, "pod_received", system_sudo.id, system_sudo.kind)
            upload.owns_proof = judgement.verdict == ACCEPT

    def action_add(self):
        """Record the document and, for a proof of delivery, that it was received."""
        self.ensure_one()
        self.check_access("write")
        self.shipment_id.check_access("write")
        content = base64.b64decode(self.file)
        if len(content) > MAX_BYTES:
            raise UserError(
                self.env._(
                    "The file is too large: at most %s MB are kept.", MAX_BYTES // 1024 // 1024
                )
            )
        # The right to change the shipment was checked; whether it counts decide the rules.
        outcomes = self.env["logistics.shipment"]._record_own(
            (self.shipment_id, stated) for stated in self._facts(content)
        )
        return self._tell(outcomes)

    def _facts(self, content):
        named = (Reference("shipment", self.shipment_id.name),)
        yield DocumentFact(
            named,
            self.kind,
            number=self.number or "",
            issued_at=utc(self.issued_at),
            file_name=self.file_name or "",
            content=content,
        )
        if self.kind == "proof_of_delivery":
            yield MilestoneFact(
                named,
                "pod_received",
                utc(self.signed_at or fields.Datetime.now()),
                utc_offset=0,
                evidence=Evidence(
                    signer=self.signer or "",
                    document_name=self.file_name or "",
                    sha256=sha256_of(content),
                ),
            )

    def _tell(self, outcomes):
        """Say what became of it, and what to do if it does not count."""
        statuses = [outcome.status for outcome in outcomes]
        kind, message = "success", self.env._("The document was added.")
        if statuses[0] == fact.DUPLICATE:
            kind, message = "info", self.env._("This very document is here already.")
        if set(statuses) & {fact.ADVISORY, fact.REJECTED}:
            kind = "warning"
            message = self.env._(
                "The document is kept and shown, but it does not count: another system owns this "
                "fact. Ask for the status to be overridden with an approval, or have a manager "
                "name Odoo as an owner under Configuration, Source of Truth."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "sticky": kind == "warning",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
