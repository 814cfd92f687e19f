from datetime import UTC, datetime

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.logistics_milestone_sync.core import fact as facts
from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.core.fact import Statement

from ..core.api_schemas import ACCEPTED, DUPLICATE, PARKED, REJECTED
from ..core.message_key import sha256


class LogisticsMessage(models.Model):
    """What the sender of canonical events is told at once, and told again."""

    _inherit = "logistics.message"

    @api.model
    def _judge_items(self, door, results):
        """What is known of each event of a request, before it is stored.

        :param dict door: see ``logistics.connection._find_door``
        :param results: of ``core.item_result.ItemResult``, one per event
        :return: list of ``core.api_schemas.RECEIPT_ITEM``
        """
        foreseen = self._foresee(door, results)
        return [_item(index, result, foreseen[index]) for index, result in enumerate(results)]

    def _foresee(self, door, results):
        """The outcomes of the facts of each item, as of now; none for a test connection."""
        # The proof was verified; nothing is told but whether its own statements are known.
        connection_sudo = self.env["logistics.connection"].sudo().browse(door["id"])
        if connection_sudo.environment == "test":
            return [[] for _result in results]
        now = datetime.now(UTC)
        stated = [Statement(fact, now) for result in results for fact in result.facts]
        shipments = self.env["logistics.shipment"]
        told = iter(shipments._foretell(connection_sudo.system_id, stated) if stated else ())
        return [[next(told) for _fact in result.facts] for result in results]

    @api.model
    def _first_receipt(self, arrival):
        """What was told of the items of this message when it came first.

        :return: ``(public id, items that were not simply accepted)``, ``None`` if it is new
        """
        self.env.cr.execute(
            SQL(
                "SELECT public_id, receipt FROM logistics_message"
                " WHERE connection_id = %s AND message_key = %s AND sha256 = %s"
                "   AND conflict_of_id IS NULL",
                arrival.door["id"],
                arrival.key,
                sha256(arrival.raw),
            )
        )
        row = self.env.cr.fetchone()
        return row and (row[0], row[1] or [])

    # === Asked for later === #

    @api.model
    def _page_of(self, connection_id, limit, state=None, after=None):
        """Messages of one connection, newest first.

        :param after: public id of the last message of the page before
        :return: ``(messages, whether there are more)``; nothing behind an unknown ``after``
        """
        domain = Domain("connection_id", "=", connection_id)
        if state:
            domain &= Domain("state", "=", state)
        if after:
            last = self.search([("public_id", "=", after), ("connection_id", "=", connection_id)])
            domain &= Domain("id", "<", last.id or 0)
        found = self.search(domain, order="id desc", limit=limit + 1)
        return found[:limit], len(found) > limit

    def _to_summary(self):
        """This message as ``core.api_schemas.MESSAGE_SUMMARY``."""
        return self._head() | {"facts": self.fact_count}

    def _to_document(self):
        """The fate of this message as ``core.api_schemas.MESSAGE``, for its sender."""
        self.ensure_one()
        shipments = {shipment.id: shipment.name for shipment in self.shipment_ids}
        shown = ("index", "status", "what", "code", "references", "occurred_at", "explanation")
        return self._head() | {
            "attempts": self.attempts,
            "timings": self._timings(),
            "items": [
                {name: item[name] for name in shown if item.get(name) not in (None, "")}
                | {"shipment": shipments.get(item.get("shipment_id"))}
                for item in self.outcomes or []
            ],
        }

    def _head(self):
        return {
            "id": self.public_id,
            "state": self.state,
            "received_at": _text(self.received_at),
            "processed_at": _text(self.processed_at),
            "repeated": self.duplicate_count,
            "reason": self.error_message or None,
        }

    def _timings(self):
        started, processed = self.started_at, self.processed_at
        return {
            "received_at": _text(self.received_at),
            "started_at": _text(started),
            "processed_at": _text(processed),
            "seconds_waited": _seconds(self.received_at, started),
            "seconds_processed": _seconds(started, processed),
        }


def _text(moment):
    return utc(moment).isoformat() if moment else None


def _seconds(begin, end):
    return round((end - begin).total_seconds(), 3) if begin and end else None


def kept(items):
    """The items that have to be kept to tell them again: all but the simply accepted ones."""
    return [item for item in items if item["status"] != ACCEPTED]


def told_again(count, receipt):
    """All items of the first answer.

    :param int count: of events in the request
    :param list receipt: see ``kept``
    """
    others = {item["index"]: item for item in receipt}
    return [others.get(index, {"index": index, "status": ACCEPTED}) for index in range(count)]


def _item(index, result, outcomes):
    if result.problem:
        problems = [{"path": result.problem.path, "reason": result.problem.reason}]
        return {"index": index, "status": REJECTED, "problems": problems}
    statuses = {outcome.status for outcome in outcomes}
    if facts.PARKED in statuses:
        return {"index": index, "status": PARKED}
    known = statuses == {facts.DUPLICATE}
    return {"index": index, "status": DUPLICATE if known else ACCEPTED}
