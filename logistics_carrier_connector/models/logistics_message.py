from odoo import api, fields, models

# What became of a message. "received" is the only state that a lane worker looks at.
STATES = [
    ("received", "Waiting"),
    ("processed", "Processed"),
    ("ignored", "Nothing to Record"),
    ("tested", "Test Only"),
    ("parked", "Waiting for Its Shipment"),
    ("deferred", "Waiting for Its Batch"),
    ("held", "On Hold"),
    ("dead", "Dead Letter"),
    ("conflict", "Conflict"),
    ("dismissed", "Dismissed"),
]
ERROR_CLASSES = [
    ("transient", "Temporary"),
    ("permanent", "Unreadable or against the contract"),
    ("configuration", "Our configuration"),
    ("business", "Unknown to us"),
    ("poison", "Broke the processing"),
]


class LogisticsMessage(models.Model):
    """One raw message, exactly as it came, and what became of it.

    The bytes are evidence and never change. Rows are inserted by ``_accept`` and processed by the
    lane workers; people only retry and dismiss.
    """

    _name = "logistics.message"
    _description = "Message"
    _inherit = ["logistics.stateful.mixin"]
    _order = "id desc"
    _rec_name = "public_id"
    _log_access = False
    _transitions = {
        "processed": ("received",),
        "received": ("processed", "ignored", "tested", "parked", "deferred", "held", "dead"),
        "held": ("received", "dismissed"),
        "dead": ("received", "dismissed"),
        "conflict": ("received", "dismissed"),
        "parked": ("processed", "deferred", "received", "dismissed"),
        "deferred": ("processed", "parked", "received", "dismissed"),
        "ignored": ("received",),
        "tested": ("received",),
    }

    public_id = fields.Char("Id", required=True, readonly=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, ondelete="restrict"
    )
    # Not stored: a sender waits for every column and every foreign key of the row.
    system_id = fields.Many2one(related="connection_id.system_id")
    company_id = fields.Many2one(related="connection_id.company_id")
    client_id = fields.Many2one(related="connection_id.client_id")
    lane = fields.Selection(related="connection_id.lane")
    message_key = fields.Char(
        required=True,
        readonly=True,
        help="Equal keys on one connection are the same message.",
    )
    conflict_of_id = fields.Many2one(
        "logistics.message",
        "Contradicts",
        readonly=True,
        index="btree_not_null",
        help="The message that came first under this id, with other content.",
    )
    duplicate_ids = fields.One2many("logistics.message.duplicate", "message_id", "Repeated")
    duplicate_count = fields.Integer("Times Repeated", compute="_compute_duplicate_count")

    # === What came === #
    received_at = fields.Datetime("Received", required=True, readonly=True)
    # Raw bytes, not the base64 text that the web client expects: read by ``_raw_bodies`` only.
    body = fields.Binary(attachment=False, readonly=True, groups=fields.NO_ACCESS)
    size = fields.Integer("Bytes", readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True)
    content_type = fields.Char(readonly=True)
    headers = fields.Json("Kept Headers", readonly=True)
    remote_addr = fields.Char("Sent From", readonly=True)

    receipt = fields.Json(
        readonly=True, help="What its sender was told of the items that were not simply accepted."
    )

    # === What became of it === #
    state = fields.Selection(STATES, required=True, readonly=True)
    error_class = fields.Selection(ERROR_CLASSES, "Kind of Problem", readonly=True)
    error_message = fields.Text("What Is Wrong", readonly=True)
    unmapped = fields.Json(readonly=True)
    problem_count = fields.Integer("Refused Items", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    processed_at = fields.Datetime("Processed", readonly=True)
    mapping_version_id = fields.Many2one(
        "logistics.mapping.version", "Read With", readonly=True, ondelete="restrict"
    )
    contract_version_id = fields.Many2one(
        "logistics.contract.version", "Checked Against", readonly=True, ondelete="restrict"
    )
    format_id = fields.Char("Sender's Number", readonly=True, index="btree_not_null")
    outcomes = fields.Json(readonly=True)
    fact_count = fields.Integer("Facts", readonly=True)
    shipment_ids = fields.Many2many(
        "logistics.shipment", compute="_compute_shipment_ids", string="Shipments"
    )
    dismissed_by_id = fields.Many2one("res.users", readonly=True)
    dismiss_reason = fields.Char("Why Dismissed", readonly=True)

    _public_id_uniq = models.UniqueIndex("(public_id)", "This message id exists already.")
    # Used by _accept: the arbiter of "is it the same message?".
    _key_uniq = models.UniqueIndex(
        "(connection_id, message_key) WHERE conflict_of_id IS NULL",
        "This message was stored already.",
    )
    _conflict_uniq = models.UniqueIndex(
        "(connection_id, message_key, sha256) WHERE conflict_of_id IS NOT NULL",
        "This conflict was stored already.",
    )
    # Few indexes on purpose: each one is paid for by every sender who waits for his answer.
    _connection_idx = models.Index("(connection_id, id)")
    _received_idx = models.Index("USING brin (received_at)")
    # Used by the lane workers; tiny, because most messages are done.
    _due_idx = models.Index("(connection_id, id) WHERE state = 'received'")
    # Used by the screens of things to look at.
    _attention_idx = models.Index(
        "(state, id) WHERE state IN ('parked', 'deferred', 'held', 'dead', 'conflict')"
    )

    @api.depends("duplicate_ids")
    def _compute_duplicate_count(self):
        counts = dict(
            self.env["logistics.message.duplicate"]._read_group(
                [("message_id", "in", self.ids)], ["message_id"], ["__count"]
            )
        )
        for message in self:
            message.duplicate_count = counts.get(message, 0)

    @api.depends("outcomes")
    def _compute_shipment_ids(self):
        for message in self:
            ids = {item.get("shipment_id") for item in message.outcomes or []} - {None}
            message.shipment_ids = self.env["logistics.shipment"].browse(sorted(ids)).exists()

    def _fates_recorded(self):
        """Hook: the fate of these messages was decided, in this very transaction."""

    def _raw_bodies(self):
        """``{id: bytes}`` exactly as received. The caller has checked the rights."""
        self.env.cr.execute(
            "SELECT id, body FROM logistics_message WHERE id = ANY(%s)", [list(self.ids)]
        )
        return {row[0]: bytes(row[1] or b"") for row in self.env.cr.fetchall()}


class LogisticsMessageDuplicate(models.Model):
    """One more arrival of a message that is stored already. Counted apart from the message, so
    that a sender who repeats himself never waits for the worker who is busy with it."""

    _name = "logistics.message.duplicate"
    _description = "Repeated Message"
    _order = "id desc"
    _log_access = False

    message_id = fields.Many2one(
        "logistics.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    received_at = fields.Datetime("Received", required=True, readonly=True)
