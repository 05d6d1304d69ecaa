"""Requests that wait for a thread: the first one first, and in turns those that somebody waits for who waits for an answer himself."""

from collections import deque
from collections.abc import Callable, Iterable

from inbox_mock.serving.connection import Connection


class Queue:
    """Connections on which a request waits. Those that ``comes_first`` names are taken in turns with the others: neither starves."""

    def __init__(self, comes_first: Callable[[Connection], bool]) -> None:
        self._comes_first = comes_first
        self._first: deque[Connection] = deque()
        self._others: deque[Connection] = deque()
        self._first_was_taken = False

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
        self._first_was_taken = bool(self._first) and not (self._first_was_taken and self._others)
        return (self._first if self._first_was_taken else self._others).popleft()
