"""The charges of one batch, from values to rows. Used by ``logistics.charge._state`` only."""

from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.tools import SQL

from ..core import change, fact
from ..core.change import Change
from ..core.charge import Revision, chain, issues, standing
from ..core.clock import naive, utc
from ..core.fact import Outcome
from ..core.ownership import ACCEPT, ADVISORY, CHARGE, REJECT, Topic

_STATUS = {ACCEPT: fact.RECORDED, ADVISORY: fact.ADVISORY, REJECT: fact.REJECTED}
# What follows from the place of a revision in its chain: column → SQL type.
_PLACE = {
    "active": "bool",
    "superseded_by_id": "int4",
    "confirms_id": "int4",
    "issue": "varchar",
    "standing": "varchar",
}


class ChargeWriter:
    """Judges the charges of a recording, inserts those that are new and puts them in order.

    :param list stated: of ``(index, Target, ChargeFact, Statement)``
    """

    def __init__(self, env, system, stated):
        self.env = env
        self.system = system
        self.stated = stated
        self.charges = env["logistics.charge"]
        self.revisions = defaultdict(list)  # chain key → Revision
        self.places = {}  # id → place as stored
        self.currency_of = {}  # id → currency
        self.verdict_of = {}  # id → verdict
        self.new = {}  # id → vals
        self.repeats = Counter()  # id → times
        self.results = []

    def store(self):
        """:return: list of ``(index, Outcome, Change)``"""
        if not self.stated:
            return []
        judge = self.env["logistics.ownership.rule"]._judge_of(self.system)
        self._read_currencies()
        self._read_known()
        ids = self._next_ids()
        for index, target, charge, statement in self.stated:
            currency = self.currencies.get(charge.currency)
            if currency:
                vals = self.charges._vals_from(self.system, target, charge, statement, currency)
                vals |= self._judged(judge, charge, vals, statement)
                self._take(index, next(ids), vals, charge)
            else:
                self._refuse(index, target, charge)
        self._write()
        return self.results

    # === Reading === #

    def _read_currencies(self):
        names = {charge.currency for _index, _target, charge, _statement in self.stated}
        found = self.env["res.currency"].search([("name", "in", sorted(names))])
        self.currencies = {currency.name: currency for currency in found}

    def _read_known(self):
        self.charges.flush_model()
        keys = {(t.shipment_id, c.side, c.charge_key) for _i, t, c, _s in self.stated}
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT id, shipment_id, side, charge_key, charge_type, amount::text, currency_id,"
                "       verdict, stated_at, received_at, active, superseded_by_id, confirms_id,"
                "       issue, standing"
                "  FROM logistics_charge"
                " WHERE system_id = %s AND (shipment_id, side, charge_key) IN %s ORDER BY id",
                self.system.id,
                tuple(keys),
            )
        )
        self.env["res.currency"].browse({row["currency_id"] for row in rows}).fetch(
            ["name", "decimal_places"]
        )
        for row in rows:
            self.places[row["id"]] = tuple(row[name] for name in _PLACE)
            self._remember(row["id"], row)

    def _next_ids(self):
        """Ids are drawn first, so that revisions of one batch can point to each other."""
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(pg_get_serial_sequence('logistics_charge', 'id'))"
                " FROM generate_series(1, %s)",
                len(self.stated),
            )
        )
        return iter(sorted(id_ for (id_,) in rows))

    # === One statement === #

    def _judged(self, judge, charge, vals, statement):
        judgement = judge(Topic(CHARGE, vals["charge_type"], charge.side))
        return {
            "verdict": judgement.verdict,
            "rule_id": judgement.rule_id,
            "stated_at": naive(charge.stated_at),
            "received_at": naive(statement.received_at),
        }

    def _take(self, index, charge_id, vals, charge):
        known = self._same_as(charge_id, vals)
        vals["amount"] = self._revision(charge_id, vals).says[1]  # rounded as the currency is
        shipment_id = vals["shipment_id"]
        if known:
            self.repeats[known.id] += 1
            outcome = Outcome(fact.DUPLICATE, shipment_id)
            self.results.append((index, outcome, Change(change.DUPLICATE, shipment_id)))
            return
        self.new[charge_id] = vals
        self._remember(charge_id, vals)
        if vals["verdict"] == ACCEPT:
            kind, explanation, detail = change.CHARGE, "", vals["name"]
        else:
            explanation = f"{self.system.name} does not own this charge"
            kind = change.NOTED
            detail = f"{explanation}: {charge.charge_type} {charge.amount} {charge.currency}"
        outcome = Outcome(_STATUS[vals["verdict"]], shipment_id, explanation=explanation)
        told = Change(kind, shipment_id, charge_id=charge_id, detail=detail)
        self.results.append((index, outcome, told))

    def _same_as(self, charge_id, vals):
        """The revision that said just this before, if there is one."""
        this = self._revision(charge_id, vals)
        alike = [r for r in self.revisions[_key(vals)] if r.counts == this.counts]
        for known in alike:
            if known.says == this.says and known.order[:2] == this.order[:2]:
                return known
        # Without a time of its own, repeating the newest statement is no news.
        newest = max(alike, key=lambda r: r.order, default=None)
        return newest if newest and not this.stated_at and newest.says == this.says else None

    def _refuse(self, index, target, charge):
        refusal = f"currency {charge.currency!r} is unknown or not active"
        detail = f"charge {charge.charge_key} of {self.system.name} refused: {refusal}"
        outcome = Outcome(fact.REJECTED, target.shipment_id, explanation=refusal)
        told = Change(change.NOTED, target.shipment_id, detail=detail)
        self.results.append((index, outcome, told))

    def _remember(self, charge_id, vals):
        self.currency_of[charge_id] = self.env["res.currency"].browse(vals["currency_id"])
        self.verdict_of[charge_id] = vals["verdict"]
        self.revisions[_key(vals)].append(self._revision(charge_id, vals))

    def _revision(self, charge_id, vals):
        currency = self.env["res.currency"].browse(vals["currency_id"])
        cent = Decimal(1).scaleb(-currency.decimal_places)
        amount = Decimal(str(vals["amount"])).quantize(cent, ROUND_HALF_UP)
        return Revision(
            id=charge_id,
            says=(vals["charge_type"], amount, currency.id),
            received_at=utc(vals["received_at"]),
            stated_at=utc(vals["stated_at"]),
            counts=vals["verdict"] == ACCEPT,
        )

    # === Writing === #

    def _write(self):
        places = {}
        for revisions in self.revisions.values():
            links = chain(revisions)
            for revision in revisions:
                places[revision.id] = self._place(revision, links[revision.id])
        moved = {i: place for i, place in places.items() if self.places.get(i, place) != place}
        self._step_down([i for i, place in moved.items() if not place[0]])
        self._insert(places)
        self._rearrange(moved)
        self._count_repeats()

    def _place(self, revision, link):
        """The values of ``_PLACE``, in that order."""
        currency = self.currency_of[revision.id]
        before = self.currency_of.get(link.supersedes)
        found = issues(
            revision.says[1], currency.name, currency.decimal_places, before.name if before else ""
        )
        stands = standing(link.live, self.verdict_of[revision.id], confirms=bool(link.confirms))
        return (link.live, link.superseded_by, link.confirms, ", ".join(found) or None, stands)

    def _step_down(self, ids):
        """Before others go live: the unique index looks at every row as it is written."""
        if ids:
            self.env.execute_query(
                SQL(
                    "UPDATE logistics_charge SET active = false WHERE id = ANY(%s) RETURNING id",
                    ids,
                )
            )

    def _rearrange(self, moved):
        """Store new places by the shared way of writing computed columns, and tell the ORM."""
        charges = self.charges.browse([*moved, *self.new])
        # The standing is part of the place: computing it once more would write row after row.
        with self.env.protecting([self.charges._fields["standing"]], charges):
            self.env["logistics.shipment"]._store("logistics.charge", _PLACE, moved)
            charges.modified(list(_PLACE))
        self._shipments().invalidate_recordset(["charge_ids", "stated_charge_ids"])

    def _shipments(self):
        ids = {target.shipment_id for _index, target, _charge, _statement in self.stated}
        return self.env["logistics.shipment"].browse(sorted(ids))

    def _insert(self, places):
        if not self.new:
            return
        clients = {shipment.id: shipment.client_id.id or None for shipment in self._shipments()}
        uid, now = self.env.uid, self.env.cr.now()
        shared = {
            "company_id": self.system.company_id.id,
            "create_uid": uid,
            "create_date": now,
            "write_uid": uid,
            "write_date": now,
        }
        rows = []
        for charge_id, vals in self.new.items():
            place = dict(zip(_PLACE, places[charge_id], strict=True))
            vals = shared | vals | place | {"client_id": clients[vals["shipment_id"]]}
            rows.append({"id": charge_id, "duplicate_count": 0} | vals)
        self.env.execute_query(
            SQL(
                "INSERT INTO logistics_charge (%s) VALUES %s RETURNING id",
                SQL(", ").join(map(SQL.identifier, rows[0])),
                SQL(", ").join(SQL("%s", tuple(self._columns(row))) for row in rows),
            )
        )

    def _columns(self, row):
        for name, value in row.items():
            yield None if value is False and name != "active" else value

    def _count_repeats(self):
        if self.repeats:
            self.env.execute_query(
                SQL(
                    "UPDATE logistics_charge AS charge"
                    "   SET duplicate_count = COALESCE(duplicate_count, 0) + repeated.times"
                    "  FROM (VALUES %s) AS repeated(id, times) WHERE charge.id = repeated.id"
                    " RETURNING charge.id",
                    SQL(", ").join(SQL("%s", pair) for pair in sorted(self.repeats.items())),
                )
            )
            self.charges.browse(self.repeats).invalidate_recordset(["duplicate_count"])


def _key(vals):
    return (vals["shipment_id"], vals["side"], vals["charge_key"])
