"""Cassettes of VCR for Ruby, in YAML and JSON, with `preserve_exact_body_bytes` or without.

Recorded: VCR 5.0.0 with WebMock, which sorts the query and keeps the last of several parameters of a name.
"""

from collections.abc import Iterator

from inbox_mock.recordings import Exchange, Lost
from inbox_mock.recordings.bodies import NONE, Body, of_base64, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, time_of
from inbox_mock.recordings.formats import Format


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of an interaction."""
    at = time_of(entry.get("recorded_at", str, ""))
    yield exchange(
        entry,
        entry.get("request.method", str),
        entry.get("request.uri", str),
        Message(headers_of(entry.get("request.headers", dict, {})), body(entry, "request.body")),
        entry.get("response.status.code", int),
        Message(headers_of(entry.get("response.headers", dict, {})), body(entry, "response.body")),
        at,
        {Lost.TIME} if at is None else (),
    )


def body(entry: Entry, path: str) -> Body:
    """Return a body as Ruby's VCR and Betamax write it: an object with a text, or with Base64."""
    if not entry.get(path, object, ""):
        return NONE
    packed = entry.get(f"{path}.base64_string", str, "")
    return of_base64(packed) if packed else of_text(entry.get(f"{path}.string", str, ""))


FORMAT = Format(
    title="VCR for Ruby",
    entries=("http_interactions",),
    marks=("request.uri", "response.status"),
    read=read,
    loses=frozenset({Lost.QUERY_ORDER, Lost.QUERY_REPEATED, Lost.HEADER_CASE}),
)
