"""What was seen a short while ago, so that it is looked for before it is stored once more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Recent:
    """The last keys that this process saw; a hint and never an answer, because others see more.

    :param most: how many are remembered; the one that was seen longest ago is forgotten
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._keys: OrderedDict[Hashable, None] = OrderedDict()
        self._lock = threading.Lock()

    def saw(self, key: Hashable) -> bool:
        """Whether it was seen before; it has been from now on.

        >>> recent = Recent(2)
        >>> [recent.saw(key) for key in ("a", "b", "a", "c", "b")]
        [False, False, True, False, False]
        """
        with self._lock:
            known = key in self._keys
            self._keys[key] = None
            self._keys.move_to_end(key)
            if len(self._keys) > self._most:
                self._keys.popitem(last=False)
        return known
