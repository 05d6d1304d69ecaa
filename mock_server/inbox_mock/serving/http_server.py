"""The HTTP server: what comes on its connections is answered by its threads."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from time import sleep
from typing import TYPE_CHECKING

from inbox_mock.domain import limits
from inbox_mock.serving.connection import Connection, Host
from inbox_mock.serving.connections import Connections
from inbox_mock.serving.handover import Handed
from inbox_mock.serving.incoming import Crowded
from inbox_mock.serving.request import answer_next
from inbox_mock.serving.threads import Threads

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BREAK_SECONDS = 0.001


class HttpServer(Host):
    """A server on a socket that listens.

    Whether it lives is answered by the thread that watches connections, which waits for nothing: not for a free thread, nor for what one
    does. Whether it is ready is answered by another one, unless the home of sandboxes ``can_wait`` for nothing either: under load, each
    change of threads costs its turn at the interpreter.
    """

    can_wait = True

    def __init__(
        self,
        listener: socket.socket,
        app: "WSGIApplication",
        name: str = "inbox-mock",
        timeout: float = limits.IDLE_TIME,
        threads: int = limits.THREADS,
    ) -> None:
        super().__init__(listener.getsockname()[:2], app, name, timeout)
        self.connections = Connections(self, listener)
        self.threads = Threads(self._look, self.connections.wake, self._answer, threads)
        self.meanwhile, self.slowly = self.threads.aside, self._wait_for_client
        self._room_for_slow_clients = BoundedSemaphore(limits.SLOW_CLIENTS)
        self._serves = True
        self._looking, self._stopping = Lock(), Lock()
        self._asking: SimpleQueue[Connection | None] = SimpleQueue()
        Thread(target=self._answer_who_asks, name="readiness", daemon=True).start()

    @property
    def keeps_open(self) -> bool:
        """Whether there is room for a connection that waits for its next request."""
        return self._serves and len(self.connections) - self.threads.busy < limits.IDLE_CONNECTIONS

    def serve(self) -> None:
        """Answer requests until it is stopped."""
        self.threads.run()

    def adopt(self, opened: socket.socket, handed: Handed) -> None:
        """Answer a request, and those that follow it, on a connection that another worker has handed over."""
        connection = Connection(self, opened, handed.peer)
        connection.handed, connection.is_taken = handed, True
        connection.incoming.put(handed.rest)
        self.threads.put(connection)

    def stop(self, seconds: float) -> None:
        """Accept no more, and answer what has come, for at most ``seconds``."""
        with self._stopping:
            if not self._serves:
                return
            self._serves = False
        self.connections.wake()
        with self._looking:
            come = [one for one in self.connections.end() if not self._answers_health(one)]
        self.threads.stop(seconds, come)
        self._asking.put(None)

    @contextmanager
    def _wait_for_client(self) -> Iterator[None]:
        """Stand aside, if threads are left for others."""
        if not self._room_for_slow_clients.acquire(blocking=False):
            raise Crowded
        try:
            with self.threads.aside():
                yield
        finally:
            self._room_for_slow_clients.release()

    def _look(self, seconds: float) -> list[Connection]:
        """Wait for requests, and answer those for health."""
        if self._serves:
            try:
                with self._looking:
                    return [one for one in self.connections.look(seconds) if not self._answers_health(one)]
            except Exception as error:  # noqa: BLE001 - nobody else would look
                self.error_log(repr(error), logging.ERROR, traceback=True)
        sleep(BREAK_SECONDS)  # also until the threads are told that the server stops
        return []

    def _answers_health(self, connection: Connection) -> bool:
        probe = connection.incoming.probe()
        if probe == b"livez" or (probe is not None and not self.can_wait):
            self._answer_at_once(connection)
        elif probe is not None:
            self._asking.put(connection)
        return probe is not None

    def _answer_who_asks(self) -> None:
        """Answer whether it is ready, one after the other."""
        while (connection := self._asking.get()) is not None:
            self._answer_at_once(connection)

    def _answer_at_once(self, connection: Connection) -> None:
        connection.incoming.late = True
        self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        """Answer a request, and wait for the next one; whatever happens, the thread goes on."""
        stays_open = False
        try:
            stays_open = answer_next(connection)
            connection.incoming.late = False
            if stays_open and not self.connections.put(connection):
                self.threads.put(connection)
        except BaseException as error:  # noqa: BLE001 - the thread goes on, whatever it is
            self.error_log(repr(error), logging.ERROR, traceback=True)
        if not stays_open:
            self.connections.close(connection)
