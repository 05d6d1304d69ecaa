"""A WSGI application in this process, answering the bytes that a client would send it over a socket."""

import logging
import socket
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from time import sleep
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from inbox_mock import __version__
from inbox_mock.serving.connection import Connection, Headers, Host
from inbox_mock.serving.request import INTERIM, answer_next

__tracebackhide__ = True
PORTS = {"http": 80, "https": 443}
Kind = TypeVar("Kind", bound=Connection)


@dataclass(slots=True)
class ClientTimeout:
    """A client's timeout in seconds; None is unlimited. ``expired``: the answer would have come later."""

    seconds: float | None
    expired: bool = False


WAITING: ContextVar[ClientTimeout | None] = ContextVar("WAITING", default=None)


def wait(seconds: float) -> None:
    """Delay an answer. If the client's timeout is shorter, it is raised at once, without waiting."""
    timeout = WAITING.get()
    if timeout is not None and timeout.seconds is not None and seconds > timeout.seconds:
        timeout.expired = True
    else:
        sleep(seconds)


class _Host(Host):
    """What would serve the application on a port."""

    def error_log(self, message: str, level: int = logging.INFO, *, traceback: bool = False) -> None:
        """Log errors of the server."""
        logging.getLogger("inbox_mock.testing").log(level, "%s", message, exc_info=traceback)


THIS_MACHINE = ("127.0.0.1", 0)


class _ServerEnd:
    """The server's end of a connection, in place of its socket."""

    def __init__(self, request: bytes) -> None:
        self._come = BytesIO(request).read
        self.recv: Callable[[int], bytes] = self._come
        self.written = BytesIO()
        self.send = self.written.write
        self.reset = False
        self.ran_short = False

    def recv_what_has_come(self, count: int) -> bytes:
        """Receive without waiting, in place of ``recv``: raise an error if nothing has come."""
        if not (more := self._come(count)):
            self.ran_short = True
            raise BlockingIOError
        return more

    def settimeout(self, _seconds: float) -> None:
        """Do nothing: no byte is waited for."""

    def shutdown(self, _how: int) -> None:
        """Do nothing: what was written is read at the end."""

    def getsockname(self) -> tuple[str, int]:
        """Return the address of this machine."""
        return THIS_MACHINE

    def setsockopt(self, _level: int, option: int, _value: bytes) -> None:
        """Record that the gateway is about to reset the connection."""
        self.reset = self.reset or option == socket.SO_LINGER


class AnswerHead(NamedTuple):
    """The head of an answer; the body begins ``at`` this position of what was written."""

    status: str
    headers: Headers
    at: int


class _KnownHead(Connection):
    """A connection whose client is given the head of the answer as it is."""

    head: AnswerHead | None = None

    def begin(self, status: str, headers: Headers, part: bytes) -> None:
        """Keep the head, and send the first part of the body."""
        written: BytesIO = self.socket.written  # type: ignore[attr-defined] # a socket of ours
        self.head = AnswerHead(status, headers, written.tell())
        self.send(part)


class Application:
    """A WSGI application that answers as if it were served at ``origin``."""

    def __init__(self, app: Any, origin: str) -> None:
        parts = urlsplit(origin)
        self.origin = origin
        self.scheme = parts.scheme
        self.host = parts.hostname or ""
        self.port = parts.port or PORTS[parts.scheme]
        self._host = _Host((self.host, self.port), app, f"inbox-mock/{__version__}")

    def is_at(self, url: str) -> bool:
        """Return whether a URL is one of this application."""
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)) == (self.scheme, self.host, self.port)

    def exchange(self, request: bytes, timeout: float | None) -> bytes:
        """Return the bytes that answer the bytes of a request. It raises what `answer` raises."""
        return self._answered(Connection, _ServerEnd(request), timeout)[1].getvalue()

    def exchange_if_whole(self, come: bytes, timeout: float | None) -> tuple[bytes, bool]:
        """Return the bytes that answer what has come of a request, and whether it has come whole. It raises what `answer` raises.

        A request is executed when it is whole; until then only an interim answer is returned.
        """
        end = _ServerEnd(come)
        end.recv = end.recv_what_has_come
        written = self._answered(Connection, end, timeout)[1].getvalue()
        return written, not (end.ran_short and written in {b"", INTERIM})

    def answer(self, request: bytes, timeout: float | None) -> tuple[BytesIO, AnswerHead | None]:
        """Return what is written to answer the bytes of a request, and its head, if that is not written.

        Raises:
            ConnectionResetError: a fault resets the connection.
            TimeoutError: the answer comes later than the client waits.
        """
        connection, written = self._answered(_KnownHead, _ServerEnd(request), timeout)
        return written, connection.head

    def _answered(self, kind: type[Kind], end: _ServerEnd, timeout: float | None) -> tuple[Kind, BytesIO]:
        connection = kind(self._host, end, THIS_MACHINE, self.scheme)  # type: ignore[arg-type] # all that is used of a socket
        waiting = ClientTimeout(timeout)
        token = WAITING.set(waiting)
        try:
            answer_next(connection)
        finally:
            WAITING.reset(token)
        if waiting.expired:
            raise TimeoutError("timed out")
        if end.reset:
            raise ConnectionResetError(104, "Connection reset by peer")
        return connection, end.written


Answering = Callable[[str], Application | None]
"""Finds the application that answers at a URL, if there is one."""
