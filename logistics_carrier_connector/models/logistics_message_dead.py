from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.named import spellings, words

# What waits for a person; the money behind it is not invoiced.
OPEN = ("dead", "conflict", "held")
_ACTIVITY = "logistics_carrier_connector.mail_activity_dead_letter"
_BATCH = 200


class LogisticsMessage(models.Model):
    """Dead letters are work: whose it is, how old it is, how much money waits, what to do next."""

    _inherit = "logistics.message"

    owner_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who sees to it. The responsible of the connection, until somebody takes it.",
    )
    money_at_risk = fields.Monetary(
        "Money at Risk",
        readonly=True,
        help="What cannot be invoiced yet for the shipments that the message names, in the "
        "company's currency. Refreshed every few minutes.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    weighed_at = fields.Datetime("Money Refreshed", readonly=True)
    told_overdue = fields.Boolean(readonly=True)
    age_hours = fields.Float("Age (hours)", compute="_compute_age_hours", digits=(16, 1))
    next_action = fields.Char("What to Do", compute="_compute_next_action")

    @api.depends("received_at")
    def _compute_age_hours(self):
        now = fields.Datetime.now()
        for message in self:
            waited = now - message.received_at if message.received_at else timedelta(0)
            message.age_hours = waited.total_seconds() / 3600

    @api.depends("state", "error_class")
    def _compute_next_action(self):
        by_class = {
            "transient": self.env._("Try again; it failed for a reason that may be over."),
            "configuration": self.env._("Complete the profile; it goes on by itself then."),
            "poison": self.env._("Report it with the server log; then try again or dismiss."),
        }
        correct = self.env._("Ask the sender to correct and resend it; then dismiss this one.")
        for message in self:
            if message.state == "conflict":
                message.next_action = self.env._(
                    "Ask the sender which one is right; try again to use this one as well."
                )
            elif message.state in OPEN:
                message.next_action = by_class.get(message.error_class, correct)
            else:
                message.next_action = False

    def action_assign_to_me(self):
        """Take these messages."""
        self._assign(self.env.user)

    def _assign(self, user):
        """Make somebody the owner of these messages.

        :raises UserError: if he cannot see one of them
        """
        messages_sudo = self._as_admin()
        if not self.with_user(user)._filtered_access("read") >= self:
            raise UserError(
                self.env._("%s may not see these messages. Choose somebody else.", user.name)
            )
        messages_sudo.owner_id = user

    # === Weighing === #

    @api.model
    def _cron_weigh(self):
        """Look how much money waits behind what nobody has settled, and tell of what is overdue."""
        cron = self.env["ir.cron"]
        stale = fields.Datetime.now() - timedelta(minutes=30)
        due = [
            ("state", "in", OPEN),
            "|",
            ("weighed_at", "=", False),
            ("weighed_at", "<", stale),
        ]
        while messages := self.search(due, order="id", limit=_BATCH).try_lock_for_update():
            messages._weigh()
            if not cron._commit_progress(len(messages), remaining=self.search_count(due)):
                return
        self._tell_overdue()
        cron._commit_progress(remaining=0)

    def _weigh(self):
        """Note the money at risk behind these messages, and give those an owner that have none."""
        named = self._named_shipments()
        shipment_ids = sorted({each for ids in named.values() for each in ids})
        amounts = self.env["logistics.shipment"].browse(shipment_ids)._amounts_at_stake()
        now = fields.Datetime.now()
        for message in self:
            message.write(
                {
                    "money_at_risk": sum(amounts.get(each, 0.0) for each in named[message.id]),
                    "weighed_at": now,
                    "owner_id": message.owner_id.id or message.connection_id.user_id.id,
                }
            )

    def _named_shipments(self):
        """``{message id: ids of shipments}`` that these messages name, read or unreadable."""
        found = {
            message.id: {item["shipment_id"] for item in message.outcomes or [] if _placed(item)}
            for message in self
        }
        company_of = {message.id: message.company_id.id for message in self}
        spelled = {
            message_id: spellings(words(raw)) for message_id, raw in self._contents().items()
        }
        wanted = sorted(set().union(*spelled.values()))
        self.env["logistics.reference"].flush_model(["normalised", "shipment_id", "company_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT company_id, normalised, shipment_id FROM logistics_reference"
                " WHERE normalised = ANY(%s) AND company_id = ANY(%s)",
                wanted,
                sorted(set(company_of.values())),
            )
        )
        by_word = defaultdict(set)
        for company_id, word, shipment_id in rows:
            by_word[company_id, word].add(shipment_id)
        for message_id, mine in spelled.items():
            for word in mine:
                found[message_id] |= by_word.get((company_of[message_id], word), set())
        return found

    @api.model
    def _tell_overdue(self):
        """One activity per connection says that dead letters are older than agreed; each of them is
        told of once."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id FROM logistics_message m
                  JOIN logistics_connection c ON c.id = m.connection_id
                 WHERE m.state IN ('dead', 'conflict') AND m.told_overdue IS NOT TRUE
                   AND m.received_at < (now() AT TIME ZONE 'UTC') - make_interval(hours =>
                       c.dead_letter_hours)
                 ORDER BY m.id LIMIT 10000
                """
            )
        )
        late = self.browse(row[0] for row in rows)
        for connection, messages in late.grouped("connection_id").items():
            connection._tell_dead_letters(messages)
        late.told_overdue = True


def _placed(item):
    return bool(item.get("shipment_id"))


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    dead_letter_hours = fields.Integer(
        "Settle Dead Letters Within (hours)",
        required=True,
        default=24,
        tracking=True,
        help="Older ones are told to their owners, once.",
    )

    _dead_letter_hours_positive = models.Constraint(
        "CHECK(dead_letter_hours BETWEEN 1 AND 8760)",
        "Dead letters are settled within an hour to a year.",
    )

    def _tell_dead_letters(self, messages):
        """Tell the owners of overdue messages of this connection."""
        open_for = self.activity_ids.filtered(
            lambda each: each.activity_type_id == self.env.ref(_ACTIVITY)
        ).user_id
        for user in (messages.owner_id.filtered("active") or self._people()) - open_for:
            self.activity_schedule(
                _ACTIVITY,
                user_id=user.id,
                note=self.env._(
                    "%(count)s dead letters are older than %(hours)s hours.",
                    count=len(messages),
                    hours=self.dead_letter_hours,
                ),
            )


class LogisticsMessageAssign(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """Asks who sees to messages."""

    _name = "logistics.message.assign"
    _description = "Assign Messages"

    user_id = fields.Many2one(
        "res.users",
        "To",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="cascade",
    )
    message_ids = fields.Many2many(
        "logistics.message", default=lambda self: self.env.context.get("active_ids")
    )

    def action_confirm(self):
        """Make the chosen person the owner."""
        self.message_ids._assign(self.user_id)
        return {"type": "ir.actions.act_window_close"}
