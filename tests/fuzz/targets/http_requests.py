"""The bytes of a request, read by the server's own parser."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import h11
import pytest

from fuzz.target import target
from hostile.fuzzed import INSERTED
from hostile.wire import replies, written
from inbox_mock.api.pipeline import REFUSED
from inbox_mock.domain.errors import NotRead
from inbox_mock.serving import incoming
from inbox_mock.testing.application import Application
from serving.raw import INTERIM, bytes_of

PIECES = (1, 2, 7)
TOO_STRICT = re.compile(
    rb"[0-9A-Fa-f]{21}"  # a size of many digits
    rb"|[ \t];"  # a blank before the extension of a chunk
    rb"|\A(?:\r\n)?[^\n]*[\x80-\xff]"  # bytes beyond ASCII in the target, which are tolerated here
)
"""What h11 may refuse although it is no mistake."""


@dataclass(frozen=True)
class Heard:
    """What an application hears of a request: all of it, or how it is refused."""

    refused: int = 0
    why: str = ""
    method: str = ""
    target: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def requests() -> Iterator[bytes]:
    """Requests of every kind that HTTP has, and some that it has not."""
    yield written("GET", "/api/v3/bookings?fields=id&include=rental,client", token="demo")
    yield written("POST", "/api/v3/inbox/messages", "Expect: 100-continue", payload={"messages": [{"content": "Hello"}]}, token="demo")
    yield written("PUT", "http://localhost:80/a%2Fb%20c;d?e", "Connection: keep-alive, close", payload=[])
    chunked = "POST / HTTP/1.1", "Host: [::1]:8089", "Transfer-Encoding: chunked"
    yield bytes_of(*chunked, body=b"5;a=b\r\nhello\r\nA \t;c\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n")
    yield b"\r\n" + bytes_of("OPTIONS * HTTP/1.1", "Host:", "X_Y: z", "Accept: a", "Accept: b")
    yield bytes_of("CONNECT localhost:443 HTTP/1.1", "Host: localhost:443")
    yield bytes_of("GET / HTTP/1.0", "Connection: keep-alive") + b"GET / HTTP/1.1\r\n"
    yield bytes_of("PRI * HTTP/2.0") + b"SM\r\n\r\n"
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


WORDS = (
    b"chunked",
    b"Host: ",
    b"Content-Length: ",
    b"Transfer-Encoding: ",
    b"Expect: ",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b" HTTP/1.1\r\n",
    b"http://",
)


@target(
    holds="in one piece and in several it is read in the same way, and what is accepted is what h11 reads, to the same end",
    seeds=requests,
    words=(*WORDS, *(word for word in INSERTED if len(word) < 50)),
    longest=2048,
)
def http_requests(sent: bytes) -> None:
    heard, answered = exchanged(sent)
    for size in PIECES:
        assert exchanged(sent, size) == (heard, answered), f"in pieces of {size} bytes it is read in another way"
    if heard is None:
        assert not answered
        return
    assert [reply.status for reply in replies(answered.removeprefix(INTERIM))] == [heard.refused or 200]
    if not heard.refused:
        with suppress(*([h11.RemoteProtocolError] if TOO_STRICT.search(sent) else ())):
            read_alike(sent.removeprefix(b"\r\n"), heard)


def exchanged(sent: bytes, size: int = incoming.BYTES_AT_ONCE) -> tuple[Heard | None, bytes]:
    """Send bytes in pieces; what an application hears, nothing if there is no request, and what is answered."""
    HEARD.clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(incoming, "BYTES_AT_ONCE", size)
        answered = SERVER.exchange(sent, None)
    assert len(HEARD) <= 1
    return next(iter(HEARD), None), answered


def listener(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """An application that notes what it hears."""
    heard = told(environ)
    HEARD.append(heard)
    start_response(f"{heard.refused or 200} So", [("Content-Length", "0"), ("Date", "today")])
    return []


HEARD: list[Heard] = []
SERVER = Application(listener, "http://localhost")


def told(environ: Mapping[str, Any]) -> Heard:
    refusal = environ.get(REFUSED)
    if isinstance(refusal, NotRead):
        return Heard(refusal.status, str(refusal))
    fields = {name.removeprefix("HTTP_"): value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_"))}
    return Heard(0, "", environ["REQUEST_METHOD"], environ["REQUEST_URI"], fields, environ["wsgi.input"].read())


def read_alike(sent: bytes, heard: Heard) -> None:
    """Compare with what h11 reads, where it reads what HTTP allows."""
    request, body, rest = read_by_h11(sent)
    assert request.method.decode() == heard.method
    assert request.target.decode("latin-1") == heard.target
    assert body == heard.body
    fields: dict[str, list[str]] = {}
    for name, value in ((name.decode(), value.decode("latin-1")) for name, value in request.headers):
        if "_" not in name:
            fields.setdefault(name.upper().replace("-", "_"), []).append(value)
    if not heard.target.startswith("/") and "://" in heard.target:
        fields["HOST"] = [urlsplit(heard.target).netloc]
    assert fields.keys() == heard.fields.keys()
    for known, values in fields.items():
        assert heard.fields[known] in {values[-1], ", ".join(filter(None, values))}, known
    whole = sent.removesuffix(rest)
    assert exchanged(whole) == exchanged(sent), "it is read beyond its end"
    shorter = exchanged(whole[:-1])[0]
    assert shorter is None or shorter.refused, "it is executed before its end"


def read_by_h11(sent: bytes) -> tuple[h11.Request, bytes, bytes]:
    """A request, its body, and what comes after it.

    Raises:
        h11.RemoteProtocolError: it is none.
    """
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=len(sent) + 1)
    connection.receive_data(sent)
    request, body = connection.next_event(), b""
    assert isinstance(request, h11.Request), f"h11 reads {request}"
    while isinstance(event := connection.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage), f"h11 reads {event}"
    return request, body, connection.trailing_data[0]
