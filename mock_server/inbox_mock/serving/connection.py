"""A connection of the HTTP server, and what is known of the server on all of them."""

import logging
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from math import inf
from traceback import print_exc
from typing import TYPE_CHECKING, Any

from inbox_mock.api.addressing import OWN_ADDRESS
from inbox_mock.domain import limits
from inbox_mock.serving.handover import Handed, Handover
from inbox_mock.serving.incoming import Incoming

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOG = logging.getLogger("inbox_mock.serving")
NO_LINGER = struct.pack("ii", 1, 0)
COPIED = 64 * 1024
"""A body up to this number of bytes is copied, to leave with the head; a longer one follows it."""

Headers = list[tuple[str, str]]


class Gone(Exception):  # noqa: N818 - an event, not a failure of ours
    """The client takes no more of an answer."""


class Host:
    """What serves an application: its address, its name in the header Server, and the time that a client may be silent.

    ``meanwhile`` is entered while a thread waits for another worker, ``slowly`` while it waits for a client; that raises `Crowded` if
    too many do.
    """

    handover: Handover
    logs = False
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext
    slowly: Callable[[], AbstractContextManager[object]] = nullcontext

    def __init__(
        self, address: tuple[str, int], app: "WSGIApplication", name: str = "inbox-mock", timeout: float = limits.IDLE_TIME
    ) -> None:
        self.address, self.app, self.name, self.timeout = address, app, name, timeout

    @property
    def keeps_open(self) -> bool:
        """Whether a connection may stay open after an answer."""
        return True

    def error_log(self, message: str, level: int = logging.INFO, *, traceback: bool = False) -> None:
        """Say what went wrong, in the log if there is one, else on standard error, if that can be written.

        Its reader may have gone, and that ends neither server nor thread.
        """
        if self.logs:
            LOG.log(level, "%s", message, exc_info=traceback)
            return
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{message}\n")
            if traceback:
                print_exc()
            sys.stderr.flush()


class Connection:
    """A connection, whose socket does not wait. ``environ`` is what WSGI says of it, whatever the request.

    ``last_used`` is when something came last, ``begun`` when the head of the next request has begun to come, both in seconds of the
    clock that nobody sets. ``is_taken`` says that a request on it is answered, ``is_watched`` that one waits for what comes, ``is_left``
    that this process has no part in its end: another one goes on with it, or it is reset.
    """

    def __init__(self, host: Host, opened: socket.socket, peer: tuple[str, int], scheme: str = "http") -> None:
        opened.settimeout(0)
        self.host, self.socket, self.peer = host, opened, peer
        self.scheme = scheme.encode()
        self.incoming = Incoming(opened, host.timeout, host.slowly)
        self.handed: Handed | None = None
        self.last_used, self.begun = 0.0, inf
        self.is_taken = self.is_watched = self.is_left = False
        self.environ: dict[str, Any] = {
            "REMOTE_ADDR": peer[0],
            "REMOTE_PORT": str(peer[1]),
            "SERVER_NAME": host.name,
            "SERVER_PORT": str(host.address[1]),
            "SERVER_SOFTWARE": host.name,
            "wsgi.url_scheme": scheme,
        }
        with suppress(OSError):  # the client has gone
            self.environ[OWN_ADDRESS] = opened.getsockname()[0]

    def asks_in(self, sandbox_id: bytes) -> bool:
        """Return whether the next request is about a sandbox, as far as a short head shows that."""
        return self.incoming.names(sandbox_id) if self.handed is None else self.handed.sandbox_id.encode() == sandbox_id

    def begin(self, status: str, headers: Headers, part: bytes) -> None:
        """Send the head of an answer, and the first part of its body.

        Raises:
            Gone: the client does not take it.
        """
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
        head = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1")
        if len(part) > COPIED:
            self.send(head)
            self.send(part)
        else:
            self.send(head + part)

    def send(self, data: bytes) -> None:
        """Send all of it, each part within the timeout.

        Raises:
            Gone: the client does not take it.
        """
        sent = 0
        try:
            with suppress(BlockingIOError):
                sent = self.socket.send(data)
            if sent < len(data):
                self._send_slowly(memoryview(data)[sent:])
        except OSError as error:
            raise Gone from error

    def _send_slowly(self, left: memoryview) -> None:
        with self.host.slowly():
            self.socket.settimeout(0 if self.incoming.late else self.host.timeout)
            while left:
                left = left[self.socket.send(left) :]
            self.socket.settimeout(0)

    def reset_at_end(self) -> None:
        """Reset the connection when it is closed, without an orderly end before that."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.is_left = True

    def close(self) -> None:
        """Close it, here."""
        with suppress(OSError):
            if not self.is_left:
                self.socket.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self.socket.close()
