"""From delivered orders to posted invoices: by release, by Odoo in batches, and one by one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from bench.selling import Seller

_BATCH = 200
_WARM = 10  # orders of each side that are invoiced before anything is measured


class Bench:
    """Two companies with as many delivered orders; one releases, the other uses Odoo alone."""

    def __init__(self, env: Any, orders: int) -> None:
        self.env = env
        self.ours = Seller(env, "Bench released", governed=True)
        self.native = Seller(env, "Bench native", governed=False)
        self.ours.deliver(_WARM)
        self.release()
        self.waiting = self.native.deliver(_WARM + orders)
        self.take(_WARM, self.create)

    def release(self) -> None:
        """What the billing lane does with everything that is due."""
        self.ours.env["logistics.release"]._cron_release()

    def take(self, count: int, invoice: Callable[[Any], Any]) -> float:
        """Seconds that it takes to invoice the next orders of Odoo's own company."""
        orders, self.waiting = self.waiting[:count], self.waiting[count:]
        return self.spent(lambda: invoice(orders))

    def spent(self, work: Callable[[], Any]) -> float:
        """Seconds of some work, committed, with nothing in the caches before."""
        self.env.invalidate_all()
        begin = time.perf_counter()
        work()
        self.env.cr.commit()
        return time.perf_counter() - begin

    def create(self, orders: Any) -> None:
        """Create the invoices of all with one call, and post them with one."""
        moves = orders.env["account.move"].with_context(default_move_type="out_invoice")
        moves.create(list(map(self._invoice, orders)))._post(soft=False)

    def _invoice(self, order: Any) -> dict[str, Any]:
        """The lines that a release makes: Odoo's own for the goods, and one for the freight."""
        lines = [line._prepare_invoice_line() for line in order.order_line]
        freight = {
            "product_id": self.ours.env.ref("logistics_billing_rules.product_product_freight").id,
            "name": f"Freight {order.name}",
            "quantity": 1.0,
            "price_unit": 18.5,
        }
        values = order._prepare_invoice()
        return values | {"invoice_line_ids": [(0, 0, line) for line in (*lines, freight)]}

    def one_by_one(self, orders: Any) -> None:
        """What a clerk does: order by order, each in a request of its own."""
        for order in orders:
            order._create_invoices()._post(soft=False)
            self.env.cr.commit()
            self.env.invalidate_all()


def release(env: Any, orders: int) -> dict[str, float]:
    """Milliseconds per order, released and posted; and created and posted in batches of 200."""
    bench = Bench(env, orders)
    return _rounds(bench, orders, _BATCH, bench.create)


def release_one_by_one(env: Any, orders: int) -> dict[str, float]:
    """The same, against a clerk who invoices a fifth as many, one at a time."""
    bench = Bench(env, orders // 5)
    return _rounds(bench, orders, _BATCH // 5, bench.one_by_one)


def _rounds(
    bench: Bench, orders: int, batch: int, native: Callable[[Any], Any]
) -> dict[str, float]:
    """Medians of rounds in turn, so that a busy machine is busy for both."""
    ours, reference = [], []
    for _round in range(orders // _BATCH):
        bench.ours.deliver(_BATCH)
        ours.append(bench.spent(bench.release) / _BATCH)
        reference.append(bench.take(batch, native) / batch)
    return {"ours": _milliseconds(ours), "reference": _milliseconds(reference)}


def _milliseconds(seconds: Iterable[float]) -> float:
    return 1000 * statistics.median(seconds)
