"""What expressions see of one item, and how much work its message may make.

A message has its items inside of something: statuses inside of a stop, inside of a shipment.
Expressions about an item also ask about what is around it, the same for all its neighbors. So what
is found around is remembered, else reading would take the square of the message's size. What cannot
be remembered is counted: a message that makes far more work than its size explains is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

# Steps that every message may take, and how often its every part may be looked at beyond them.
_FREE_STEPS: Final = 500_000
_LOOKS_PER_PART: Final = 100


class TooMuchWork(ValueError):
    """Reading the message takes far more steps than it has parts."""


class Work:
    """Counts the steps of reading one message.

    :param tree: the message; its size is measured when it matters only
    """

    __slots__ = ("_left", "_tree")

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        self._left = _FREE_STEPS

    def spend(self, steps: int) -> None:
        """Note that so many steps are taken.

        :raises TooMuchWork: if these are too many
        """
        self._left -= steps
        if self._left < 0:
            tree, self._tree = self._tree, None
            self._left += _LOOKS_PER_PART * _size(tree) if tree is not None else 0
            if self._left < 0:
                raise TooMuchWork("reading it takes far more work than its size explains")


class Scope(dict[str, Any]):
    """One item and what is around it, by the names of the levels.

    :ivar work: of the whole message
    """

    __slots__ = ("_around", "_inside", "_own", "work")

    def __init__(self, values: Mapping[str, Any], work: Work) -> None:
        super().__init__(values)
        self.work = work
        # For each name around the item what was found there; the outermost first.
        self._around: dict[str, dict[str, Any]] = {"": {}}
        # Names whose values nobody else sees, and what those inside will find there.
        self._own: frozenset[str] = frozenset()
        self._inside: dict[str, Any] = {}

    def inside(self, name: str, value: Any) -> Scope:
        """The scope of something inside of this one's innermost level."""
        scope = Scope({**self, name: value}, self.work)
        scope._around = {**self._around, **dict.fromkeys(self._own, self._inside)}
        scope._own = frozenset((name,))
        return scope

    def also(self, **values: Any) -> Scope:
        """The same scope, with further values for a while."""
        scope = Scope({**self, **values}, self.work)
        scope._around = self._around
        scope._own = self._own | values.keys()
        return scope

    def memory(self, names: frozenset[str] | None) -> dict[str, Any] | None:
        """Where to keep what an expression finds that looks at these names only.

        :param names: ``None`` if it looks at everything
        :return: shared by all scopes for which it finds the same; ``None`` if there are no others
        """
        if names is None or not names.isdisjoint(self._own):
            return None
        return next(
            memory for name, memory in reversed(self._around.items()) if not name or name in names
        )


def names_at_root(node: Mapping[str, Any]) -> frozenset[str] | None:
    """The names of a scope that a compiled expression looks at; ``None`` if that may be any.

    :param node: of JMESPath's syntax tree (``jmespath.ast``)
    """
    kind, children = node["type"], node["children"]
    if kind == "field":
        return frozenset((node["value"],))
    if kind in ("literal", "index", "slice"):
        return frozenset()
    if kind in _OF_WHAT_COMES_FIRST:
        return names_at_root(children[0])
    if kind not in _OF_EVERYTHING_IN_IT:
        return None
    found: frozenset[str] = frozenset()
    for child in children:
        # A reference to an expression is evaluated on the elements of a list.
        if child["type"] != "expref":
            names = names_at_root(child)
            if names is None:
                return None
            found |= names
    return found


# The rest of these looks at what their first part found.
_OF_WHAT_COMES_FIRST: Final = (
    *("subexpression", "index_expression", "pipe", "flatten"),
    *("projection", "value_projection", "filter_projection"),
)
_OF_EVERYTHING_IN_IT: Final = (
    *("comparator", "and_expression", "or_expression", "not_expression"),
    *("function_expression", "multi_select_list", "multi_select_dict", "key_val_pair"),
)


def _size(tree: Any) -> int:
    """How many values there are in a tree."""
    return sum(1 for _value in _values(tree))


def _values(tree: Any) -> Iterator[Any]:
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
