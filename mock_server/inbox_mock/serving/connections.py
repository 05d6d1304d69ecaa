"""The connections on which no head has come: they occupy no thread, and are closed when they are too many, or too old."""

import os
import socket
from contextlib import suppress
from itertools import islice
from math import inf
from selectors import EVENT_READ, DefaultSelector
from threading import Lock
from time import monotonic

from inbox_mock.domain import limits
from inbox_mock.serving.connection import Connection, Host
from inbox_mock.serving.listening import WAITING_CONNECTIONS

SECONDS_BETWEEN_WARNINGS = 60
SECONDS_BETWEEN_CHECKS = 0.5
ACCEPTED_AT_ONCE = 16
"""How many connections one look accepts: other workers have their share, and health its answer."""


class Connections:
    """What listens, and all connections that were accepted there. One thread at a time watches them, by `look`.

    A connection whose request is answered is still watched: taking it out each time would cost two calls of the system. What comes
    meanwhile takes it out. Out of file handles, accepting fails at once, and again and again: the next try is at the next check.
    """

    checks_after = SECONDS_BETWEEN_CHECKS

    def __init__(self, host: Host, listener: socket.socket) -> None:
        listener.settimeout(0)
        self._host, self._listener = host, listener
        self._woken, self._waker = socket.socketpair()
        self._waker.settimeout(0)
        self._changing = Lock()
        self._selector = DefaultSelector()
        self._selector.register(listener, EVENT_READ)
        self._selector.register(self._woken, EVENT_READ)
        self._next_check = monotonic() + self.checks_after
        self._listens, self._ended = True, False
        self._warned_at = -inf

    def __len__(self) -> int:
        """Return how many are watched."""
        return len(self._selector.get_map() or ()) - 1 - self._listens

    def wake(self) -> None:
        """Wake who waits for something."""
        with suppress(OSError):
            self._waker.send(b"\0")

    def look(self, seconds: float) -> list[Connection]:
        """Wait until something comes, at most ``seconds``; return the connections on which there is something to answer."""
        found = self._come_in(min(seconds, self.checks_after))
        if monotonic() >= self._next_check:
            self._next_check = monotonic() + self.checks_after
            found += self._come_in(0)  # if this process stood still, all are silent for long: of what came meanwhile none is
            found += self._check()
        return found

    def _come_in(self, seconds: float) -> list[Connection]:
        found: list[Connection] = []
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._woken:
                self._woken.recv(1_000)
            elif key.data is None:
                found += filter(self._has_come, self._accept())
            elif self._has_come(key.data):
                found.append(key.data)
        return found

    def put(self, connection: Connection) -> bool:
        """Wait for the next request on a connection; return False if its head has come already."""
        connection.last_used, connection.begun = monotonic(), inf
        if connection.incoming.has_data() and connection.incoming.has_head():
            return False
        with self._changing:
            connection.is_taken = False
            if self._ended:
                connection.close()
            elif not connection.is_watched:
                self._watch(connection)
                self.wake()  # not every system notices while it looks already
        return True

    def close(self, connection: Connection) -> None:
        """Close a connection, and watch it no longer."""
        with self._changing:
            self._unwatch(connection)
        connection.close()

    def end(self) -> list[Connection]:
        """Accept no more, and close what waits; return the connections on which clients have sent something by then.

        Also those that nobody has accepted yet.
        """
        found: list[Connection] = []
        for _ in range(WAITING_CONNECTIONS):
            found += self.look(0)
        self._listener.close()
        with self._changing:
            self._ended = True
            idle = [one for one in self._all() if not one.is_taken]
            self._selector.close()
        for one in idle:
            one.close()
        self._woken.close()
        self._waker.close()
        return found

    def _accept(self) -> list[Connection]:
        """Accept connections that are still there, a few at most."""
        return list(islice(iter(self._accept_one, None), ACCEPTED_AT_ONCE))

    def _accept_one(self) -> Connection | None:
        try:
            opened, peer = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return None
        except OSError as error:
            self._selector.unregister(self._listener)
            self._listens = False
            if monotonic() - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
                self._warned_at = monotonic()
                self._host.error_log(f"no connection can be accepted for now: {os.strerror(error.errno or 0)}")
            return None
        connection = Connection(self._host, opened, peer[:2])
        connection.last_used = monotonic()
        with self._changing:
            self._watch(connection)
        return connection

    def _has_come(self, connection: Connection) -> bool:
        """Take in what has come on a connection; return whether there is something to answer, and let nobody else look for it then."""
        with self._changing:
            if connection.is_taken:
                self._unwatch(connection)
                return False
        incoming = connection.incoming
        try:
            came = incoming.take_in()
        except OSError:
            self.close(connection)
            return False
        if came is None:
            return False
        connection.last_used = monotonic()
        connection.begun = min(connection.begun, connection.last_used)
        if came and not incoming.has_head():
            return False
        if not incoming.has_data():
            self.close(connection)
            return False
        connection.is_taken = True
        return True

    def _check(self) -> list[Connection]:
        """Close the connections that have waited too long, and the oldest beyond the limit; return those whose head comes too slowly."""
        if not self._listens:
            self._selector.register(self._listener, EVENT_READ)
            self._listens = True
        now = monotonic()
        with self._changing:
            waiting = sorted((one for one in self._all() if not one.is_taken), key=lambda one: one.last_used)
        slow, kept = [], []
        for one in waiting:
            silent = one.last_used < now - self._host.timeout
            if one.incoming.has_data() and (silent or one.begun < now - limits.HEAD_TIME):
                one.is_taken = one.incoming.late = True
                slow.append(one)
            elif silent:
                self.close(one)
            else:
                kept.append(one)
        for one in kept[: -limits.IDLE_CONNECTIONS]:
            self.close(one)
        return slow

    def _all(self) -> list[Connection]:
        return [key.data for key in (self._selector.get_map() or {}).values() if key.data is not None]

    def _watch(self, connection: Connection) -> None:
        self._selector.register(connection.socket, EVENT_READ, data=connection)
        connection.is_watched = True

    def _unwatch(self, connection: Connection) -> None:
        if connection.is_watched and not self._ended:
            self._selector.unregister(connection.socket)
        connection.is_watched = False
