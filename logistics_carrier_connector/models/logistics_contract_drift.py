from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.models.clashes import CLASHES

from ..core.agreement import JSON_SCHEMA
from ..core.codecs import decode
from ..core.drift import Seen, alarming, declared, tally
from ..core.errors import IntegrationError

_BATCH = 200
_MOST_BATCHES = 20  # per connection and run: a flood is measured in the runs after it
_DAYS_BEFORE = 7
_SEEN = "seen"


class LogisticsContractDrift(models.Model):
    """How many messages of a day differ from what their contract declares, path by path.

    Measured by a scheduled action behind the lane workers, so no message waits for it and no two
    workers count into the same row. Names of fields are kept, never values.
    """

    _name = "logistics.contract.drift"
    _description = "Drift of a Data Contract"
    _order = "day desc, message_count desc, id desc"
    _rec_name = "path"
    _log_access = False

    contract_id = fields.Many2one(
        "logistics.contract", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, precompute=True)
    day = fields.Date(required=True, readonly=True, help="UTC.")
    kind = fields.Selection(
        [
            ("unknown", "New field"),
            ("missing", "Field not there"),
            ("retyped", "Other type"),
            (_SEEN, "Messages read"),
        ],
        required=True,
        readonly=True,
    )
    path = fields.Char("Field", readonly=True)
    message_count = fields.Integer("Messages", readonly=True, aggregator="sum")
    total = fields.Integer("Of", compute="_compute_share")
    share = fields.Float("Share (%)", compute="_compute_share", digits=(16, 1))
    last_message = fields.Integer(readonly=True)
    is_told = fields.Boolean("Told", readonly=True, help="Its owner was told about it.")

    # Used by _count: the arbiter of "is it the same finding?".
    _finding_uniq = models.UniqueIndex(
        "(contract_id, connection_id, day, kind, path)", "This finding has its row already."
    )

    @api.depends("message_count")
    def _compute_share(self):
        totals = {
            (row.connection_id, row.contract_id, row.day): row.message_count
            for row in self.search(
                [
                    ("kind", "=", _SEEN),
                    ("connection_id", "in", self.connection_id.ids),
                    ("contract_id", "in", self.contract_id.ids),
                    ("day", "in", list(set(self.mapped("day")))),
                ]
            )
        }
        for row in self:
            total = totals.get((row.connection_id, row.contract_id, row.day), 0)
            row.total = total
            row.share = 100.0 * row.message_count / total if total else 0.0

    # === Measuring === #

    @api.model
    def _cron_measure(self):
        """Measure the messages that came since the last run, connection by connection."""
        connections = self.env["logistics.connection"].search(
            [
                ("contract_id.kind", "=", JSON_SCHEMA),
                ("contract_id.active_version_id", "!=", False),
            ],
            order="id",
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(connections))
        for connection in connections:
            try:
                for _turn in range(_MOST_BATCHES):
                    measured = self._measure(connection)
                    if not progress(0):
                        return
                    if measured < _BATCH:
                        break
            except CLASHES:
                self.env.cr.rollback()  # the next run goes on where this one stopped
            if not progress(1):
                return

    def _measure(self, connection):
        """Count the next messages of one connection; returns how many there were."""
        contract = connection.contract_id
        version = contract.active_version_id
        [[reached]] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(max(last_message), 0) FROM logistics_contract_drift"
                " WHERE connection_id = %s AND kind = %s",
                connection.id,
                _SEEN,
            )
        )
        messages = self.env["logistics.message"].search(
            [("connection_id", "=", connection.id), ("id", ">", reached)], order="id", limit=_BATCH
        )
        if not messages:
            return 0
        declared_fields = declared(version._agreement().schema)
        trees = {}
        for message, raw in zip(messages, messages._raw_bodies_in_order(), strict=True):
            tree = _decoded(connection.mapping_id.format, raw)
            if tree is not None:
                trees.setdefault(message.received_at.date(), []).append(tree)
        counts = {
            (day, finding.kind, finding.path): count
            for day, of_day in trees.items()
            for finding, count in tally(declared_fields, of_day).items()
        }
        # What cannot be decoded is seen, too: the watermark has to pass it.
        last_day = messages[-1].received_at.date()
        counts |= {(day, _SEEN, ""): len(of_day) for day, of_day in trees.items()}
        counts.setdefault((last_day, _SEEN, ""), 0)
        self._count(contract, connection, counts, messages[-1].id)
        self._tell(contract, connection, set(trees))
        return len(messages)

    def _count(self, contract, connection, counts, last_message):
        rows = [
            SQL(
                "(%s, %s, %s, %s::date, %s, %s, %s, %s, false)",
                contract.id,
                connection.id,
                connection.company_id.id,
                day,
                kind,
                path,
                count,
                last_message if kind == _SEEN else None,
            )
            for (day, kind, path), count in sorted(counts.items())
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_contract_drift AS row
                       (contract_id, connection_id, company_id, day, kind, path, message_count,
                        last_message, is_told)
                VALUES %s
                ON CONFLICT (contract_id, connection_id, day, kind, path) DO UPDATE
                   SET message_count = row.message_count + EXCLUDED.message_count,
                       last_message = EXCLUDED.last_message
                """,
                SQL(", ").join(rows),
            )
        )
        self.invalidate_model()

    def _tell(self, contract, connection, days):
        """Tell the owner about findings that grow, each once, before anything breaks."""
        if not days:
            return
        newest = max(days)
        rows = self.search(
            [
                ("contract_id", "=", contract.id),
                ("connection_id", "=", connection.id),
                ("day", ">=", newest - timedelta(days=_DAYS_BEFORE)),
                ("day", "<=", newest),
            ]
        )
        today = rows.filtered(lambda row: row.day == newest)
        before = rows - today
        totals = [
            sum(part.filtered(lambda row: row.kind == _SEEN).mapped("message_count"))
            for part in (today, before)
        ]
        grown = []
        for row in today.filtered(lambda row: row.kind != _SEEN):
            earlier = before.filtered(
                lambda other, it=row: (other.kind, other.path) == (it.kind, it.path)
            )
            found = sum(earlier.mapped("message_count"))
            told = row.is_told or any(earlier.mapped("is_told"))
            now, then = Seen(row.message_count, totals[0]), Seen(found, totals[1])
            if not told and alarming(row.kind, now, then):
                row.is_told = True
                grown.append((row, now))
        if grown:
            self._alert(contract, connection, grown)

    def _alert(self, contract, connection, grown):
        """Tell whoever answers for the contract, in the activity that is open already if one is."""
        user = contract._responsible() or connection.user_id
        if not user:
            return
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        lines = Markup("<br/>").join(
            f"{kinds[row.kind]}: {row.path} ({now.found} of {now.total})" for row, now in grown
        )
        summary = self.env._("Messages of %s are changing", connection.name)
        waiting = contract.activity_ids.filtered(lambda activity: activity.summary == summary)
        if waiting:
            waiting[0].note = (waiting[0].note or Markup()) + Markup("<br/>") + lines
            return
        hint = self.env._(
            "Nothing is broken yet: look at a message, and change the contract or ask the sender."
        )
        contract.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=Markup("%s<br/>%s") % (hint, lines),
            user_id=user.id,
        )


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _raw_bodies_in_order(self):
        """The bodies of these messages for the codecs, one after another."""
        bodies = self._contents()
        return [bodies[message.id] for message in self]


class LogisticsContract(models.Model):
    _inherit = "logistics.contract"

    drift_count = fields.Integer("Findings of the Last Days", compute="_compute_drift_count")

    def _compute_drift_count(self):
        since = fields.Date.context_today(self) - timedelta(days=_DAYS_BEFORE)
        counts = dict(
            self.env["logistics.contract.drift"]._read_group(
                [
                    ("contract_id", "in", self.ids),
                    ("day", ">=", since),
                    ("kind", "!=", _SEEN),
                ],
                ["contract_id"],
                ["path:count_distinct"],
            )
        )
        for contract in self:
            contract.drift_count = counts.get(contract, 0)

    def action_open_drift(self):
        """Open what changes in the messages under this contract."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_carrier_connector.logistics_contract_drift_action"
        )
        return action | {"domain": [("contract_id", "=", self.id), ("kind", "!=", _SEEN)]}


def _decoded(format_name, raw):
    try:
        return decode("json" if format_name == "canonical" else format_name, raw)
    except IntegrationError:
        return None
