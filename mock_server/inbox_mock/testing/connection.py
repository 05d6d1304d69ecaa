"""The client's end of a connection to an application in this process, for ``http.client`` and what is built upon it.

``requests``, ``urllib3``, ``urllib`` and ``http.client`` itself all connect here, so that nothing above it knows.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from http.client import HTTPMessage, HTTPResponse
from io import BytesIO
from typing import Any

from inbox_mock.testing.application import AnswerHead, Answering, Application
from inbox_mock.testing.replacing import Patch

__tracebackhide__ = True
SCHEMES = {80: "http", 443: "https"}
WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class ClientEnd:
    """The client's end of a connection, in place of its socket."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._request = bytearray()
        self._timeout: float | None = None

    def sendall(self, data: bytes) -> None:
        """Keep what is sent."""
        self._request += data

    def settimeout(self, seconds: float | None) -> None:
        """Keep how long the client waits."""
        self._timeout = seconds

    def makefile(self, _mode: str) -> BytesIO:
        """Return an empty file: without one, ``http.client`` leaves a response half made."""
        return BytesIO()

    def ask(self) -> tuple[BytesIO, AnswerHead | None]:
        """Return what the application writes to answer what was sent, and the head of that, if it is not written."""
        return self._application.answer(bytes(self._request), self._timeout)

    def shutdown(self, _how: int) -> None:
        """Do nothing: nothing is pending."""

    def close(self) -> None:
        """Do nothing: nothing is open."""


class Response(HTTPResponse):
    """A response whose head is asked for when ``http.client`` would begin to read it."""

    _method: str
    _check_close: Callable[[], bool]

    def __init__(self, sock: "ClientEnd", *given: Any, **more: Any) -> None:
        super().__init__(sock, *given, **more)  # type: ignore[arg-type] # all that is used of a socket
        self._ask = sock.ask

    def begin(self) -> None:
        """Take the head as the server has it; what is written without one is parsed."""
        self.fp, head = self._ask()  # type: ignore[assignment] # all that is read of a file
        self.fp.seek(0 if head is None else head.at)
        if head is None:
            super().begin()
            return
        status, _, reason = head.status.partition(" ")
        self.version, self.reason, self.status, self.chunk_left = 11, reason.strip(), int(status), None
        self.code = self.status
        self.headers = self.msg = HTTPMessage()
        for name, value in head.headers:
            self.headers.set_raw(name, value.lstrip(" \t"))
        self.chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        length = self.headers.get("Content-Length", "")
        self.length = int(length) if length.isdigit() and not self.chunked else None
        if self.status in WITHOUT_BODY or self._method == "HEAD":
            self.length = 0
        self.will_close = self._check_close() or (not self.chunked and self.length is None)


class _LastResponse(Response):
    """A response after which the client closes its connection: the sandbox may have ended by the next request."""

    def begin(self) -> None:
        super().begin()
        self.will_close = True


def replacements(answering: Answering) -> list[Patch]:
    """Return what to replace for the application that ``answering`` finds for a URL."""

    def connect(_owner: Any, beneath: Callable[..., None]) -> Callable[..., None]:
        @wraps(beneath)
        def connecting(self: Any) -> None:
            host, port = (self._tunnel_host, self._tunnel_port) if self._tunnel_host else (self.host, self.port)
            application = answering(f"{SCHEMES.get(self.default_port, 'http')}://{host}:{port}/")
            if application is None:
                vars(self).pop("response_class", None)
                beneath(self)
                return
            self.sock = ClientEnd(application)
            if isinstance(self.timeout, int | float):
                self.sock.settimeout(self.timeout)
            # urllib3 warns of requests over a connection that it has not verified
            vars(self).update(response_class=_LastResponse, is_verified=True, proxy_is_verified=True)

        return connecting

    modules = ("http.client", "urllib3.connection")
    return [Patch(module, owner, "connect", connect) for module in modules for owner in ("HTTPConnection", "HTTPSConnection")]
