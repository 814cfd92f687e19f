"""Whose turn it is: many senders, one worker.

Whoever has less to say than a batch waits for one batch of somebody else at most, however much that
one has to say; those who have more take turns among each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Turns:
    """Who is next in one run of a worker.

    :ivar broken: by sender, groups of messages that broke together and are to be tried in parts
    """

    def __init__(self) -> None:
        self.broken: defaultdict[int, list[list[int]]] = defaultdict(list)
        self._last: dict[int, int] = {}
        self._count = 0

    def order(self, senders: Iterable[int]) -> list[int]:
        """Those who never had much first, then those whose turn is longest ago.

        >>> turns = Turns()
        >>> turns.had_much(1)
        >>> turns.order([1, 2, 3])
        [2, 3, 1]
        """
        return sorted(senders, key=lambda sender: self._last.get(sender, 0))

    def had_much(self, sender: int) -> None:
        """It had a whole batch, or something of it broke: the others come first now."""
        self._count += 1
        self._last[sender] = self._count
