"""What processes tell each other: which sandboxes they have changed. It wakes those who wait; nothing depends on being heard."""

import os
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Event, Lock, Thread

import psycopg
from psycopg.rows import TupleRow

from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.store.homes.postgresql.connections import CONNECT_SECONDS, NAME, ConnectionPool, on_one_line

CHANNEL = "inbox_mock"
GATHERING_SECONDS = 0.03
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
IDS_AT_ONCE = 100
# Not in the transaction of the change itself: PostgreSQL commits those that notify one after the other, each when the disk has it.
TELL = f"BEGIN; SET LOCAL synchronous_commit = off; SELECT pg_notify('{CHANNEL}', %s); COMMIT"


class News:
    """Two threads: one listens on a connection of its own, the other tells what this process has changed.

    ``heard`` is called with the ids of sandboxes that others have changed, or with None: it may be any. ``trouble`` says why nothing
    can be heard at the moment; it is empty if all is well.
    """

    def __init__(self, url: str, connections: ConnectionPool, heard: Callable[[Collection[str] | None], None]) -> None:
        self.trouble = ""
        self._url, self._connections, self._heard = url, connections, heard
        self._name = os.urandom(6).hex()
        self._changed: set[str] = set()
        self._lock = Lock()
        self._news, self._closed = Event(), Event()
        self._socket: socket.socket | None = None
        self._threads = [Thread(target=run, name=name, daemon=True) for name, run in (("listen", self._listen), ("tell", self._tell))]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def tell(self, sandbox_id: str) -> None:
        """Tell the others, soon, that this process has changed a sandbox."""
        with self._lock:
            self._changed.add(sandbox_id)
        self._news.set()

    def close(self) -> None:
        """End the threads."""
        self._closed.set()
        self._news.set()
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(CONNECT_SECONDS)

    def _listen(self) -> None:
        failures = 0
        while not self._closed.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name=NAME) as listening:
                    self._hear(listening)
            except (psycopg.Error, HomeUnavailable) as error:
                failures = 0 if not self.trouble else failures + 1
                self.trouble = on_one_line(error)
            self._closed.wait(PAUSES[min(failures, len(PAUSES) - 1)])

    def _hear(self, listening: psycopg.Connection[TupleRow]) -> None:
        listening.execute(f"LISTEN {CHANNEL}")
        with socket.socket(fileno=os.dup(listening.fileno())) as own:
            with self._lock:
                self._socket = own
            try:
                self._heard(None)
                self.trouble = ""
                while not self._closed.is_set():
                    for news in listening.notifies(stop_after=1):
                        name, *ids = news.payload.split()
                        if name != self._name:
                            self._heard(ids)
            finally:
                with self._lock:
                    self._socket = None

    def _tell(self) -> None:
        while self._news.wait() and not self._closed.wait(GATHERING_SECONDS):
            self._news.clear()
            with self._lock:
                changed, self._changed = sorted(self._changed), set()
            with suppress(HomeUnavailable):  # then the others lose their connections too, and look themselves
                for first in range(0, len(changed), IDS_AT_ONCE):
                    self._connections.rows(TELL, (" ".join([self._name, *changed[first : first + IDS_AT_ONCE]]),))
