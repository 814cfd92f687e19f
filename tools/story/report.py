"""The summary of the story, for people and (``var/demo.json``) for scripts."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from .message import CONFLICT, REFUSED
from .sender import Answer
from .totals import Found

_TITLES: Final = {
    "messages": "Messages",
    "shipments": "Shipments by state",
    "invoices": "Invoices",
    "releases": "Releases held, by reason",
    "audit": "Audit",
}
_WIDTH: Final = 62
# Why the door refused a message, as the summary says it.
_REFUSALS: Final = {
    400: "unreadable JSON",
    401: "credentials missing or wrong",
    413: "too large",
    415: "wrong type",
    422: "no valid event",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """The five maps, the same after every run, and what was special about this one."""

    maps: dict[str, dict[str, int | float]]
    run: dict[str, int | float]

    def write(self, path: Path) -> None:
        """Write both as one JSON object."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.maps | {"run": self.run}, indent=2) + "\n")

    def lines(self) -> Iterator[str]:
        """The table for people."""
        for name, title in _TITLES.items():
            yield f"\n{title}"
            for key, value in self.maps[name].items():
                shown = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
                yield f"  {_cut(key):<62} {shown:>12}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 3] + "..."


def summarize(found: Found, answers: list[Answer], seconds: float) -> Summary:
    """Count everything up."""
    maps: dict[str, dict[str, int | float]] = {
        "messages": _messages(found, answers),
        "shipments": _shipments(found),
        "invoices": {
            "posted": sum(len(moves) for moves in found.moves.values()),
            "amount_untaxed": float(sum(found.invoiced.values())),
        },
        "releases": _releases(found),
        "audit": {"chain_verified": int(bool(found.audit.get("ok")))},
    }
    run = {
        "already_known": _already_known(answers),
        "audit_entries": found.audit.get("checked", 0),
        "seconds": round(seconds, 1),
    }
    return Summary(maps, run)


def _messages(found: Found, answers: list[Answer]) -> dict[str, int | float]:
    taken = Counter(answer.message.label for answer in answers if answer.accepted)
    refused = Counter(a.status for a in answers if a.message.fate == REFUSED)
    counts: dict[str, int | float] = {
        "sent": len(answers),
        "accepted": len(taken),
        "duplicate": sum(taken.values()) - len(taken),
        "refused": sum(refused.values()),
    }
    for status, count in sorted(refused.items()):
        counts[f"refused {status}: {_REFUSALS.get(status, 'other')}"] = count
    fates = Counter(found.fates.values())
    dead = fates.pop("dead", 0)
    counts |= dict(sorted(fates.items()))
    counts["dead_lettered"] = dead
    for reason, count in sorted(Counter(found.dead).items()):
        counts[f"dead_lettered: {reason}"] = count
    return counts


def _already_known(answers: list[Answer]) -> int:
    """Messages that an earlier run has sent: nobody got the answer of a new one.

    A contradiction is told as one every time, so it says nothing about earlier runs.
    """
    news: dict[str, bool] = defaultdict(bool)
    for answer in answers:
        if answer.accepted and answer.message.fate != CONFLICT:
            news[answer.message.label] |= answer.word == "accepted"
    return sum(not new for new in news.values())


def _shipments(found: Found) -> dict[str, int | float]:
    return dict(sorted(Counter(s for many in found.statuses.values() for s in many).items()))


def _releases(found: Found) -> dict[str, int | float]:
    every = [release for many in found.releases.values() for release in many]
    held = [release for release in every if release.state != "released"]
    totals: dict[str, int | float] = {
        "released": len(every) - len(held),
        "held": len(held),
        "held_amount": float(sum((r.at_stake for r in held), Decimal(0))),
    }
    for (state, reason), (count, amount) in sorted(_by_reason(held).items()):
        totals[f"{state}: {reason}"] = count
        totals[f"{state}: {reason} (amount)"] = float(amount)
    return totals


def _by_reason(held: list[Any]) -> Mapping[tuple[str, str], tuple[int, Decimal]]:
    grouped: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for release in held:
        count, amount = grouped.get((release.state, release.reason), (0, Decimal(0)))
        grouped[release.state, release.reason] = (count + 1, amount + release.at_stake)
    return grouped
