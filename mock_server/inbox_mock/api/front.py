"""What stands ahead of Flask: it answers plain requests for operations and tokens by the same pipeline, and leaves the rest to Flask.

Flask spends more on a request than the whole pipeline, and importing it takes as long as the rest of a start. What it is left: other
addresses, other methods, pages of other sites, bodies without a length, and every refusal that is no answer of an operation; of token
requests also those with a query, a form of several parts, bytes that are no UTF-8, or much of anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
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

FAILED = "inbox_mock.failed"
"""The key of a request's environ under which Flask finds the exception that answering it has raised."""
Watcher = Callable[["WSGIEnvironment", str, str, Rendered], None]
"""Is told of a request that was answered: its environ, the name and the rule of its address as Flask has them, and the answer."""
Found = tuple[str, str, Callable[[], Rendered]]


@dataclass(frozen=True, slots=True)
class FrontCall:
    """A request that Flask has not seen."""

    environ: "WSGIEnvironment"
    method: str
    path: str


def front(app: "WSGIApplication", backend: Backend, operations: OperationIndex, watch: Watcher) -> "WSGIApplication":
    """Return an application that answers requests for operations and tokens ahead of another one; ``watch`` is told of each."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        call = FrontCall(environ, environ["REQUEST_METHOD"], environ["PATH_INFO"])
        found = _token_request(backend, call) if call.path == TOKEN else _operation(backend, call, operations)
        if found is None:
            return app(environ, start_response)
        name, rule, answering = found
        try:
            answered = answering()
        except Exception as error:  # noqa: BLE001 - Flask's error handlers answer it
            environ[FAILED] = error
            return app(environ, start_response)
        body, status, headers = answered
        watch(environ, name, rule, answered)
        start_response(rendering.status_line(status), headers)
        return [body]

    return answer


def _operation(backend: Backend, call: FrontCall, operations: OperationIndex) -> Found | None:
    environ = call.environ
    found = operations.match(call.method, call.path) if call.path.startswith(PREFIX) and _is_plain(environ, call.path) else None
    if found is None:
        return None
    operation, variables = found
    return f"api.{operation.name}", f"/api/v3{operation.rule}", lambda: run(backend, call, operation, variables, _body_of(environ))


def _token_request(backend: Backend, call: FrontCall) -> Found | None:
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
