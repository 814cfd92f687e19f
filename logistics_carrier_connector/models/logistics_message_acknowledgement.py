import base64
from collections import defaultdict

from odoo import api, fields, models

from ..core.codecs import answer

OUT, IN = "out", "in"
_TEXT_CHARACTERS = 20_000


class LogisticsMessageAcknowledgement(models.Model):
    """What is answered to an EDI interchange: ours to a partner, or a partner's to us.

    Ours is made in the transaction that decides about its message, once per interchange, and waits
    until the partner takes it. Theirs is read from a message of their own, matched by its
    control number with what we sent, and never states anything about a shipment.
    """

    _name = "logistics.message.acknowledgement"
    _description = "Acknowledgement"
    _inherit = ["logistics.stateful.mixin"]
    _order = "id desc"
    _transitions = {
        "waiting": ("sent", "withdrawn"),
        "withdrawn": ("waiting",),
        "open": ("settled",),
    }

    direction = fields.Selection([(OUT, "From Us"), (IN, "To Us")], required=True, readonly=True)
    message_id = fields.Many2one(
        "logistics.message",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="From us: the message that is answered. To us: the message that brought it.",
    )
    position = fields.Integer(required=True, readonly=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id")
    public_id = fields.Char("Id", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("997", "X12 997"),
            ("999", "X12 999"),
            ("ta1", "X12 TA1"),
            ("contrl", "EDIFACT CONTRL"),
        ],
        required=True,
        readonly=True,
    )
    verdict = fields.Selection(
        [
            (answer.ACCEPTED, "Accepted"),
            (answer.WITH_ERRORS, "With Errors"),
            (answer.REJECTED, "Rejected"),
        ],
        "Says",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("withdrawn", "Withdrawn"),
            ("noted", "Noted"),
            ("open", "To Look At"),
            ("settled", "Settled"),
        ],
        "Status",
        required=True,
        readonly=True,
    )
    about = fields.Char(
        "Control Number Answered",
        readonly=True,
        help="Of the interchange, or the group, that is answered.",
    )
    control_number = fields.Char(
        "Our Control Number",
        readonly=True,
        help="Of the interchange that the acknowledgement is.",
    )
    partner = fields.Char(readonly=True, help="The other side, as its interchanges name it.")
    content = fields.Binary("File", attachment=False, readonly=True)
    content_text = fields.Text("Content", compute="_compute_content_text")
    file_name = fields.Char(compute="_compute_file_name")
    detail = fields.Text(readonly=True)
    answered_id = fields.Many2one(
        "logistics.message.acknowledgement",
        "About",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What we sent that it is about, as far as it is known here.",
    )
    due_at = fields.Datetime("To Be Taken Until", readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    sent_how = fields.Selection(
        [("fetched", "Fetched over HTTP"), ("file", "Written as File"), ("hand", "By Hand")],
        readonly=True,
    )
    outdated = fields.Boolean(
        "Changed Since",
        readonly=True,
        help="The message was processed again after the answer was sent, with another result.",
    )
    told_overdue = fields.Boolean(readonly=True)
    settled_by_id = fields.Many2one("res.users", readonly=True)

    # Used by _acknowledge: one answer per interchange, however often its message is processed.
    _once = models.UniqueIndex(
        "(message_id, direction, position)", "This interchange has its answer already."
    )
    _public_id_uniq = models.UniqueIndex("(public_id)", "This id exists already.")
    # Used by whoever fetches, and to match what partners answer.
    _waiting_idx = models.Index("(connection_id, id) WHERE state = 'waiting'")
    _number_idx = models.Index("(connection_id, control_number) WHERE direction = 'out'")

    @api.depends("kind", "control_number", "about")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for each in self:
            number = each.control_number if each.direction == OUT else each.about
            each.display_name = f"{kinds.get(each.kind, '')} {number or ''}".strip()

    @api.depends("content")
    def _compute_content_text(self):
        for each in self:
            raw = each._raw()
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                text = raw.decode("iso-8859-1")
            each.content_text = text[:_TEXT_CHARACTERS].replace("\x00", "␀") or each.detail

    @api.depends("kind", "control_number", "public_id")
    def _compute_file_name(self):
        for each in self:
            # Never twice the same.
            each.file_name = f"{each.kind}-{each.control_number}-{each.public_id[-8:]}.edi"

    def _raw(self):
        """The bytes that the partner gets."""
        return base64.b64decode(self.with_context(bin_size=False).content or b"")

    # === Delivery === #

    def _mark_sent(self, how):
        """Note that the partner has these. What was sent before stays as it was.

        :param str how: a value of ``sent_how``
        """
        waiting = self.filtered(lambda each: each.state == "waiting")
        waiting._move_to("sent", sent_at=fields.Datetime.now(), sent_how=how)

    def _to_document(self):
        """This answer as the partner sees it, JSON-ready; the content comes apart."""
        return {
            "id": self.public_id,
            "kind": self.kind,
            "verdict": self.verdict,
            "control_number": self.control_number,
            "answers": self.about,
            "message": self.message_id.public_id,
            "state": self.state,
            "name": self.file_name,
        }

    def action_mark_sent(self):
        """The partner got it in another way: by mail, or by hand."""
        acknowledgements_sudo = self._as_admin()
        acknowledgements_sudo._mark_sent("hand")

    def action_settle(self):
        """Somebody has seen to what the partner rejected."""
        acknowledgements_sudo = self._as_admin()
        acknowledgements_sudo._move_to("settled", settled_by_id=self.env.uid)

    def _as_admin(self):
        """These, elevated: nobody has the right to write them, and administrators may say what
        became of those that they may see."""
        # The group and the right to see them are checked there.
        self.message_id._as_admin()
        self.check_access("read")
        return self.sudo()

    # === Overdue === #

    @api.model
    def _tell_overdue(self):
        """One activity per connection says that answers of ours were not taken in time; each is
        told of once."""
        late = self.search(
            [
                ("state", "=", "waiting"),
                ("due_at", "<", fields.Datetime.now()),
                ("told_overdue", "=", False),
            ],
            order="id",
            limit=10_000,
        )
        by_connection = defaultdict(self.browse)
        for each in late:
            by_connection[each.connection_id] |= each
        for connection, mine in by_connection.items():
            connection._tell_about_acknowledgements(
                self.env._(
                    "%(count)s acknowledgements were not taken within %(hours)s hours. The sender "
                    "may believe that his messages did not arrive.",
                    count=len(mine),
                    hours=connection.ack_hours,
                )
            )
        late.told_overdue = True


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    acknowledgement_ids = fields.One2many(
        "logistics.message.acknowledgement", "message_id", "Acknowledgements", readonly=True
    )

    @api.model
    def _tell_overdue(self):
        """Override: and of answers that nobody took."""
        super()._tell_overdue()
        self.env["logistics.message.acknowledgement"]._tell_overdue()
