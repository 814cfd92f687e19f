import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.document import compare_hashes, media_type, sha256_of

DOCUMENT_KINDS = [
    ("proof_of_delivery", "Proof of delivery"),
    ("weight_certificate", "Weight certificate"),
    ("bill_of_lading", "Bill of lading"),
    ("customs", "Customs document"),
    ("label", "Label"),
    ("carrier_bill", "Carrier's bill"),
    ("photo", "Photo"),
    ("other", "Other"),
]


class LogisticsDocument(models.Model):
    """What a party issued about a shipment: a signed proof, a weight certificate, a bill.

    Documents come in by ``logistics.shipment._record_facts`` only. They are evidence: the same
    number with other content is a further revision, and a database trigger refuses changes of what
    a document says, for SQL and superusers too.
    """

    _name = "logistics.document"
    _description = "Shipment Document"
    _order = "shipment_id, kind, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", search="_search_name")
    shipment_id = fields.Many2one(
        "logistics.shipment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    consignment_id = fields.Many2one(
        "logistics.consignment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    package_id = fields.Many2one(
        "logistics.package", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="shipment_id.company_id", store=True, precompute=True, index=True
    )
    client_id = fields.Many2one(
        related="shipment_id.client_id", store=True, precompute=True, index="btree_not_null"
    )
    kind = fields.Selection(DOCUMENT_KINDS, required=True, readonly=True)
    system_id = fields.Many2one(
        "logistics.system",
        "Issued By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    number = fields.Char(readonly=True, index="btree_not_null", help="The issuer's own number.")
    issued_at = fields.Datetime("Issued", readonly=True)
    received_at = fields.Datetime("Received", required=True, readonly=True)
    source = fields.Char(readonly=True, help="The message it came with.")

    # === The file, and whether it is the one that was meant === #
    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    media_type = fields.Char(
        readonly=True, help="By the first bytes of the file; empty if it is not previewed."
    )
    size = fields.Integer("Bytes", readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True, help="Computed from the bytes that we have.")
    stated_sha256 = fields.Char("Stated SHA-256", readonly=True, help="As the issuer states it.")
    hash_check = fields.Selection(
        [
            ("agrees", "The file is the one that was meant"),
            ("differs", "The file is not the one that was meant"),
            ("unchecked", "Nothing to compare"),
        ],
        required=True,
        readonly=True,
    )
    url = fields.Char(
        "Address", readonly=True, help="Where the issuer keeps it. Opened by people only."
    )
    data = fields.Text(readonly=True, help="Header and lines as JSON, e.g. of a carrier's bill.")

    # === Whether it counts, and which revision stands === #
    verdict = fields.Selection(
        [("accept", "Counts"), ("advisory", "Advisory"), ("reject", "Refused")],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        "logistics.ownership.rule", "Decided By", readonly=True, ondelete="restrict"
    )
    superseded_by_id = fields.Many2one(
        "logistics.document", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    supersedes_ids = fields.One2many("logistics.document", "superseded_by_id", "Other Revisions")
    active = fields.Boolean(default=True, readonly=True)
    duplicate_count = fields.Integer("Repeated", readonly=True)
    event_ids = fields.One2many("logistics.milestone.event", "document_id", "Proves")
    document_key = fields.Char(required=True, readonly=True)
    content_hash = fields.Char(required=True, readonly=True)

    # Used by the recording: known documents, revisions of one document, evidence by hash.
    _revision_uniq = models.UniqueIndex(
        "(document_key, content_hash)", "This document is here already."
    )
    _kind_idx = models.Index("(shipment_id, kind) WHERE active")

    def init(self):
        """Make what a document says unchangeable; uninstalling drops table and trigger."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION logistics_document_guard() RETURNS trigger AS $$
                DECLARE
                    free text[] := ARRAY['active', 'superseded_by_id', 'duplicate_count',
                                         'client_id', 'company_id', 'write_uid', 'write_date'];
                BEGIN
                    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
                        RAISE EXCEPTION 'what a logistics_document says cannot be changed'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS evidence ON logistics_document;
                CREATE TRIGGER evidence BEFORE UPDATE ON logistics_document
                    FOR EACH ROW EXECUTE FUNCTION logistics_document_guard();
                """
            )
        )

    @api.depends("kind", "number", "file_name")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for document in self:
            known_as = document.number or document.file_name
            kind = kinds.get(document.kind, "")
            document.name = f"{kind} {known_as}" if known_as else kind

    def _search_name(self, operator, value):
        if operator != "ilike":
            return NotImplemented
        return ["|", ("number", operator, value), ("file_name", operator, value)]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        proven = self.env["logistics.milestone.event"].search_count(
            [("document_id", "in", self.ids)], limit=1
        )
        if proven:
            raise UserError(
                self.env._("A document that proves a milestone is evidence and cannot be deleted.")
            )

    @api.model
    def _keep(self, vals_list):
        """Create documents.

        :param list vals_list: values of the fields, with the bytes of the file as ``content``
        """
        kept = []
        for vals in vals_list:
            content = vals.pop("content")
            digest = sha256_of(content) if content else ""
            kept.append(
                vals
                | {
                    "file": base64.b64encode(content) if content else False,
                    "size": len(content),
                    "media_type": media_type(content) or False,
                    "sha256": digest or False,
                    "hash_check": compare_hashes(digest, vals["stated_sha256"] or ""),
                }
            )
        # Odoo would serve a page or drawing with scripts in it as what it is, for a superuser.
        return self.with_context(attachments_mime_plainxml=True).create(kept)

    @api.model
    def _set_standing(self, winners):
        """Let one revision of each document stand.

        :param dict winners: ``{id of a revision: id of the one that stands}``
        """
        self.flush_model(["active", "superseded_by_id"])
        self.env.cr.execute_values(
            "UPDATE logistics_document AS document"
            " SET active = document.id = stands.winner,"
            "     superseded_by_id = NULLIF(stands.winner, document.id)"
            " FROM (VALUES %s) AS stands(id, winner) WHERE document.id = stands.id",
            sorted(winners.items()),
        )
        documents = self.browse(winners)
        documents.invalidate_recordset(["active", "superseded_by_id", "supersedes_ids"])
        documents.modified(["active", "superseded_by_id"])

    def action_open_address(self):
        """Open the document where its issuer keeps it, in the browser of whoever asks."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}
