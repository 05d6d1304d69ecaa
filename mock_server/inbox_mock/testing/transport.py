"""HTTP of ``requests`` without a socket: requests are intercepted, and answered by an application in this process.

The server's own parser reads the bytes that ``requests`` writes, and writes the answer. So nothing differs from a server on
a port: the case of headers, the status line, chunked bodies, answers that break off or never come, retries, timeouts.
``requests.adapters.HTTPAdapter.send`` is replaced once for all sandboxes, and restored when the last one is released.
"""

import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from io import BufferedReader, BytesIO, RawIOBase
from threading import Lock, get_ident
from time import sleep
from typing import IO, Any
from urllib.parse import urlsplit

import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from inbox_mock import __version__
from inbox_mock.serving.connection import Connection as ServerConnection
from inbox_mock.serving.connection import Host
from inbox_mock.serving.request import answer_next
from inbox_mock.testing.contact import no_contact

PORTS = {"http": 80, "https": 443}
Send = Callable[..., requests.Response]
_ACTIVE: "list[Interception]" = []
_LOCK = Lock()
_BENEATH: list[Send] = [HTTPAdapter.send]
"""What `_send` stands in for: the method of requests, or another mock's."""
_REAL_SEND: Send = responses._real_send  # noqa: SLF001 - kept there before anybody could replace it
ONLY_REQUESTS = "in process only requests is answered; other HTTP libraries need a server, such as the fixture inbox_mock starts"


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
        self.recv = BytesIO(request).read
        self.written = BytesIO()
        self.send = self.written.write
        self.reset = False

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
        """Return the bytes that answer the bytes of a request.

        Raises:
            ConnectionResetError: a fault resets the connection.
            TimeoutError: the answer comes later than the client waits.
        """
        end = _ServerEnd(request)
        connection = ServerConnection(self._host, end, THIS_MACHINE, self.scheme)  # type: ignore[arg-type] # all that is used of a socket
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
        return end.written.getvalue()

    def send(self, real_send: Send, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request through ``requests`` and urllib3 as usual, only without a socket."""
        return real_send(_Adapter(self, adapter), request, **options | {"proxies": {}})


class _Adapter(HTTPAdapter):
    """The client's adapter, with its retries, over connections to an application in this process."""

    def __init__(self, application: Application, own: HTTPAdapter) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=own.max_retries)
        self._pool = _Pool(application)
        self._own = own

    def get_connection_with_tls_context(self, *_given: object, **_more: object) -> HTTPConnectionPool:
        return self._pool

    def add_headers(self, request: requests.PreparedRequest, **given: Any) -> None:
        self._own.add_headers(request, **given)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        return self._own.build_response(req, resp)


class _Pool(HTTPConnectionPool):
    def __init__(self, application: Application) -> None:
        super().__init__(application.host, application.port)
        self.scheme = application.scheme
        self._application = application

    def _get_conn(self, timeout: float | None = None) -> HTTPConnection:
        del timeout  # no caller has to wait for a free one
        return _Connection(self._application)

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()


class _Connection(HTTPConnection):
    """A connection for one request."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.host, application.port)
        vars(self)["default_port"] = PORTS[application.scheme]
        self._application = application

    def connect(self) -> None:
        self.sock = _ClientEnd(self._application)


class _Answer(RawIOBase):
    """What a server answers, asked for at the first read: http.client leaves a response half made whose file cannot be made."""

    def __init__(self, exchange: Callable[[], bytes]) -> None:
        self._exchange = exchange
        self._answer: BytesIO | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._answer is None:
            self._answer = BytesIO(self._exchange())
        return self._answer.readinto(buffer)


class _ClientEnd:
    """The client's end of a connection, in place of its socket."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._request = bytearray()
        self._timeout: float | None = None

    def sendall(self, data: bytes) -> None:
        self._request += data

    def settimeout(self, seconds: float | None) -> None:
        self._timeout = seconds

    def makefile(self, _mode: str) -> IO[bytes]:
        return BufferedReader(_Answer(partial(self._application.exchange, bytes(self._request), self._timeout)))

    def shutdown(self, _how: int) -> None:
        """Do nothing: nothing is pending."""

    def close(self) -> None:
        """Do nothing: nothing is open."""


class Interception:
    """Answers requests to one application. ``passthrough`` names other hosts that may be reached; ``*`` matches anything.

    ``mock`` registers answers for other hosts, as ``responses`` does.
    """

    def __init__(self, application: Application, passthrough: tuple[str, ...]) -> None:
        self.application = application
        self.passthrough = passthrough
        self.thread = get_ident()
        # Answers registered at the mock take precedence; all other requests pass through it, to `_pass_on`.
        carry: Any = self._pass_on
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False, passthru_prefixes=("",), real_adapter_send=carry)
        self._kept_away = ExitStack()
        self.send: Send = self.mock.unbound_on_send()

    def start(self) -> None:
        """Start to intercept."""
        self.thread = get_ident()
        with _LOCK:
            if HTTPAdapter.send is not _send and not _ACTIVE:
                _BENEATH[0] = HTTPAdapter.send
                _replace_send(_send)
            _ACTIVE.append(self)
        self._kept_away.enter_context(no_contact(self.application.host, ONLY_REQUESTS))

    def stop(self) -> None:
        """Stop intercepting."""
        self._kept_away.close()
        with _LOCK:
            _ACTIVE.remove(self)
            # A mock installed on top of this one is removed by its owner, who restores `_send`, which then only passes requests on.
            if not _ACTIVE and HTTPAdapter.send is _send:
                _replace_send(_BENEATH[0])

    def _pass_on(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        url = str(request.url)
        host = urlsplit(url).hostname or ""
        if self.application.is_at(url):
            return self.application.send(_REAL_SEND if _is_mock(_BENEATH[0]) else _BENEATH[0], adapter, request, **options)
        if any(fnmatchcase(host, wanted) for wanted in self.passthrough) or _is_mock(_BENEATH[0]):
            return _BENEATH[0](adapter, request, **options)
        raise requests.ConnectionError(
            f"{request.method} {url} was not sent: in process only {self.application.origin} is answered. "
            f'Let it out with passthrough=("{host}",), or answer it with sandbox.responses.',
            request=request,
        )


def _replace_send(send: Send) -> None:
    adapter: Any = HTTPAdapter
    adapter.send = send


def _send(adapter: HTTPAdapter, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
    """Replace ``HTTPAdapter.send``."""
    chosen = _chosen(str(request.url))
    return _BENEATH[0](adapter, request, *given, **options) if chosen is None else chosen.send(adapter, request, *given, **options)


def _chosen(url: str) -> Interception | None:
    """Return the interception that answers: among those at the address, or else all, the last of this thread, or else the last."""
    with _LOCK:
        active = list(_ACTIVE)
    at_address = [one for one in active if one.application.is_at(url)] or active
    of_thread = [one for one in at_address if one.thread == get_ident()] or at_address
    return of_thread[-1] if of_thread else None


def _is_mock(send: Send) -> bool:
    """Return whether ``responses`` replaces ``HTTPAdapter.send``: then it decides about hosts that are not ours."""
    return getattr(send, "__module__", "") == responses.__name__
