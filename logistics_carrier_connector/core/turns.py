"""Whose turn it is: many senders, one worker.

Whoever has less to say than a batch waits for one batch of somebody else at most, however much that
one has to say; those who have more take turns among each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable


class Turns:
    """Who is next in one run of a worker.

    :ivar broken: by sender, groups of messages that broke together and are to be tried in parts
    """

    def __init__(self) -> None:
        self.broken: defaultdict[int, list[list[int]]] = defaultdict(list)
        self._last: dict[int, int] = {}
        self._clashes: Counter[int] = Counter()
        self._count = 0

    def order(self, senders: Iterable[int]) -> list[int]:
        """Those who never had much first, then those whose turn is longest ago.

        >>> turns = Turns()
        >>> turns.had_much(1)
        >>> turns.order([1, 2, 3])
        [2, 3, 1]
        """
        return sorted(senders, key=lambda sender: self._last.get(sender, 0))

    def share(self, sender: int, most: int) -> int:
        """How many of its messages are tried at once: fewer, the more often that clashed lately.

        What waits grows; a larger batch meets more of what others work on, and clashes again. A
        smaller one gets through.

        >>> turns = Turns()
        >>> turns.clashed(1)
        >>> turns.clashed(1)
        >>> turns.share(1, 20), turns.share(2, 20)
        (5, 20)
        """
        return max(1, most >> self._clashes[sender])

    def clashed(self, sender: int) -> None:
        """Others worked on the same: it is tried again after their turn, in a smaller part."""
        self._clashes[sender] += 1
        self.had_much(sender)

    def went_well(self, sender: int) -> None:
        """A part got through: the next one may be larger again."""
        self._clashes[sender] = max(0, self._clashes[sender] - 1)

    def had_much(self, sender: int) -> None:
        """It had a whole batch, or something of it broke: the others come first now."""
        self._count += 1
        self._last[sender] = self._count
