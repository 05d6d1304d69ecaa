"""HTTP of ``requests`` without a socket: requests are intercepted, and answered by an application in this process.

The server's own parser reads the bytes that ``requests`` writes, and writes the answer. So nothing differs from a server on
a port: the case of headers, the status line, chunked bodies, answers that break off or never come, retries, timeouts. The head
of an answer is handed over as it is, instead of being written and parsed.
``requests.adapters.HTTPAdapter.send`` is replaced once for all sandboxes, and restored when the last one is released.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from fnmatch import fnmatchcase
from functools import wraps
from threading import Lock, get_ident
from typing import Any
from urllib.parse import urlsplit

import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from inbox_mock.testing import aiohttp_transport, connection, httpx_transport
from inbox_mock.testing.application import PORTS, Answering, Application
from inbox_mock.testing.connection import ClientEnd, Response
from inbox_mock.testing.contact import no_contact
from inbox_mock.testing.replacing import Patch, Replacing

__tracebackhide__ = True


def replacements(answering: Answering, origins: Callable[[], list[str]]) -> list[Patch]:
    """Return what to replace for the application that ``answering`` finds for a URL, and the ``origins`` that are answered."""

    def send(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(beneath)
        def sending(self: Any, request: Any, **options: Any) -> Any:
            try:
                return beneath(self, request, **options)
            except sys.modules["requests_mock"].NoMockAddress:
                if answering(request.url) is None:
                    raise
                return HTTPAdapter().send(request, **options)

        return sending

    return [
        Patch("aioresponses.core", "aioresponses", "_passthrough", _passed_on("_passthrough", origins), of_instances=True),
        Patch("responses", "RequestsMock", "passthru_prefixes", _passed_on("passthru_prefixes", origins), of_instances=True),
        Patch("requests_mock.adapter", "Adapter", "send", send),
        Patch("vcr.cassette", "Cassette", "can_play_response_for", _unless_ours(answering, False)),
        Patch("vcr.cassette", "Cassette", "filter_request", _unless_ours(answering, None)),
        Patch("vcr.cassette", "Cassette", "append", _unless_ours(answering, None)),
    ]


def _passed_on(name: str, origins: Callable[[], list[str]]) -> Callable[[Any, Any], property]:
    """Make a mock pass on what it was not told to answer, if it is for one of the origins."""

    def prefixes(self: Any) -> Any:
        own = vars(self)[name]
        return type(own)((*own, *(f"{origin}/" for origin in origins())))

    def keep(self: Any, value: Any) -> None:
        vars(self)[name] = value

    return lambda _owner, _beneath: property(prefixes, keep)


def _unless_ours(answering: Answering, answer: object) -> Callable[[Any, Callable[..., Any]], Callable[..., Any]]:
    """Keep vcrpy from replaying and from recording what is answered here."""

    def make(_owner: Any, beneath: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(beneath)
        def asked(self: Any, request: Any, *given: Any) -> Any:
            return beneath(self, request, *given) if answering(request.uri) is None else answer

        return asked

    return make


Send = Callable[..., requests.Response]
_ACTIVE: "list[Interception]" = []
_LOCK = Lock()
_BENEATH: list[Send] = [HTTPAdapter.send]
"""What `_send` stands in for: the method of requests, or another mock's."""
_REAL_SEND: Send = responses._real_send  # noqa: SLF001 - kept there before anybody could replace it
NOT_ANSWERED = (
    "in process requests, httpx, aiohttp, urllib3 and urllib are answered; "
    "other HTTP libraries need a server, such as the fixture inbox_mock starts"
)


