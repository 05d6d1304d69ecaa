"""What stands ahead of Flask: it answers plain requests for operations and tokens by the same pipeline, and leaves the rest to Flask.

Flask spends more on a request than the whole pipeline, and importing it takes as long as the rest of a start. What it is left: other
addresses, other methods, pages of other sites, bodies without a length, and every refusal that is no answer of an operation; of token
requests also those with a query, a form of several parts, bytes that are no UTF-8, or much of anything.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from inbox_mock.api import rendering
from inbox_mock.api.execution import run
from inbox_mock.api.oauth_tokens import TOKEN, issue, plain_form
from inbox_mock.api.operation import PREFIX, OperationIndex
from inbox_mock.api.pipeline import REFUSED, Backend
from inbox_mock.api.rendering import Rendered
from inbox_mock.domain import limits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

BEGUN = "inbox_mock.begun"
"""The key of a request's environ under which the stopwatch showed when it began, in seconds."""
FAILED = "inbox_mock.failed"
"""The key of a request's environ under which Flask finds the exception that answering it has raised."""
SLASHES = re.compile("/{2,}")
FORMAT = re.compile(r"(/api/v3/.*[^/])\.json(/?)")
Watcher = Callable[["WSGIEnvironment", str, str, Rendered], None]
"""Is told of a request that was answered: its environ, the name and the rule of its address as Flask has them, and the answer."""
Match = tuple[str, str, Callable[[], Rendered | None]]
"""What answers a request: name and rule of its address, and a function that returns the answer, or None if Flask has to answer."""


@dataclass(frozen=True, slots=True)
class FrontCall:
    """A request that Flask has not seen."""

    environ: "WSGIEnvironment"
    method: str
    path: str


Probe = Callable[[FrontCall], Match | None]
MakeFlask = Callable[[], "tuple[Flask, WSGIApplication]"]


class Front:
    """The WSGI application that answers requests for operations, tokens and the server's state ahead of Flask.

    ``probes`` find what answers a request for the server's state, by its path; ``watch`` is told of each request that is answered here.
    ``make_flask`` makes the Flask application that gets the others, and returns it with what answers in it.
    """

    def __init__(
        self,
        make_flask: MakeFlask,
        backend: Backend,
        operations: OperationIndex,
        probes: Mapping[str, Probe],
        watch: Watcher,
        stopwatch: Callable[[], float],
    ) -> None:
        self._make_flask, self._backend, self._operations = make_flask, backend, operations
        self._probes, self._watch, self._stopwatch = probes, watch, stopwatch
        self._flask: tuple[Flask, WSGIApplication] | None = None
        self._lock = Lock()

    @property
    def flask(self) -> "tuple[Flask, WSGIApplication]":
        """The Flask application, and what answers in it; made when it is first asked for, whichever thread asks."""
        if self._flask is None:
            with self._lock:
                self._flask = self._flask or self._make_flask()
        return self._flask

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        environ[BEGUN] = self._stopwatch()  # before anything is done for the request
        path = environ["PATH_INFO"] = _normalised(environ["PATH_INFO"])
        call = FrontCall(environ, environ["REQUEST_METHOD"], path)
        found: Match | None = None
        if path.startswith(PREFIX):
            found = _operation(self._backend, call, self._operations)
        elif path == TOKEN:
            found = _token_request(self._backend, call)
        elif path in self._probes:
            found = self._probes[path](call)
        if found is None:
            return self.flask[1](environ, start_response)
        name, rule, answering = found
        try:
            answered = answering()
        except Exception as error:  # noqa: BLE001 - Flask's error handlers answer it
            environ[FAILED], answered = error, None
        if answered is None:
            return self.flask[1](environ, start_response)
        body, status, headers = answered
        self._watch(environ, name, rule, answered)
        start_response(rendering.status_line(status), headers)
        return [body]


def _normalised(path: str) -> str:
    """Return ``/api/v3/bookings`` for ``/api/v3//bookings`` and for ``/api/v3/bookings.json``, for all that looks at paths.

    Flask would redirect the one, which clients treat as a failure. The suffix is recorded in an old official example;
    Rails routes it like the path without it. That it answers the same is assumed.
    """
    if "//" in path:
        path = SLASHES.sub("/", path)
    if ".json" in path and (named := FORMAT.fullmatch(path)):
        path = "".join(named.groups())
    return path


def _operation(backend: Backend, call: FrontCall, operations: OperationIndex) -> Match | None:
    environ = call.environ
    found = operations.match(call.method, call.path) if _is_plain(environ, call.path) else None
    if found is None:
        return None
    operation, variables = found
    return f"api.{operation.name}", f"/api/v3{operation.rule}", lambda: run(backend, call, operation, variables, _body_of(environ))


def _token_request(backend: Backend, call: FrontCall) -> Match | None:
    environ = call.environ
    if call.method != "POST" or environ.get("QUERY_STRING") or not _is_plain(environ, TOKEN) or _length(environ) >= limits.PARAMETERS:
        return None  # a shorter form has fewer parameters
    raw = _body_of(environ)
    environ["wsgi.input"] = BytesIO(raw)  # for Flask, if it has to read it
    form = plain_form(call, raw)
    return None if form is None else ("oauth.token", TOKEN, lambda: issue(backend, call, form, raw))


def _is_plain(environ: "WSGIEnvironment", path: str) -> bool:
    return (
        REFUSED not in environ
        and "HTTP_ORIGIN" not in environ
        and path.isascii()
        and environ.get("QUERY_STRING", "").count("&") < limits.PARAMETERS
        and (environ["REQUEST_METHOD"] == "GET" or _length(environ) <= limits.BODY)
    )


def _length(environ: "WSGIEnvironment") -> float:
    """Return the length of the body, which is endless if nothing says it."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() and "HTTP_TRANSFER_ENCODING" not in environ else float("inf")


def _body_of(environ: "WSGIEnvironment") -> bytes:
    """Return the body; that of a GET has no meaning."""
    if environ["REQUEST_METHOD"] == "GET":
        return b""
    found: bytes = environ["wsgi.input"].read(int(_length(environ)))
    return found
