"""``python -m corpus FOLDER OUTPUT``: read a folder of real messages, print and write agreement."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from .bare import make_cores_importable

make_cores_importable()

from .agreement import Outcome, judge, rows  # noqa: E402 - the cores are importable only now
from .delivered import profiles  # noqa: E402


def main(folder: Path, output: Path) -> int:
    """Exit status 1 if a file ended in an unhandled error."""
    known = profiles()
    # A collection does not say when a message came; nothing in it is from the future.
    now = datetime(2100, 1, 1, tzinfo=UTC)
    outcomes = [judge(row, known, now) for row in rows(folder)]
    for outcome in outcomes:
        if outcome.agrees is False or outcome.fate in ("held", "rejected", "error"):
            print(_line(outcome, folder))
    report = {carrier: _counts(each) for carrier, each in sorted(_by_carrier(outcomes).items())}
    print(f"\n{'carrier':24}{'files':>6}{'agree':>10}{'held':>6}{'rejected':>10}{'error':>7}")
    for carrier, counts in report.items():
        agree = f"{counts['agree']}/{counts['expected']}"
        numbers = f"{counts['held']:6}{counts['rejected']:10}{counts['error']:7}"
        print(f"{carrier:24}{counts['files']:6}{agree:>10}{numbers}")
    total = _counts(outcomes)
    share = 100 * total["agree"] / max(total["expected"], 1)
    print(f"\n{total['agree']} of {total['expected']} agree ({share:.1f} %); {total}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if total["error"] else 0


def _line(outcome: Outcome, folder: Path) -> str:
    file = outcome.row.path.relative_to(folder)
    mark = {True: "agrees", False: "DISAGREES", None: ""}[outcome.agrees]
    notes = "; ".join(outcome.notes)[:200]
    wanted = f"{outcome.state or '-'} (index: {outcome.row.expected or '-'})"
    return f"{file}: {outcome.fate} {mark} {outcome.profile}: {wanted} {notes}"


def _by_carrier(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.row.carrier].append(outcome)
    return found


def _counts(outcomes: list[Outcome]) -> dict[str, int]:
    fates = [outcome.fate for outcome in outcomes]
    return {
        "files": len(outcomes),
        "expected": sum(outcome.agrees is not None for outcome in outcomes),
        "agree": sum(outcome.agrees is True for outcome in outcomes),
        **{fate: fates.count(fate) for fate in ("held", "rejected", "error")},
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
