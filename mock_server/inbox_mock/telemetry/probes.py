"""Whether a server lives, and whether it can serve: ``/livez`` and ``/readyz``.

Who starts a server asks this before anything else, and who runs it asks again and again: plain requests are answered ahead of Flask,
which is imported for nothing else then.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import orjson

from inbox_mock.api.front import FAILED
from inbox_mock.api.pipeline import REFUSED
from inbox_mock.api.rendering import Headers, status_line, times_of
from inbox_mock.telemetry.readiness import Readiness
from inbox_mock.telemetry.watching import PROBES, Watch

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

JSON = "application/json"


def probed(path: str, readiness: Readiness) -> tuple[bytes, int]:
    """Return the body and the status of the answer to a probe."""
    why = None if path == "/livez" else readiness.why_not()
    if why is None:
        return b'{"status":"ok"}\n', 200
    return orjson.dumps({"status": "unavailable", "why": why}), 503


def probes(app: "WSGIApplication", readiness: Readiness, now: Callable[[], str], watch: Watch) -> "WSGIApplication":
    """Return an application that answers plain probes ahead of another one; ``now`` returns the time that dates an answer."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in PROBES or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or REFUSED in environ:
            return app(environ, start_response)
        try:
            body, status = probed(path, readiness)
            date = times_of(now())[1]
        except Exception as error:  # noqa: BLE001 - Flask's error handlers answer it
            environ[FAILED] = error
            return app(environ, start_response)
        headers: Headers = [("Content-Type", JSON), ("Content-Length", str(len(body))), ("Date", date)]
        watch.end(environ, path.strip("/"), path, status, lambda: len(body), headers)
        start_response(status_line(status), headers)
        return [body]

    return answer
