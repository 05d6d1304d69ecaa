"""HAR 1.2: browsers' developer tools, Playwright, mitmproxy, Polly.js and others.

Recorded: what each creator loses, in the versions that tests/recordings/files/README.md names; of Firefox, as its source says.
"""

from collections.abc import Iterator

import orjson

from inbox_mock.recordings import Exchange, Headers, Lost, Malformed, header
from inbox_mock.recordings.bodies import CUT, NONE, UNKNOWN, Body, of_base64, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, part, time_of
from inbox_mock.recordings.formats import Format

SORTS = {"WebInspector", "Playwright", "Polly.JS"}
"""Creators that sort headers by name."""
SANITISES = {"WebInspector"}
"""Creators that leave Authorization out unless they are told not to."""
MEASURES = {"WebInspector", "Playwright", "Firefox"}
"""Creators whose `content.size` is that of the decoded body, also if they keep its beginning alone."""
WITHOUT_BODY = {204, 304}


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of an entry."""
    creator = str(part(entry.head.get("log.creator"), "name") or "")
    asked, answered = headers_of(entry.get("request.headers", list, [])), headers_of(entry.get("response.headers", list, []))
    at, status = time_of(entry.get("startedDateTime", str, "")), entry.get("response.status", int)
    if status not in WITHOUT_BODY:
        asked, answered = _as_the_page_saw(entry, asked, answered)
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
        status,
        Message(answered, _answered(entry, creator, status)),
        at,
        (loss for loss, is_missing in missing.items() if is_missing),
    )


def _as_the_page_saw(entry: Entry, asked: Headers, answered: Headers) -> tuple[Headers, Headers]:
    """Return the headers of a request and an answer that a browser's cache came between: without its condition, with the type.

    The cache was answered 304, and gave the page what it had: recorded are its condition, the headers of the 304, status and body of 200.
    """
    condition = header(asked, "If-None-Match")
    if condition is None or condition != header(answered, "ETag"):
        return asked, answered
    kind = entry.get("response.content.mimeType", str, "")
    typed = () if header(answered, "Content-Type") else (("Content-Type", kind),)
    return tuple(pair for pair in asked if pair[0].lower() != "if-none-match"), (*typed, *answered)


def _asked(entry: Entry) -> Body:
    name = entry.get("request.postData._file", str, "")
    if name:
        return _attached(entry, name)
    text = entry.get("request.postData.text", str, "")
    return of_base64(text) if entry.get("request.postData.encoding", str, "") == "base64" else of_text(text)


def _answered(entry: Entry, creator: str, status: int) -> Body:
    name, size = entry.get("response.content._file", str, ""), entry.get("response.content.size", int, 0)
    if status in WITHOUT_BODY and creator in MEASURES:  # they may tell what their cache holds
        return NONE
    if name:
        return _attached(entry, name)
    text, encoded = entry.get("response.content.text", str, None), entry.get("response.content.encoding", str, "") == "base64"
    if text is None:
        return UNKNOWN if size and status not in WITHOUT_BODY else NONE
    if encoded and text.startswith("["):
        return _of_pieces(text)
    body = of_base64(text) if encoded else of_text(text)
    return Body(body.content, body.lost | CUT) if creator in MEASURES and size > len(body.content or b"") else body


def _attached(entry: Entry, name: str) -> Body:
    content = entry.attached(name, "")
    return UNKNOWN if content is None else Body(content)


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