class Adapter(HTTPAdapter):
    """The client's adapter, with its retries, over connections to an application in this process."""

    def __init__(self, pool: HTTPConnectionPool, own: HTTPAdapter) -> None:
        super().__init__(max_retries=own.max_retries)
        self._pool, self._own = pool, own

    def init_poolmanager(self, *_given: object, **_more: object) -> None:
        """Do nothing: there is one pool."""

    def get_connection_with_tls_context(self, *_given: object, **_more: object) -> HTTPConnectionPool:
        """Return the pool of connections to the application."""
        return self._pool

    def add_headers(self, request: requests.PreparedRequest, **given: Any) -> None:
        """Add the headers of the client's own adapter."""
        self._own.add_headers(request, **given)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Build the response as the client's own adapter does."""
        return self._own.build_response(req, resp)


class Pool(HTTPConnectionPool):
    """A new connection to an application in this process for each request."""

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


class _Connection(getattr(HTTPConnection, "_baseclass", HTTPConnection)):  # type: ignore[misc] # vcrpy may have put its own in place
    """A connection for one request."""

    response_class = Response

    def __init__(self, application: Application) -> None:
        super().__init__(application.host, application.port)
        self.default_port = PORTS[application.scheme]
        self._application = application

    def connect(self) -> None:
        self.sock = ClientEnd(self._application)


class Interception:
    """Answers requests to one application. ``passthrough`` names other hosts that may be reached; ``*`` matches anything.

    ``mock`` registers answers for other hosts, as ``responses`` does.
    """

    def __init__(self, application: Application, passthrough: tuple[str, ...]) -> None:
        self.application = application
        self._pool = Pool(application)
        self.passthrough = passthrough
        self.thread = get_ident()
        # Answers registered at the mock take precedence; all other requests pass through it, to `_pass_on`.
        carry: Any = self._pass_on
        self.mock = responses.RequestsMock(assert_all_requests_are_fired=False, passthru_prefixes=("",), real_adapter_send=carry)
        self._kept_away = ExitStack()
        self._libraries = Replacing(_LIBRARIES)
        self.send: Send = self.mock.unbound_on_send()

    def start(self) -> None:
        """Start intercepting requests."""
        self.thread = get_ident()
        with _LOCK:
            if HTTPAdapter.send is not _send and not _ACTIVE:
                _BENEATH[0] = HTTPAdapter.send
                _replace_send(_send)
            _ACTIVE.append(self)
        self._libraries.start()
        self._kept_away.enter_context(no_contact(self.application.host, NOT_ANSWERED))

    def stop(self) -> None:
        """Stop intercepting."""
        self._kept_away.close()
        self._libraries.stop()
        with _LOCK:
            _ACTIVE.remove(self)
            # A mock installed on top of this one is removed by its owner, who restores `_send`, which then only passes requests on.
            if not _ACTIVE and HTTPAdapter.send is _send:
                _replace_send(_BENEATH[0])

    def _pass_on(self, adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        url = str(request.url)
        host = urlsplit(url).hostname or ""
        if self.application.is_at(url):
            send = _REAL_SEND if _is_mock(_BENEATH[0]) else _BENEATH[0]
            return send(Adapter(self._pool, adapter), request, **options | {"proxies": {}})
        if any(fnmatchcase(host, wanted) for wanted in self.passthrough) or _is_mock(_BENEATH[0]) or _is_replayed():
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


def _answering(url: str) -> Application | None:
    """Return the application that answers at a URL, if there is one."""
    chosen = _chosen(url)
    return chosen.application if chosen is not None and chosen.application.is_at(url) else None


def _origins() -> list[str]:
    """Return the roots of what is answered."""
    with _LOCK:
        return [one.application.origin for one in _ACTIVE]


def _is_mock(send: Send) -> bool:
    """Return whether ``responses`` replaces ``HTTPAdapter.send``: then it decides about hosts that are not ours."""
    return getattr(send, "__module__", "") == responses.__name__


def _is_replayed() -> bool:
    """Return whether vcrpy replaces connections: then its cassette decides about hosts that are not ours."""
    return not issubclass(_Connection, HTTPConnectionPool.ConnectionCls)


_LIBRARIES = (
    *(one for library in (aiohttp_transport, connection, httpx_transport) for one in library.replacements(_answering)),
    *replacements(_answering, _origins),
)
