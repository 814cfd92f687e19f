#!/usr/bin/env python3
"""Tells story A on a running server, over HTTP only, and checks how it ends.

    tools/story/run.py --url http://127.0.0.1:8069 --database logistics_demo

Run again it sends everything again: nothing is doubled and the totals are the same.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from story.orders import NoDemoData
from story.rpc import OdooRefused, OdooUnreachable
from story.story import Story
from story.watch import NeverQuiet


def main(argv: list[str]) -> int:
    """Tell the story; the exit status says whether it ended as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="of the running server")
    parser.add_argument("--database", required=True)
    parser.add_argument("--json", type=Path, default=Path("var/demo.json"))
    parser.add_argument("--seed", type=int, default=1, help="decides the order of sending")
    parser.add_argument("--parallel", type=int, default=4, help="connections at once")
    given = parser.parse_args(argv)
    try:
        story = Story(given.url, given.database, datetime.now(UTC), shuffle_seed=given.seed)
        return 0 if story.tell(given.json, given.parallel) else 1
    except (NoDemoData, NeverQuiet, OdooUnreachable) as trouble:
        print(f"\nThe story stopped: {trouble}", file=sys.stderr)
    except OdooRefused as refusal:
        print(f"\nThe story stopped, Odoo says: {refusal}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
