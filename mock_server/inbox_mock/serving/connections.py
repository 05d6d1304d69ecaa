"""Connections of the HTTP server, those that wait for a request and those that are answered, and the server itself."""

import logging
import os
import selectors
import socket
from contextlib import suppress
from math import inf
from queue import SimpleQueue
from threading import Thread
from time import monotonic, time
from typing import Any

from cheroot.connections import ConnectionManager
from cheroot.makefile import MakeFile, StreamWriter
from cheroot.server import HTTPConnection
from cheroot.wsgi import Server

from inbox_mock.domain import limits
from inbox_mock.serving.connection_faults import FaultyGateway
from inbox_mock.serving.handover import Handed, Handover
from inbox_mock.serving.incoming import Incoming
from inbox_mock.serving.request import Request
from inbox_mock.serving.threads import Threads

SECONDS_BETWEEN_WARNINGS = 60
LOG = logging.getLogger("inbox_mock.serving")


class Connection(HTTPConnection):
    """A connection with such requests; ``makefile`` opens the file to which answers are written."""

    RequestHandlerClass = Request
    handed: Handed | None = None

    def __init__(self, server: Any, sock: Any, makefile: Any = MakeFile) -> None:  # noqa: ANN401 - cheroot is not typed
        super().__init__(
            server, sock, lambda end, mode, size: Incoming(end, server.timeout) if mode[0] == "r" else makefile(end, mode, size)
        )

    def communicate(self) -> bool:
        """Answer one request, and release the room of its body, however it ends; return whether the connection stays open."""
        try:
            return bool(super().communicate())  # type: ignore[no-untyped-call]
        finally:
            self.rfile.release()

    def close(self) -> None:
        """Close it, the writer included: its finalizer would try to send what the client did not take, and say why it cannot."""
        super().close()
        self.wfile.raw.close()

    def leave(self) -> None:
        """Close it in this process alone: it goes on elsewhere."""
        self._close_kernel_socket = lambda: None
        self.socket.close()

    @property
    def scheme(self) -> bytes:
        """``http``, or ``https`` where a test in process stands in for it."""
        return str((self.ssl_env or {}).get("wsgi.url_scheme", "http")).encode()


class Outgoing(StreamWriter):
    """What goes out on a connection. Cheroot would copy all that is left for each part that the system takes."""

    def __init__(self, end: socket.socket, mode: str, size: int) -> None:
        super().__init__(end, mode, size)
        self._socket = end

    def write(self, val: Any) -> int:  # noqa: ANN401
        """Send all of it, each part within the timeout."""
        left = memoryview(val)
        while left:
            left = left[self._socket.send(left) :]
        self.bytes_written += len(val)
        return len(val)


class ServedConnection(Connection):
    """A connection over a socket. ``begun`` is when the head of the next request has begun to come, on the clock of ``last_used``."""

    begun = inf

    def __init__(self, server: Any, sock: Any, _makefile: Any) -> None:  # noqa: ANN401
        super().__init__(server, sock, Outgoing)


class Connections(ConnectionManager):
    """The connections on which no head has come: they occupy no thread, and are closed when they are too many, or too old.

    Out of file handles, accepting fails at once, and again and again: the server tries again when it looks for old connections.
    """

    _selector: Any
    _listens = True
    _warned_at = -inf

    def _from_server_socket(self, server_socket: socket.socket) -> None:
        """Accept a connection, and wait for its first bytes."""
        try:
            connection = super()._from_server_socket(server_socket)  # type: ignore[misc]
        except OSError as error:
            self._selector.unregister(server_socket.fileno())
            self._listens = False
            if monotonic() - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
                self._warned_at = monotonic()
                self.server.error_log(f"no connection can be accepted for now: {os.strerror(error.errno or 0)}")
        else:
            if connection is not None:
                self.put(connection)

    def put(self, connection: Any) -> None:  # noqa: ANN401
        """Wait for the next request, unless its head has come with the one before."""
        connection.last_used, connection.begun = time(), inf
        if connection.rfile.has_head():
            self.server.requests.put(connection)
        else:
            self.wait_for(connection)

    def wait_for(self, connection: Any) -> None:  # noqa: ANN401
        """Wait until something comes in."""
        self._selector.register(connection.socket.fileno(), selectors.EVENT_READ, data=connection)

    def stop(self) -> None:
        """End the loop, and take in what clients have sent by then, also on connections that nobody has accepted yet."""
        super().stop()
        for _ in range(self.server.request_queue_size):
            for fd, connection in list(self._selector.select(0)):
                if connection is self.server:
                    self._from_server_socket(self.server.socket)
                else:
                    self._selector.unregister(fd)
                    self.server.process_conn(connection)

    def _expire(self, threshold: float) -> None:
        """Close the connections that have waited too long, and the oldest beyond the limit; a head that comes too slowly is refused."""
        begun = [(fd, one) for fd, one in self._selector.connections if one is not self.server and one.rfile.has_data()]
        for fd, slow in begun:
            if slow.last_used < threshold or slow.begun < time() - limits.HEAD_TIME:
                self._selector.unregister(fd)
                slow.rfile.late = True
                self.server.requests.put(slow)
        super()._expire(threshold)  # type: ignore[misc]
        waiting = sorted((one.last_used, fd) for fd, one in self._selector.connections if one is not self.server)
        if len(waiting) > limits.IDLE_CONNECTIONS:
            super()._expire(waiting[-limits.IDLE_CONNECTIONS][0])  # type: ignore[misc]
        if not self._listens:
            self._selector.register(self.server.socket.fileno(), selectors.EVENT_READ, data=self.server)
            self._listens = True


