"""Writing an answer as a WSGI application gives it: head and body in one piece, or less where a fault cuts it."""

from collections.abc import Callable
from functools import lru_cache
from time import time
from typing import TYPE_CHECKING, Any

from inbox_mock.faults.declaration import ConnectionEffect
from inbox_mock.serving.connection import Connection, Headers
from inbox_mock.serving.heads import Head

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

BODILESS = frozenset({204, 205, 304})


class Answer:
    """The answer to a request; ``stays_open`` says whether another one may follow on the connection, ``begun`` whether any of it left.

    Answers to HTTP/1.0, of which ``minor`` is 0, say how the connection goes on, and have no chunks.
    """

    def __init__(self, connection: Connection, head: Head, minor: int, *, stays_open: bool) -> None:
        self.begun = False
        self.stays_open = stays_open
        self._connection, self._head, self._minor = connection, head, minor
        self._status = ""
        self._headers: Headers = []
        self._chunks = False
        self._effect: ConnectionEffect | None = None
        self._kept = 0

    def give(self, environ: "WSGIEnvironment") -> None:
        """Let the application answer.

        Raises:
            Gone: the client takes no more of it.
        """
        parts = self._connection.host.app(environ, self._start)
        try:
            for part in parts:
                if part:
                    self._write(part)
            if not self.begun:
                self._write(b"")
            if self._chunks:
                self._connection.send(b"0\r\n\r\n")
        finally:
            if (close := getattr(parts, "close", None)) is not None:
                close()

    def fail(self) -> None:
        """Say that the application has failed, if there is still room for that."""
        self.stays_open = False
        if not self.begun:
            self.begun = True
            self._connection.begin("500 Internal Server Error", [("Content-Length", "0"), ("Connection", "close")], b"")

    def apply(self, effect: ConnectionEffect, kept: int) -> None:
        """Let a fault have its effect: close or reset the connection without an answer, or cut the body after so many bytes."""
        self._effect, self._kept = effect, kept
        if effect == "reset":
            self._connection.reset_at_end()

    def _start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:  # noqa: ANN401 - of any exception
        if self._status and exc_info is None:
            raise RuntimeError("the application has begun an answer twice")
        if self.begun:
            raise exc_info[1]
        self._status, self._headers = status, headers
        return self._write

    def _write(self, part: bytes) -> None:
        headers = [] if self.begun else self._whole_headers()
        begins, self.begun = not self.begun, True
        if self._effect is not None:
            self.stays_open = False
            if self._effect != "cut":
                return
            part = part[: self._kept]
        if self._chunks and part:
            part = b"%x\r\n%b\r\n" % (len(part), part)
        if begins:
            self._connection.begin(self._status, headers, part)
        else:
            self._connection.send(part)

    def _whole_headers(self) -> Headers:
        """Return the headers; what the application leaves to the server is decided here."""
        code = int(self._status[:3])
        headers = self._headers[:]
        names = _lower(tuple([name for name, _ in headers]))
        if code == 413:
            self.stays_open = False
        elif "content-length" not in names and code >= 200 and code not in BODILESS:
            self._chunks = self._minor > 0 and self._head.line.method != b"HEAD"
            if self._chunks:
                headers.append(("Transfer-Encoding", "chunked"))
            else:
                self.stays_open = False
        host = self._connection.host
        self.stays_open = self.stays_open and host.keeps_open
        if "connection" not in names:
            if self._minor == 0 and self.stays_open:
                headers += [("Connection", "Keep-Alive"), ("Keep-Alive", f"timeout={host.timeout:g}")]
            elif self._minor > 0 and not self.stays_open:
                headers.append(("Connection", "close"))
        if "date" not in names:
            headers.append(("Date", _date(int(time()))))
        if "server" not in names:
            headers.append(("Server", host.name))
        return headers


@lru_cache(maxsize=64)
def _lower(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    from wsgiref.handlers import format_date_time

    return format_date_time(second)
