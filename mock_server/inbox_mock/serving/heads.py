"""The head of a request as a value: what it asks, and what a WSGI application is told of it. A short one that comes again is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from inbox_mock.domain import limits
from inbox_mock.domain.errors import NotRead
from inbox_mock.serving.incoming import Lines
from inbox_mock.serving.request_head import (
    BEGINNINGS,
    Fields,
    RequestLine,
    body_length,
    check_host,
    fields,
    request_line,
    wants_interim,
)

UNREAD = RequestLine(method=b"GET", target=b"/", authority=None, path=b"/", query=b"", minor=1)
CONSTANT = {"SCRIPT_NAME": "", "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False}
CONTENT = ("CONTENT_TYPE", "CONTENT_LENGTH")


@dataclass(frozen=True, slots=True)
class Head:
    """A head. ``line`` is that of a GET of / if it cannot be read.

    ``length`` is that of the body, None if it comes in chunks; ``interim`` says that the client waits for 100, ``stays_open`` that the
    connection goes on. ``refused`` is the status and the reason if the head is refused; ``environ`` what WSGI says of the rest.
    """

    line: RequestLine = UNREAD
    length: int | None = 0
    interim: bool = False
    stays_open: bool = False
    refused: tuple[int, str] | None = None
    environ: Mapping[str, Any] = field(default_factory=lambda: _environ(UNREAD, {}))


def read(come: Lines, scheme: bytes) -> Head:
    """Read the head that comes next, which has begun; ``scheme`` is that of the connection.

    Raises:
        TimeoutError: it does not come in time.
    """
    line, found = UNREAD, Fields()
    length: int | None = 0
    interim, refused = False, None
    try:
        line = request_line(_first_line(come), scheme)
        found = fields(come.lines(431))
        check_host(found, line)
        length = body_length(found, line.minor, limits.of_body(line.path.decode("latin-1")))
        interim = wants_interim(found, line.minor)
    except NotRead as error:
        refused = error.status, str(error.problems[0].title)
    options = {one.strip() for one in found.get(b"Connection", b"").lower().split(b",")}
    stays_open = b"close" not in options and (line.minor > 0 or b"keep-alive" in options)
    return Head(line, length, interim, stays_open, refused, _environ(line, found))


@lru_cache(maxsize=limits.HEADS)
def read_whole(text: bytes, scheme: bytes) -> Head:
    """Return the head that a text is, with its end."""
    return read(Lines(text), scheme)


def _first_line(come: Lines) -> bytes:
    if (first := come.first()) not in BEGINNINGS:
        raise NotRead(400, f"no request begins with the byte {first.hex()}; this port speaks HTTP without TLS")
    text = come.line(limits.HEAD, 414)
    return come.line(limits.HEAD, 414) if text == b"\r\n" else text  # RFC 9112, 2.2: one empty line is skipped


def _environ(line: RequestLine, found: Fields) -> dict[str, Any]:
    said = {"HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1") for name, value in found.items()}
    content = {name: said.pop("HTTP_" + name) for name in CONTENT if "HTTP_" + name in said}
    return {
        **CONSTANT,
        "REQUEST_METHOD": line.method.decode("latin-1"),
        "REQUEST_URI": line.target.decode("latin-1"),
        "PATH_INFO": line.path.decode("latin-1"),
        "QUERY_STRING": line.query.decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/1.{line.minor}",
        **said,
        **content,
    }