class HttpServer(Server):
    """cheroot's server with such connections, and faults on them. Its threads get requests, not connections.

    Whether it lives is answered by the thread that accepts connections, which waits for nothing: not for a free thread, nor for what
    one does. Whether it is ready is answered by another one, which may wait for the home of sandboxes.
    """

    _connections: Any
    requests: Any
    listener: socket.socket | None = None
    handover: Handover
    ConnectionClass = ServedConnection
    keep_alive_conn_limit = limits.IDLE_CONNECTIONS
    logs = False

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401 - cheroot is not typed
        super().__init__(*given, **options)
        self.gateway = FaultyGateway

    def prepare(self) -> None:
        """Take the socket that listens, from which others may accept connections too."""
        self.requests = Threads(self, self.requests.max)
        self._asking: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._answer_who_asks, name="readiness", daemon=True).start()
        super().prepare()
        self.socket.settimeout(0)
        self._connections.close()
        self._connections = Connections(self)

    def bind(self, family: int, kind: int, proto: int = 0) -> Any:  # noqa: ANN401
        """Take the socket that listens already, if there is one; else bind the port."""
        if self.listener is None:
            return super().bind(family, kind, proto)
        self.socket = self.listener
        return self.listener

    def adopt(self, connected: socket.socket, handed: Handed) -> None:
        """Answer a request, and those that follow it, on a connection that another worker has handed over."""
        connected.settimeout(self.timeout)
        connection = self.ConnectionClass(self, connected, None)
        connection.remote_addr, connection.remote_port = handed.peer
        connection.handed = handed
        connection.rfile.put(handed.rest)
        self.requests.put(connection)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's
        """Say what went wrong, in the log if there is one, else on standard error, if that can be written.

        Its reader may have gone, and that ends neither server nor thread.
        """
        if self.logs:
            LOG.log(level, "%s", msg, exc_info=traceback)
            return
        with suppress(OSError, ValueError):
            super().error_log(msg, level, traceback)

    def process_conn(self, connection: Any) -> None:  # noqa: ANN401
        """Take in what has come on a connection, and give it to a thread when the head of a request is complete."""
        incoming = connection.rfile
        try:
            came = incoming.take_in()
        except OSError:
            connection.close()
            return
        connection.last_used = time()
        connection.begun = min(connection.begun, connection.last_used)
        if came is not False and not incoming.has_head():
            self._connections.wait_for(connection)
        elif (probe := incoming.probe()) is not None:
            (self._answer_at_once if probe == b"livez" else self._asking.put)(connection)
        elif incoming.has_data():
            self.requests.put(connection)
        else:
            connection.close()

    def stop(self) -> None:
        """Stop, within the ``shutdown_timeout``."""
        super().stop()
        self._asking.put(None)

    def _answer_who_asks(self) -> None:
        """Answer whether it is ready, one after the other."""
        while (connection := self._asking.get()) is not None:
            self._answer_at_once(connection)

    def _answer_at_once(self, connection: Any) -> None:  # noqa: ANN401
        connection.socket.settimeout(0)
        connection.rfile.late = True
        stays = connection.communicate()
        connection.socket.settimeout(self.timeout)
        connection.rfile.late = False
        if stays:
            self.put_conn(connection)
        else:
            connection.close()
