"""Recordings of nock for Node.js, as objects: `nock.recorder.rec({output_objects: true})`.

Recorded: nock 15.0.6 and 13.5.6. JSON is parsed, bytes are hexadecimal, and compressed bytes a list of such pieces.
"""

from collections.abc import Iterator

from inbox_mock.recordings import Exchange, Headers, Lost, header
from inbox_mock.recordings.bodies import Body, of_data, of_hex, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of
from inbox_mock.recordings.formats import Format


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of a recorded call."""
    raw = entry.get("rawHeaders", object, None)
    asked = headers_of(entry.get("reqheaders", dict, {}))
    answered = headers_of(entry.get("headers", dict, {}) if raw is None else raw)
    yield exchange(
        entry,
        entry.get("method", str),
        entry.get("scope", str) + entry.get("path", str),
        Message(asked, _body(entry.get("body", object, ""))),
        entry.get("status", int),
        Message(answered, _answered(entry, answered)),
        lost=() if isinstance(raw, list) else {Lost.HEADER_ORDER},
    )


def _answered(entry: Entry, headers: Headers) -> Body:
    body = entry.get("response", object, "")
    if entry.get("responseIsBinary", object, False) is True and isinstance(body, str):
        return of_hex(body)
    if isinstance(body, list) and header(headers, "Content-Encoding") and all(isinstance(piece, str) for piece in body):
        return of_hex("".join(body))
    return _body(body)


def _body(body: object) -> Body:
    return of_text(body) if isinstance(body, str) else of_data(body)


FORMAT = Format(
    title="nock",
    entries=("",),
    marks=("scope", "method", "path", "status"),
    read=read,
    loses=frozenset({Lost.TIME}),
)
