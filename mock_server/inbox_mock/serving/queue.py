"""Requests that wait for a thread: the first one first, but for those of somebody whose answer is waited for here, which go before."""

from collections import deque
from collections.abc import Callable, Iterable

from inbox_mock.serving.connection import Connection

MOST_IN_A_ROW = 7
"""How many of those that come first are taken before one of the others is: none starves. An advance whose receiver calls the API waits for
several of them, one after the other, so that each turn of the others counts for it as often."""


class Queue:
    """Connections on which a request waits. Those that ``comes_first`` names are taken before the others, so many in a row."""

    def __init__(self, comes_first: Callable[[Connection], bool]) -> None:
        self._comes_first = comes_first
        self._first: deque[Connection] = deque()
        self._others: deque[Connection] = deque()
        self._in_a_row = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._first) + len(self._others)

    def put(self, connections: Iterable[Connection]) -> None:
        """Append requests, in their order."""
        for connection in connections:
            (self._first if self._comes_first(connection) else self._others).append(connection)

    def take(self) -> Connection:
        """Return the next one.

        Raises:
            IndexError: none waits.
        """
        if self._first and not (self._others and self._in_a_row >= MOST_IN_A_ROW):
            self._in_a_row += 1
            return self._first.popleft()
        self._in_a_row = 0
        return self._others.popleft()
