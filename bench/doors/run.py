"""Sends mutated requests to a running server for a while.

``python bench/doors/run.py [SECONDS] [--seed N]``. Exit status 1 if the server answered 5xx, kept
somebody waiting, or logged an error; each is named with the number of its request, which makes the
same request again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tools")]

from bench.doors.sending import for_seconds, fuzz  # noqa: E402
from bench.flood.run import serving  # noqa: E402
from bootstrap.messages import say, step  # noqa: E402
from bootstrap.paths import Places  # noqa: E402
from bootstrap.ready import set_up  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()) * 1000)
    arguments = parser.parse_args()
    with serving(set_up(Places.of_this_clone()), "doors") as server:
        with step(f"Sending mutated requests for {arguments.seconds:.0f} s"):
            found = fuzz(server, for_seconds(arguments.seconds, arguments.seed))
    statuses = {str(status): count for status, count in sorted(found.statuses.items())}
    say(f"{sum(found.statuses.values())} requests from number {arguments.seed} on: {statuses}")
    for complaint in [*found.wrong[:20], *found.logged[:20]]:
        say(f"WRONG: {complaint}")
    say(f"{len(found.wrong)} wrong answers, {len(found.logged)} errors in the log")
    return 1 if found.wrong or found.logged else 0


if __name__ == "__main__":
    raise SystemExit(main())
