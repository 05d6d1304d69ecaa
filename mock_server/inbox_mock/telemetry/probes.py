"""Whether a server lives, and whether it can serve: ``/livez`` and ``/readyz``.

Who starts a server asks this before anything else, and who runs it asks again and again: plain requests are answered ahead of Flask
if all is well, which is imported for nothing else then.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from inbox_mock.api.front import FAILED
from inbox_mock.api.pipeline import REFUSED
from inbox_mock.api.rendering import Headers, status_line, times_of
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.telemetry.readiness import Readiness
from inbox_mock.telemetry.watching import PROBES, Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

JSON = "application/json"
WELL = b'{"status":"ok"}\n'
UNREADY = "inbox_mock.unready"
"""The key of a request's environ under which Flask finds why the server cannot serve: it knows who may be told."""


def why_not(path: str, readiness: Readiness) -> HomeUnavailable | None:
    """Return why the answer to a probe is not 200, or None."""
    return None if path == "/livez" else readiness.why_not()


def probes(app: "WSGIApplication", readiness: Readiness, now: Callable[[], str], watch: Watch) -> "WSGIApplication":
    """Return an application that answers plain probes with 200 ahead of another one; ``now`` returns the time that dates an answer."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in PROBES or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or REFUSED in environ:
            return app(environ, start_response)
        try:
            if (why := why_not(path, readiness)) is not None:
                environ[UNREADY] = why
                return app(environ, start_response)
            date = times_of(now())[1]
        except Exception as error:  # noqa: BLE001 - Flask's error handlers answer it
            environ[FAILED] = error
            return app(environ, start_response)
        headers: Headers = [("Content-Type", JSON), ("Content-Length", str(len(WELL))), ("Date", date)]
        watch.end(environ, path.strip("/"), path, 200, lambda: len(WELL), headers)
        start_response(status_line(200), headers)
        return [WELL]

    return answer
