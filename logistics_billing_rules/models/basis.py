"""What the prices of a batch of shipments rest on. Used by ``evaluation.Evaluation`` only."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..core.measure import Basis, Cost
from ..core.money import Money

_MINUTE = 60
_DATED = ("available_for_pickup", "delivered")  # milestones whose day matters
_LOADED = ("pickup", "delivery")  # stops where a vehicle may have to wait for its goods


def order_day(shipment):
    """The day of the order: the same at every evaluation."""
    order = shipment.sale_order_ids[:1]
    return (order.date_order or shipment.create_date).date()


class Bases:
    """Reads what can be counted and compared, with a fixed number of queries."""

    def __init__(self, shipments, folds, costs, convert):
        """Read everything of all shipments at once.

        :param shipments: of the batch
        :param folds: ``{shipment id: core.state.Folded}``
        :param costs: their live buy charges
        :param convert: ``(amount, currency, target currency, shipment) → float``
        """
        shipments.package_ids.mapped("volume")
        shipments.stop_ids.mapped("actual_arrival")
        shipments.picking_ids.move_ids.mapped("product_id.uom_id")
        people = shipments.partner_id | shipments.shipper_id | shipments.company_id.partner_id
        people.mapped("country_id")
        reached = [fold.shipment.reached for fold in folds.values()]
        events = shipments.env["logistics.milestone.event"].browse(
            event.id for each in reached for code, event in each.items() if code in _DATED
        )
        self.offsets = {event.id: event.utc_offset for event in events}
        self.costs = costs.grouped("shipment_id")
        self.convert = convert

    def of(self, shipment, state, customer, goods, currency):
        """Everything about one shipment that a tariff may look at (``core.measure.Basis``).

        :param state: ``core.state.State`` of the shipment
        :param customer: the commercial partner who pays
        :param goods: ``core.money.Money``
        """
        delivered = state.reached.get("delivered")
        day = self._day_of(delivered, shipment) if delivered else order_day(shipment)
        known = {**self._has(shipment), **self._happened(shipment, state)}
        return Basis(
            goods,
            day,
            {name: Decimal(str(value)) for name, value in known.items() if value},
            tuple(self._cost(charge, currency) for charge in self.costs.get(shipment, ())),
            self._stated(shipment, customer),
        )

    def _day_of(self, event, shipment):
        """The day of an event where it happened: weekends and seasons are those of the place.

        Zero is what a source writes that speaks UTC, so it says nothing about the place.
        """
        offset = self.offsets.get(event.id)
        if offset:
            return (event.occurred_at + timedelta(minutes=offset)).date()
        zone = shipment.partner_id.tz or shipment.company_id.partner_id.tz or "UTC"
        return event.occurred_at.astimezone(ZoneInfo(zone)).date()

    def _has(self, shipment):
        """Kilograms, cubic metres and numbers; nothing for what is not known."""
        packages = shipment.package_ids
        moves = shipment.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        return {
            "weight": shipment.weight,
            "volume": all(p.volume for p in packages) and sum(packages.mapped("volume")),
            "package": len(packages) or shipment.declared_packages,
            "pallet": shipment.declared_pallets,
            "pallet_in": shipment.pallets_in,
            "pick": shipment.picks,
            "pack": shipment.packs,
            "distance": shipment.distance,
            "piece": sum(map(self._pieces, moves)),
            "stop": len(shipment.stop_ids),
            "order": len(shipment.sale_order_ids),
            "order_line": len(moves.sale_line_id),
        }

    def _pieces(self, move):
        moved = move.quantity if move.state == "done" else move.product_uom_qty
        return move.product_uom._compute_quantity(moved, move.product_id.uom_id)

    def _happened(self, shipment, state):
        visited = shipment.stop_ids.filtered(
            lambda stop: stop.kind in _LOADED and stop.actual_arrival and stop.actual_departure
        )
        waited = sum((s.actual_departure - s.actual_arrival).total_seconds() for s in visited)
        ready, collected = map(state.reached.get, _DATED)
        both = ready and collected
        stored = both and self._day_of(collected, shipment) - self._day_of(ready, shipment)
        return {
            "attempt": state.attempts,
            "waiting_minute": max(waited, 0) // _MINUTE,
            "storage_day": max(stored.days, 0) if stored else 0,
            "return": 1 if "returned" in state.reached else 0,
        }

    def _cost(self, charge, currency):
        amount = self.convert(charge.amount, charge.currency_id, currency, charge.shipment_id)
        money = Money(Decimal(str(currency.round(amount))), currency.name)
        return Cost(charge.charge_type, money)

    def _stated(self, shipment, customer):
        """By name in ``core/vocabulary.py``."""
        consignee = shipment.partner_id
        shipper = shipment.shipper_id or shipment.company_id.partner_id
        return {
            "country_id": consignee.country_id.id or None,
            "state_id": consignee.state_id.id or None,
            "zip": consignee.zip or None,
            "origin_country_id": shipper.country_id.id or None,
            "origin_zip": shipper.zip or None,
            "transport_mode": shipment.transport_mode or None,
            "service_level": shipment.service_level or None,
            "incoterm": shipment.incoterm or None,
            "delivery_carrier_id": shipment.delivery_carrier_id.id or None,
            "client_id": shipment.client_id.id or None,
            "category_ids": frozenset(customer.category_id.ids),
        }
