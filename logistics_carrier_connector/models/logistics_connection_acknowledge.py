from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..core.acknowledgement import KINDS

_ACTIVITY = "logistics_carrier_connector.mail_activity_acknowledgement"


class LogisticsConnection(models.Model):
    """What an EDI connection answers, under which numbers."""

    _inherit = "logistics.connection"

    mapping_format = fields.Selection(related="mapping_id.format")
    ack_kind = fields.Selection(
        [("997", "X12 997"), ("999", "X12 999"), ("contrl", "EDIFACT CONTRL")],
        "Acknowledge With",
        tracking=True,
        help="What the sender gets for each interchange. An interchange acknowledgement (TA1) is "
        "added where the sender asks for it, or where the envelope itself is broken.",
    )
    ack_when = fields.Selection(
        [
            ("always", "Always"),
            ("problems", "Only What Is Not Accepted"),
            ("requested", "When the Sender Asks for It"),
        ],
        "Acknowledge",
        required=True,
        default="always",
        tracking=True,
        help="Senders ask in ISA14 (X12) or in data element 0031 of UNB (EDIFACT).",
    )
    ack_hours = fields.Integer(
        "To Be Taken Within (hours)",
        required=True,
        default=24,
        tracking=True,
        help="Acknowledgements that nobody took by then are told to the responsible.",
    )
    ack_sequence_id = fields.Many2one(
        "ir.sequence",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )
    ack_next_number = fields.Integer(
        "Next Control Number",
        compute="_compute_ack_next_number",
        inverse="_inverse_ack_next_number",
        help="Of our next acknowledgement. Set it when you take over from another system, so that "
        "the partner does not see a number twice.",
    )
    ack_waiting_count = fields.Integer("Acknowledgements Waiting", compute="_compute_ack_counts")
    ack_open_count = fields.Integer("Rejected by Partner", compute="_compute_ack_counts")

    _ack_hours_sensible = models.Constraint(
        "CHECK(ack_hours BETWEEN 1 AND 8760)",
        "Acknowledgements are taken within an hour to a year.",
    )

    @api.depends("ack_sequence_id")
    def _compute_ack_next_number(self):
        for connection in self:
            # A number of the connection's own, kept where Odoo keeps such numbers.
            sequence_sudo = connection.sudo().ack_sequence_id
            connection.ack_next_number = sequence_sudo.number_next_actual or 1

    def _inverse_ack_next_number(self):
        for connection in self:
            if connection.ack_next_number < 1:
                raise ValidationError(self.env._("Control numbers begin with 1."))
            connection._ensure_ack_sequence()
            # Whoever may write the connection may set its next number.
            connection.sudo().ack_sequence_id.number_next_actual = connection.ack_next_number

    def _compute_ack_counts(self):
        counts = {
            (connection, state): count
            for connection, state, count in self.env[
                "logistics.message.acknowledgement"
            ]._read_group(
                [("connection_id", "in", self.ids), ("state", "in", ("waiting", "open"))],
                ["connection_id", "state"],
                ["__count"],
            )
        }
        for connection in self:
            connection.ack_waiting_count = counts.get((connection, "waiting"), 0)
            connection.ack_open_count = counts.get((connection, "open"), 0)

    @api.constrains("ack_kind", "mapping_id")
    def _check_ack_kind(self):
        for connection in self.filtered("ack_kind"):
            if KINDS[connection.ack_kind] != connection.mapping_id.format:
                raise ValidationError(
                    self.env._(
                        "%(profile)s does not read what is acknowledged with %(kind)s. Choose the "
                        "acknowledgement of its format, or none.",
                        profile=connection.mapping_id.name,
                        kind=dict(self._fields["ack_kind"].selection)[connection.ack_kind],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        connections = super().create(vals_list)
        connections.filtered("ack_kind")._ensure_ack_sequence()
        return connections

    def write(self, vals):
        result = super().write(vals)
        if vals.get("ack_kind"):
            self._ensure_ack_sequence()
        return result

    def unlink(self):
        # Their numbers go with them.
        sequences_sudo = self.sudo().ack_sequence_id
        result = super().unlink()
        sequences_sudo.unlink()
        return result

    def _watched_fields(self):
        """Override: what is answered is part of what was agreed."""
        return super()._watched_fields() | {"ack_kind", "ack_when"}

    def _ensure_ack_sequence(self):
        # Only its connection uses it; nobody else chooses its numbers.
        for connection_sudo in self.sudo().filtered(lambda each: not each.ack_sequence_id):
            connection_sudo.ack_sequence_id = (
                self.env["ir.sequence"]
                .sudo()
                .create(
                    {
                        "name": f"Acknowledgements of {connection_sudo.name}",
                        "company_id": connection_sudo.company_id.id,
                    }
                )
            )

    def _next_control_numbers(self, count):
        """The next control numbers of this connection.

        Taken without a lock, so workers never wait for each other; numbers of a transaction that
        is rolled back are left out.

        :return: list of int, ascending
        """
        self._ensure_ack_sequence()
        # The numbers are the connection's own, whoever processes its messages.
        sequence_sudo = self.sudo().ack_sequence_id
        name = f"ir_sequence_{sequence_sudo.id:03d}"
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        return [row[0] for row in rows]

    def _waiting_acknowledgements(self, limit=100):
        """What waits to be taken by the partner of this connection, oldest first.

        Whoever has delivered one tells its ``_mark_sent``. Until then it is handed out again,
        under the same name.

        :return: list of ``(logistics.message.acknowledgement, file name, bytes)``
        """
        self.ensure_one()
        waiting = self.env["logistics.message.acknowledgement"].search(
            [("connection_id", "=", self.id), ("state", "=", "waiting")], order="id", limit=limit
        )
        return [(each, each.file_name, each._raw()) for each in waiting]

    def _tell_about_acknowledgements(self, note):
        """One open activity per person; what is told later adds no second one."""
        kind = self.env.ref(_ACTIVITY)
        told = self.activity_ids.filtered(lambda each: each.activity_type_id == kind).user_id
        for user in self._people() - told:
            self.activity_schedule(_ACTIVITY, user_id=user.id, note=note)

    def action_open_acknowledgements(self):
        """Open what this connection answered, and was answered."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_message_acknowledgement_action"
        )
        return action | {"domain": [("connection_id", "=", self.id)], "context": {}}
