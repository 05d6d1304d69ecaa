"""HAR 1.2: browsers' developer tools, Playwright, mitmproxy, Polly.js and others.

Recorded: what each of them loses, by the version that is named in tests/recordings/files/README.md.
"""

from collections.abc import Iterator

import orjson

from inbox_mock.recordings.bodies import NONE, UNKNOWN, Body, of_base64, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, part, time_of
from inbox_mock.recordings.errors import Malformed
from inbox_mock.recordings.exchange import Exchange, Lost, header
from inbox_mock.recordings.formats import Format

SORTS = {"WebInspector", "Playwright", "Polly.JS"}
"""Creators that sort headers by name."""
SANITISES = {"WebInspector"}
"""Creators that leave Authorization out unless they are told not to."""


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of an entry."""
    creator = str(part(entry.head.get("log.creator"), "name") or "")
    asked, answered = headers_of(entry.get("request.headers", list, [])), headers_of(entry.get("response.headers", list, []))
    at = time_of(entry.get("startedDateTime", str, ""))
    missing = {
        Lost.HEADER_ORDER: creator in SORTS,
        Lost.TIME: at is None,
        Lost.AUTHORIZATION: creator in SANITISES and header(asked, "Authorization") is None,
    }
    yield exchange(
        entry,
        entry.get("request.method", str),
        entry.get("request.url", str),
        Message(asked, _asked(entry)),
        entry.get("response.status", int),
        Message(answered, _answered(entry)),
        at,
        (loss for loss, is_missing in missing.items() if is_missing),
    )


def _asked(entry: Entry) -> Body:
    text = entry.get("request.postData.text", str, "")
    return of_base64(text) if entry.get("request.postData.encoding", str, "") == "base64" else of_text(text)


def _answered(entry: Entry) -> Body:
    name = entry.get("response.content._file", str, "")
    if name:
        content = entry.attached(name, "")
        return UNKNOWN if content is None else Body(content)
    text, encoded = entry.get("response.content.text", str, None), entry.get("response.content.encoding", str, "") == "base64"
    if text is None:
        return UNKNOWN if entry.get("response.content.size", int, 0) else NONE
    if encoded and text.startswith("["):
        return _of_pieces(text)
    return of_base64(text) if encoded else of_text(text)


def _of_pieces(text: str) -> Body:
    """Return a body as Polly.js writes a compressed one: a list of Base64, as JSON."""
    try:
        pieces = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"a body that is no list of Base64 ({error})", "a list of Base64") from None
    return Body(b"".join(of_base64(str(piece)).content or b"" for piece in pieces))


FORMAT = Format(
    title="HAR",
    entries=("log.entries",),
    marks=("request.url",),
    read=read,
)
