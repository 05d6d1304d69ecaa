"""The connection to the server on trial: each exchange ends by its deadline, and is written down."""

import io
import shlex
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import orjson

from inbox_contracts.provider.expectations import Broken

IDLE_SECONDS = 4.0
MOST_BYTES = 256 * 1024 * 1024
BEGINNING = 60


class NoAnswer(Broken):
    """The server gave no whole answer; the text says how it failed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None

    def curl(self) -> str:
        """Return a command that sends it again; the token is left to the shell."""
        words = ["curl", "-i"]
        if self.method == "HEAD":
            words.append("-I")
        elif self.method != ("GET" if self.body is None else "POST"):
            words += ["-X", self.method]
        for name, value in self.headers.items():
            words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            words += ["--data-binary", self.body.decode(errors="replace")]
        written = shlex.join([*words, self.url])
        return written.replace("'Authorization: Bearer $TOKEN'", '"Authorization: Bearer $TOKEN"')


Exchange = tuple[Asked, int | None]
"""A request and the status of its answer, None if there was none."""


@dataclass(frozen=True)
class Answer:
    """What the server answered; header names as it wrote them."""

    asked: Asked
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's value, or None; names are compared without regard to case."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)

    @property
    def about(self) -> str:
        """The request and its status, for people."""
        parts = urlsplit(self.asked.url)
        return f"{self.asked.method} {parts.path}{'?' if parts.query else ''}{parts.query} -> {self.status}"

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - what comes off the wire may be anything
        """The body as JSON.

        Raises:
            Broken: it is none.

        """
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            begins = self.body[:BEGINNING].decode(errors="replace")
            raise Broken(f"{self.about}: {self.header('Content-Type') or 'a body'} that begins with {begins!r}, expected JSON") from None


@dataclass
class Wire:
    """One connection, kept open. ``log`` holds the exchanges since it was cleared last."""

    root: str
    timeout_seconds: float = 10.0
    before: Callable[[], None] = lambda: None
    after: Callable[[Answer], None] = lambda _answer: None
    log: list[Exchange] = field(default_factory=list)
    count: int = 0
    _connection: HTTPConnection | None = None
    _used_at: float = 0.0
    _deadline: float = 0.0

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None, *, unlogged: bool = False) -> Answer:
        """Send a request and return the whole answer. A token in ``headers`` is written down as ``$TOKEN``.

        Raises:
            NoAnswer: there is none in time, or it breaks off.

        """
        self.before()
        told = {name: "Bearer $TOKEN" if value.startswith("Bearer ") else value for name, value in headers.items()}
        asked = Asked(method, self.root + target, told, body)
        self.count += 1
        place = len(self.log)
        if not unlogged:
            self.log.append((asked, None))
        try:
            status, answered, content = self._exchange(method, target, headers, body)
        except (OSError, HTTPException) as error:
            self.close()
            raise NoAnswer(f"{method} {target}: {self._told(error)}") from None
        if not unlogged and place < len(self.log):
            self.log[place] = (asked, status)
        answer = Answer(asked, status, answered, content)
        self.after(answer)
        return answer

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        self._deadline = monotonic() + self.timeout_seconds
        connection = self._connected()
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None or method in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        with connection.getresponse() as answer:
            content = answer.read(MOST_BYTES)
            if answer.length:  # of a Content-Length, so much is missing
                raise IncompleteRead(content, answer.length)
        self._used_at = monotonic()
        if answer.will_close:
            self.close()
        return answer.status, tuple(answer.getheaders()), content

    def _connected(self) -> HTTPConnection:
        if self._connection is not None and monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            parts = urlsplit(self.root)
            kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
            connection = kind(parts.hostname or "", parts.port, timeout=self.timeout_seconds)
            connection.response_class = self._response  # type: ignore[assignment]
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = connection
        return self._connection

    def _response(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None) -> HTTPResponse:
        return HTTPResponse(_Watched(self, sock), debuglevel, method=method)  # type: ignore[arg-type]

    def remaining(self) -> float:
        """Return the seconds until the deadline.

        Raises:
            TimeoutError: none are left, however slowly bytes still come in.

        """
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _told(self, error: Exception) -> str:
        """Say what went wrong, by the first kind of error that fits."""
        host = urlsplit(self.root).hostname
        kinds: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
            (TimeoutError, lambda _: f"no whole answer within {self.timeout_seconds:g} s"),
            (IncompleteRead, _cut),
            (ConnectionRefusedError, lambda _: "nobody listens there"),
            (ssl.SSLError, lambda error: f"no https there: {error.reason}"),
            (socket.gaierror, lambda _: f"there is no host {host}"),
            (ConnectionError, lambda _: "the connection was closed without an answer"),
            (HTTPException, lambda error: f"what came is no HTTP answer: {str(error)[:BEGINNING]!r}"),
        )
        return next((tell(error) for kind, tell in kinds if isinstance(error, kind)), str(error))


def _cut(error: IncompleteRead) -> str:
    missing = f", {error.expected} more were announced" if error.expected else ""
    return f"the body ends after {len(error.partial)} bytes{missing}"


class _Watched:
    """What an HTTPResponse needs of a socket: a file, each read of which ends by the deadline."""

    def __init__(self, wire: Wire, sock: socket.socket) -> None:
        self._wire, self._sock = wire, sock

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return the file; ``mode`` is always ``rb``."""
        del mode
        return io.BufferedReader(_Reading(self._wire, self._sock))


class _Reading(io.RawIOBase):
    def __init__(self, wire: Wire, sock: socket.socket) -> None:
        self._wire, self._sock = wire, sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int | None:  # noqa: ANN401 - any buffer
        self._sock.settimeout(self._wire.remaining())
        return self._raw.readinto(into)

    def close(self) -> None:
        self._raw.close()
        super().close()
