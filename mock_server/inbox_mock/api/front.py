"""What stands ahead of Flask: it answers plain requests for operations by the same pipeline, and leaves everything else to Flask.

Flask spends more on a request than the whole pipeline. What it is left: other addresses, other methods, pages of other sites,
bodies without a length, and every refusal that is no answer of an operation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inbox_mock.api import rendering
from inbox_mock.api.operation import PREFIX, Operation, OperationIndex
from inbox_mock.api.pipeline import REFUSED, Server, run
from inbox_mock.api.rendering import Rendered
from inbox_mock.domain import limits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAILED = "inbox_mock.failed"
"""The key of a request's environ under which Flask finds the exception that answering it has raised."""
Watcher = Callable[["WSGIEnvironment", Operation, Rendered], None]


@dataclass(frozen=True, slots=True)
class FrontCall:
    """A request that Flask has not seen."""

    environ: "WSGIEnvironment"
    method: str
    path: str


def front(app: "WSGIApplication", server: Server, operations: OperationIndex, watch: Watcher) -> "WSGIApplication":
    """Return an application that answers requests for operations ahead of another one; ``watch`` is told of each."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        found = operations.match(environ["REQUEST_METHOD"], path) if path.startswith(PREFIX) and _is_plain(environ, path) else None
        if found is None:
            return app(environ, start_response)
        operation, variables = found
        call = FrontCall(environ, environ["REQUEST_METHOD"], path)
        try:
            answered = run(server, call, operation, variables, _body_of(environ))
        except Exception as error:  # noqa: BLE001 - Flask's error handlers answer it
            environ[FAILED] = error
            return app(environ, start_response)
        body, status, headers = answered
        watch(environ, operation, answered)
        start_response(rendering.status_line(status), headers)
        return [body]

    return answer


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
