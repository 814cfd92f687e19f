from collections import Counter

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.core.fact import Statement

from . import message_fate
from .logistics_message import STATES
from .message_fate import TALLY

# Facts that are known already change nothing; of the others a dry run lists this many.
_MOST_FORESEEN = 200


class LogisticsReplayLine(models.Model):
    """One message of a replay: an attempt of its own, with what was foreseen and what happened."""

    _name = "logistics.replay.line"
    _description = "Replayed Message"
    _order = "replay_id desc, id"
    _rec_name = "nonce"
    _log_access = False

    replay_id = fields.Many2one(
        "logistics.replay", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="replay_id.company_id")
    message_id = fields.Many2one(
        "logistics.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # Stored: which profiles a replay reads with is asked per connection.
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    received_at = fields.Datetime(related="message_id.received_at")
    nonce = fields.Char(
        "Attempt",
        required=True,
        readonly=True,
        help="Names this attempt; no other attempt of any message has the same name.",
    )
    state = fields.Selection(
        [
            ("pending", "To Examine"),
            ("ready", "Examined"),
            ("done", "Replayed"),
            ("refused", "Refused"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
    )
    state_before = fields.Selection(STATES, "Was", readonly=True)
    note_before = fields.Char("Why It Was", readonly=True)
    foreseen_state = fields.Selection(STATES, "Would Be", readonly=True)
    state_after = fields.Selection(STATES, "Became", readonly=True)
    note = fields.Char("Why", readonly=True)
    is_otherwise = fields.Boolean("Other Than Foreseen", readonly=True)
    foreseen = fields.Json("Foreseen Facts", readonly=True)
    foreseen_html = fields.Html("Foreseen", compute="_compute_foreseen_html")
    started_at = fields.Datetime("Started", readonly=True)
    recorded_at = fields.Datetime("Finished", readonly=True)

    # === Facts, by what would become of them and what did === #
    foreseen_new = fields.Integer("Would Count", readonly=True)
    foreseen_known = fields.Integer("Known (Dry Run)", readonly=True)
    foreseen_noted = fields.Integer("Would Be Noted Only", readonly=True)
    foreseen_waiting = fields.Integer("Would Wait", readonly=True)
    foreseen_refused = fields.Integer("Would Be Refused", readonly=True)
    became_new = fields.Integer("Recorded", readonly=True)
    became_known = fields.Integer("Known", readonly=True)
    became_noted = fields.Integer("Noted Only", readonly=True)
    became_waiting = fields.Integer("Waiting", readonly=True)
    became_refused = fields.Integer("Refused Facts", readonly=True)

    # A second attempt at the same message in the same replay is no attempt of its own.
    _message_uniq = models.UniqueIndex(
        "(replay_id, message_id)", "The replay has this message already."
    )
    _nonce_uniq = models.UniqueIndex("(nonce)", "This attempt exists already.")
    # Used by the worker, which takes the next ones again and again.
    _open_idx = models.Index("(replay_id, id) WHERE state IN ('pending', 'ready')")

    @api.depends("replay_id.display_name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.replay_id.display_name

    @api.depends("foreseen")
    def _compute_foreseen_html(self):
        messages = self.env["logistics.message"]
        names = messages._milestone_names()
        for line in self:
            line.foreseen_html = messages._outcomes_table(line.foreseen or [], names)

    def _add(self, replay, messages):
        """Lines for these messages, by one statement."""
        messages.flush_recordset(["state", "error_message"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_replay_line (replay_id, message_id, connection_id, nonce,
                                                   state, state_before, note_before)
                SELECT %s, m.id, m.connection_id, replace(gen_random_uuid()::text, '-', ''),
                       'pending', m.state, m.error_message
                  FROM logistics_message m WHERE m.id = ANY(%s) ORDER BY m.id
                """,
                replay.id,
                list(messages.ids),
            )
        )
        replay.invalidate_recordset(["line_ids"])

    def _forget(self):
        """Forget what the dry run found; it begins anew."""
        nothing = dict.fromkeys(("foreseen_state", "foreseen", "note"), False)
        self.write({"state": "pending", **nothing, **_counts("foreseen", ())})

    # === Working; the caller has one connection's lines === #

    def _examine(self):
        """Tell what replaying these messages would do. Nothing but the replay's rows is written."""
        going = self - self._refuse()
        messages = going.message_id
        if not messages:
            return
        readings = messages._understand()
        told, news = self._foretell(readings)
        for line in going:
            message = line.message_id
            fate = message_fate.decide(readings[message], told[message])
            notable = [item for item in fate.items if message_fate.kind_of(item) != "known"]
            line.write(
                {
                    "state": "ready",
                    "state_before": message.state,
                    "note_before": message.error_message or False,
                    "foreseen_state": fate.state,
                    "foreseen": notable[:_MOST_FORESEEN] or False,
                    "note": fate.error_message or False,
                    **_counts("foreseen", fate.items),
                }
            )
        self.env["logistics.replay.shipment"]._note(self.replay_id, news)

    def _foretell(self, readings):
        """``({message: [Outcome, …]}, {shipment id: statements})`` of messages of one connection.

        Earlier batches of the dry run are taken as recorded: of two messages with the same news,
        the second one has none.
        """
        system = self.connection_id.system_id
        statements = [
            # Exactly as the message itself would be recorded: heard when it came.
            Statement(stated, utc(message.received_at), f"logistics.message,{message.id}")
            for message, reading in readings.items()
            for _index, stated in reading.facts
        ]
        placed = self.env["logistics.shipment"]._foretell_placed(system, statements)
        placed, news = self.env["logistics.replay.shipment"]._sift(
            self.replay_id, system, statements, placed
        )
        outcomes = iter(placed)
        told = {
            message: [next(outcomes) for _fact in reading.facts]
            for message, reading in readings.items()
        }
        return told, news

    def _claim(self):
        """Those of these lines whose messages no other worker holds, held until the commit."""
        self.env.cr.execute(
            "SELECT id FROM logistics_message WHERE id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [self.message_id.ids],
        )
        held = {row[0] for row in self.env.cr.fetchall()}
        self.message_id.invalidate_recordset()
        return self.filtered(lambda line: line.message_id.id in held)

    def _replay(self):
        """Process these messages once more, each as an attempt of its own."""
        going = self - self._refuse()
        messages = going.message_id
        if not messages:
            return
        before = {message: (message.state, message.error_message) for message in messages}
        messages._move_to("received", next_attempt_at=False, attempts=0, dismiss_reason=False)
        for line in going:
            line.message_id.replay_line_id = line
        messages._process()
        for line in going:
            message = line.message_id
            state, note = before[message]
            line.write(
                {
                    "state": "done",
                    "state_before": state,
                    "note_before": note or False,
                    "state_after": message.state,
                    "is_otherwise": message.state != line.foreseen_state,
                    "note": message.error_message or False,
                    "started_at": message.started_at,
                    "recorded_at": message.processed_at,
                    **_counts("became", message.outcomes or []),
                }
            )

    def _refuse(self):
        """Put aside what may not be replayed (any more), and say why; these lines."""
        refused = self.browse()
        for line in self:
            why = line.message_id._why_not_replayable()
            if why:
                line.write({"state": "refused", "note": why})
                refused += line
        return refused

    def _note_failure(self):
        note = self.env._("It failed with an internal error. The server log has the details.")
        self.write({"state": "failed", "note": note})


def _counts(when, items):
    tally = Counter(map(message_fate.kind_of, items))
    return {f"{when}_{kind}": tally[kind] for kind in TALLY}
