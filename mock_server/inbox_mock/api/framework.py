"""Requests and responses of Flask, as the fake needs them: read whatever bytes came, and sent unchanged."""

from collections.abc import Callable
from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Request, Response
from werkzeug.datastructures import Headers as WerkzeugHeaders
from werkzeug.datastructures import MultiDict
from werkzeug.utils import cached_property

from inbox_mock.api.addressing import host_of
from inbox_mock.api.rendering import Headers, status_line, times_of
from inbox_mock.engine.sandboxes import Sandboxes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class AddressedRequest(Request):
    """A request whose host and query can be read, whatever bytes came: the framework would fail at some.

    ``host`` is valid even if the Host header has an underscore, is missing, or is not a host.
    """

    @cached_property
    def host(self) -> str:
        """The host that was addressed, with its port unless that is the default one."""
        return host_of(self.scheme, self.environ.get("HTTP_HOST"), self.server)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The parameters of the query; bytes beyond ASCII are read as if they had been percent-encoded."""
        self.query_string = quote(self.query_string, safe=punctuation).encode()
        return super().args


def dated_by(sandboxes: Sandboxes) -> Callable[[Response], Response]:
    """Return a function that adds the ``Date`` of the default sandbox to responses without one: on a manual clock, bytes repeat."""

    def dated(answer: Response) -> Response:
        if "Date" not in answer.headers:
            answer.headers["Date"] = times_of(sandboxes.now())[1]
        return answer

    return dated


def worded(answer: Response) -> Response:
    """Write the reason phrase of a response: werkzeug writes it in capitals."""
    answer.status = status_line(answer.status_code)
    return answer


class RawHeaders(WerkzeugHeaders):
    """Headers that werkzeug need not validate: texts of clients in them are quoted."""

    def __init__(self, headers: Headers) -> None:
        super().__init__()
        self._list = headers


class RawResponse(Response):
    """An answer whose body and headers are sent unchanged."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> WerkzeugHeaders:
        """Return the answer's own headers."""
        del environ
        return self.headers


def response(body: bytes, status: int, headers: Headers) -> Response:
    """Return the framework's response that is sent unchanged."""
    return RawResponse([body], status, RawHeaders(headers), direct_passthrough=True)
