"""HTTP without a socket: the bytes that ``requests`` writes are read by the server's own parser, and its bytes are the answer.

So nothing differs from a server on a port: the case of headers, the status line, bodies in chunks, answers that are cut or
never come, retries, time-outs.
"""

import logging
import socket
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from io import BytesIO
from time import sleep
from typing import IO, Any
from urllib.parse import urlsplit

import requests
from cheroot.server import HTTPConnection as ServerConnection
from cheroot.wsgi import Server as HttpServer
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from inbox_mock import __version__
from inbox_mock.app import LARGEST_BODY
from inbox_mock.connection_faults import FaultyGateway
from inbox_mock.server import LARGEST_HEADERS

PORTS = {"http": 80, "https": 443}
RealSend = Callable[..., requests.Response]


@dataclass(slots=True)
class Patience:
    """How many seconds a client waits for an answer; None is for ever. ``lost``: it was too slow."""

    seconds: float | None
    lost: bool = False


WAITING: ContextVar[Patience | None] = ContextVar("WAITING", default=None)


def wait(seconds: float) -> None:
    """Let an answer be slow. Beyond the client's patience nobody waits: the client is told that it was too slow, at once."""
    patience = WAITING.get()
    if patience is not None and patience.seconds is not None and seconds > patience.seconds:
        patience.lost = True
    else:
        sleep(seconds)


class _Parser(HttpServer):
    """A server that never listens."""

    can_add_keepalive_connection = True

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's
        """Leave what goes wrong to the log."""
        logging.getLogger("inbox_mock.testing").log(level, "%s", msg, exc_info=traceback)


class _ServerEnd:
    """What the server takes for its socket."""

    def __init__(self, request: bytes) -> None:
        self._files = {"r": BytesIO(request), "w": BytesIO()}
        self.reset = False

    @property
    def answer(self) -> bytes:
        return self._files["w"].getvalue()

    def file(self, mode: str) -> BytesIO:
        return self._files[mode[0]]

    def setsockopt(self, _level: int, option: int, _value: bytes) -> None:
        """Notice what the gateway does before it resets a connection."""
        self.reset = self.reset or option == socket.SO_LINGER


class Application:
    """A WSGI application, spoken to as if it were served at ``origin``."""

    def __init__(self, app: Any, origin: str) -> None:
        parts = urlsplit(origin)
        self.origin = origin
        self.scheme = parts.scheme
        self.host = parts.hostname or ""
        self.port = parts.port or PORTS[parts.scheme]
        self._parser = _Parser((self.host, self.port), app, server_name=f"inbox-mock/{__version__}")
        self._parser.gateway = FaultyGateway
        self._parser.max_request_header_size = LARGEST_HEADERS
        self._parser.max_request_body_size = 2 * LARGEST_BODY

    def is_at(self, url: str) -> bool:
        """Whether a URL is one of this application."""
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)) == (self.scheme, self.host, self.port)

    def exchange(self, request: bytes, patience: float | None) -> bytes:
        """Return the bytes that answer the bytes of a request.

        Raises:
            ConnectionResetError: a fault resets the connection.
            TimeoutError: the answer comes later than the client waits.

        """
        end = _ServerEnd(request)
        connection = ServerConnection(self._parser, end, lambda opened, mode, _size: opened.file(mode))
        connection.remote_addr, connection.remote_port = "127.0.0.1", 0
        connection.ssl_env = {"wsgi.url_scheme": self.scheme}
        waiting = Patience(patience)
        token = WAITING.set(waiting)
        try:
            connection.communicate()
        finally:
            WAITING.reset(token)
        if waiting.lost:
            raise TimeoutError("timed out")
        if end.reset:
            raise ConnectionResetError(104, "Connection reset by peer")
        return end.answer

    def send(self, real_send: RealSend, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request with all that ``requests`` and urllib3 do on the way; only the socket is missing."""
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
        del timeout  # nobody has to wait for a free one
        return _Connection(self._application)

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()


class _Connection(HTTPConnection):
    """Carries one request."""

    def __init__(self, application: Application) -> None:
        super().__init__(application.host, application.port)
        self.default_port = PORTS[application.scheme]  # type: ignore[misc]
        self._application = application

    def connect(self) -> None:
        self.sock = _ClientEnd(self._application)


class _ClientEnd:
    """What the client takes for its socket."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._request = bytearray()
        self._patience: float | None = None

    def sendall(self, data: bytes) -> None:
        self._request += data

    def settimeout(self, seconds: float | None) -> None:
        self._patience = seconds

    def makefile(self, _mode: str) -> IO[bytes]:
        return BytesIO(self._application.exchange(bytes(self._request), self._patience))

    def shutdown(self, _how: int) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Nothing is open."""
