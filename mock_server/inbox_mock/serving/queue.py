"""What waits for its turn to be answered: the first one first, but for those on which others wait here, which go before."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Waiting = TypeVar("Waiting")

MOST_IN_A_ROW = 3
"""How many of those that come first are taken before one of the others is. With fewer, an advance whose receiver calls the API waits for
too many turns of the others; with more, those wait while many advance, and no advance is sooner at its end."""


class Queue(Generic[Waiting]):
    """What waits. Those that ``comes_first`` names are taken before the others, so many in a row."""

    def __init__(self, comes_first: Callable[[Waiting], bool]) -> None:
        self._comes_first = comes_first
        self._first: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._in_a_row = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._first) + len(self._others)

    def put(self, waiting: Iterable[Waiting]) -> None:
        """Append some, in their order."""
        for one in waiting:
            (self._first if self._comes_first(one) else self._others).append(one)

    def has(self, kind: type) -> bool:
        """Return whether one of a kind is among those that come first."""
        return any(isinstance(one, kind) for one in self._first)

    def take(self, kind: type | None = None) -> Waiting:
        """Return the next one; of a ``kind``, the next of those that come first.

        Raises:
            IndexError: none waits.
        """
        if kind is not None:
            return self._take_one_of(kind)
        if self._first and not (self._others and self._in_a_row >= MOST_IN_A_ROW):
            self._in_a_row += 1
            return self._first.popleft()
        self._in_a_row = 0
        return self._others.popleft()

    def _take_one_of(self, kind: type) -> Waiting:
        for one in self._first:
            if isinstance(one, kind):
                self._first.remove(one)
                return one
        raise IndexError
