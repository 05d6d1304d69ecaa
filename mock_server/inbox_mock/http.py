"""One HTTP exchange under one deadline: connecting, sending, and reading the response; https trusts REQUESTS_CA_BUNDLE.

With a timeout for each read, a peer that sends a byte now and then could block its caller for ever.
"""

import io
import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead, parse_headers
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

from inbox_mock.domain import limits
from inbox_mock.domain.addresses import host_in

IDLE_SECONDS = 4.0
"""How long a connection may be idle and be used again; servers close theirs after some seconds, ours after ten."""
CA_BUNDLE = "REQUESTS_CA_BUNDLE"
"""The variable that names the certificates of the authorities that are trusted, in place of the system's: a file or a folder of them."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
BY_A_PROXY = frozenset({502, 503, 504})
"""With one of these a proxy says that the server behind it cannot be reached."""


@dataclass(frozen=True)
class HttpResponse:
    """A response: header names and their order as they were received."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's value, or None; names are compared without regard to case."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)


class TooLong(HTTPException):
    """A response is longer than is read."""


class UntrustedError(OSError):
    """The server's certificate cannot be verified; the text says what to do."""


class _FinalResponse(HTTPResponse):
    """A response of which interim ones, 1xx, are skipped: http.client skips 100 alone. 101 is final: nobody asked to switch."""

    fp: Any = None
    """What is read; it stays None where the request cannot be sent in time, and Python 3.13 says so when it closes the response."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(limits.INTERIM + 1):
            version, status, reason = super()._read_status()  # type: ignore[misc] # the stubs leave it out
            if status == 101 or not 100 <= status < 200:
                return version, status, reason
            parse_headers(self.fp)
        raise TooLong(f"more than {limits.INTERIM} before it")


class HttpClient:
    """Sends requests to the server of a URL, below its path.

    With ``keep_alive``, one connection serves several exchanges, as long as the server agrees.
    Redirects are not followed, and nothing is sent twice.
    """

    def __init__(self, url: str, *, keep_alive: bool = False, most: limits.Limit = limits.ANSWER) -> None:
        parts = urlsplit(url)
        self._keep_alive, self._most = keep_alive, most
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        # Without a port http.client would treat the end of an IPv6 address as one.
        self._address = host_in(url), self._kind.default_port if parts.port is None else parts.port
        self._path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
        self._connection: HTTPConnection | None = None
        self._socket: _TimedSocket | None = None
        self._used_at = 0.0

    def exchange(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        seconds: float | None,
        connect_seconds: float | None = None,
        beginning: int | None = None,
    ) -> HttpResponse:
        """Send a request to a target below the URL's path, and return its response, within ``seconds``; None sets no limit.

        ``headers`` are written in their order, after Host and before Content-Length. ``connect_seconds`` limits connecting
        further. With ``beginning``, at most that many bytes of the body are read, and a body that breaks off, or is not
        complete in time, is returned as far as it was read.

        Raises:
            TimeoutError: the exchange is not complete in time.
            ConnectionRefusedError: nothing listens there.
            UntrustedError: the server's certificate cannot be verified.
            IncompleteRead: the body is shorter than announced.
            TooLong: the body has more bytes than ``most``, or too many interim responses come first.
            HTTPException: what comes is not HTTP.
            OSError: the connection cannot be made, or breaks.
        """
        deadline = _Deadline(seconds)
        try:
            connection = self._open(deadline, connect_seconds)
            connection.putrequest(method, self._path + target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None or method in WITH_BODY:
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            with connection.getresponse() as response:
                content = _whole(response, self._most) if beginning is None else _start(response, beginning)
        except BaseException:
            self.close()
            raise
        self._used_at = monotonic()
        if response.will_close or beginning is not None or not self._keep_alive:
            self.close()
        return HttpResponse(response.status, tuple(response.getheaders()), content)

    def close(self) -> None:
        """Close the connection; the next exchange opens another one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._socket = None

    def _open(self, deadline: "_Deadline", connect_seconds: float | None) -> HTTPConnection:
        if self._connection is not None and monotonic() - self._used_at > IDLE_SECONDS:
            self.close()
        if self._connection is None or self._socket is None:
            plain = self._kind is HTTPConnection
            connection: Any = HTTPConnection(*self._address) if plain else HTTPSConnection(*self._address, context=_trust())
            connecting = deadline.within(connect_seconds)
            # http.client keeps it as an attribute so that it can be replaced.
            connection.response_class = _FinalResponse
            connection._create_connection = lambda address, *_more: _connect(address, connecting)  # noqa: SLF001 - see above
            try:
                connection.connect()
            except ssl.SSLCertVerificationError as error:
                told = f"the certificate of {self._address[0]} is not trusted ({error.verify_message})"
                raise UntrustedError(f"{told}: {CA_BUNDLE}=FILE trusts the authority whose certificate is in FILE") from None
            timed: Any = _TimedSocket(connection.sock)
            self._connection, self._socket, connection.sock = connection, timed, timed
        self._socket.deadline = deadline
        return self._connection


