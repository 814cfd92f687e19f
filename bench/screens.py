"""Server time of a list as the web client asks for it: its rows, and what its panel counts."""

from __future__ import annotations

import statistics
import time
from typing import Any

from lxml import etree

from bench import seed

_ROUNDS = 9
_ROWS = 80
_COUNT_LIMIT = 10_001


class Screen:
    """The list of one window action, with the filters that are on when it opens."""

    def __init__(self, env: Any, action: str, domain: list[Any]) -> None:
        window = env["ir.actions.act_window"]._for_xml_id(action)
        self.model = env[window["res_model"]].with_user(env.ref("base.user_admin"))
        views = self.model.get_views([(False, "list"), (False, "search")])["views"]
        self.domain = domain
        self.specification = self._fields_of(views["list"]["arch"])
        self.counted = self._counted(views["search"]["arch"])

    def _fields_of(self, arch: str) -> dict[str, Any]:
        """Every field of the list, shown or hidden by default: the worst that a user can choose."""
        names = {
            node.get("name")
            for node in etree.fromstring(arch).iter("field")
            if "lazy" not in (node.get("options") or "")
        }
        relational = {name for name in names if self.model._fields[name].relational}
        shown: dict[str, Any] = {"fields": {"display_name": {}}}
        return {name: shown if name in relational else {} for name in sorted(names)}

    def _counted(self, arch: str) -> list[str]:
        panel = etree.fromstring(arch).find(".//searchpanel")
        return [node.get("name") for node in panel.iter("field")] if panel is not None else []

    def open(self) -> float:
        """Seconds of one opening."""
        self.model.env.invalidate_all()
        begin = time.perf_counter()
        self.model.web_search_read(
            self.domain, self.specification, limit=_ROWS, count_limit=_COUNT_LIMIT
        )
        for name in self.counted:
            self.model.search_panel_select_range(
                name, enable_counters=True, search_domain=self.domain, limit=200
            )
        return time.perf_counter() - begin


def measure(env: Any, count: int) -> dict[str, float]:
    """Milliseconds of the shipment list, and of Odoo's list of transfers, at ``count`` records."""
    seed.shipments(env, count)
    seed.transfers(env, count)
    seed.analyze(env)
    ours = Screen(env, "logistics_milestone_sync.logistics_shipment_action", [])
    reference = Screen(env, "stock.action_picking_tree_all", [])
    pairs = [(ours.open(), reference.open()) for _round in range(_ROUNDS + 1)][1:]
    return {
        "ours": 1000 * statistics.median(pair[0] for pair in pairs),
        "reference": 1000 * statistics.median(pair[1] for pair in pairs),
    }