def _trust() -> ssl.SSLContext:
    """Return what verifies certificates: by a file or a folder of authorities, or else by those of the system.

    Raises:
        UntrustedError: the file cannot be read, or holds no certificate.
    """
    bundle = os.environ.get(CA_BUNDLE)
    if not bundle:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(capath=bundle) if Path(bundle).is_dir() else ssl.create_default_context(cafile=bundle)
    except OSError as error:
        reason = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise UntrustedError(f"{CA_BUNDLE} names {bundle!r}: {reason}; expected a file of certificates, in the format PEM") from None


class _Deadline:
    """The end of an exchange's time; None is no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._ends_at = None if seconds is None else monotonic() + seconds

    def within(self, seconds: float | None) -> "_Deadline":
        """Return this deadline, or one in ``seconds`` if that is sooner."""
        other = _Deadline(seconds)
        if self._ends_at is None or (other._ends_at is not None and other._ends_at < self._ends_at):
            return other
        return self

    def left(self) -> float | None:
        """Return the seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        if self._ends_at is None:
            return None
        left = self._ends_at - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _connect(address: tuple[str, int], deadline: _Deadline) -> socket.socket:
    """Connect to the first of a host's addresses that answers; all attempts share the deadline."""
    failure: OSError | None = None
    for *_, found in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
        try:
            connected = socket.create_connection((str(found[0]), int(found[1])), deadline.left())
        except OSError as error:
            failure = error
        else:
            connected.settimeout(deadline.left())  # TLS begins with a handshake
            return connected
    raise failure or OSError("the host has no address")


class _TimedSocket:
    """The socket interface that http.client uses; each operation ends by ``deadline``.

    http.client sends head and body apart, for each of which the peer would wake up.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.deadline = _Deadline(None)
        self._sock = sock
        self._unsent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Keep it until a response is read."""
        self._unsent.append(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Send all of the request, however slowly the peer reads, and return the file that its response is read from."""
        rest = memoryview(b"".join(self._unsent))
        self._unsent.clear()
        while rest:
            self._sock.settimeout(self.deadline.left())
            rest = rest[self._sock.send(rest) :]
        return io.BufferedReader(_TimedReader(self, self._sock))

    def close(self) -> None:
        """Close it."""
        self._sock.close()


class _TimedReader(io.RawIOBase):
    def __init__(self, timed: _TimedSocket, sock: socket.socket) -> None:
        self._timed, self._sock = timed, sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any buffer
        self._sock.settimeout(self._timed.deadline.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _whole(response: HTTPResponse, most: limits.Limit) -> bytes:
    announced = response.length or 0
    content = b"" if announced > most else response.read(most + 1)
    if max(announced, len(content)) > most:
        raise TooLong(f"its body has more than {most}")
    if response.length:  # the number of bytes missing from Content-Length
        raise IncompleteRead(content, response.length)
    return content


def _start(response: HTTPResponse, most_bytes: int) -> bytes:
    content = b""
    with suppress(OSError, HTTPException):
        while len(content) < most_bytes and (more := response.read1(most_bytes - len(content))):
            content += more
    return content
