"""What the recorder of `responses` for Python writes, in YAML and TOML.

Recorded: responses 0.26.3, `_recorder.record`. It writes ``text/plain`` where an answer had no content type.
"""

from collections.abc import Iterator

from inbox_mock.recordings import Exchange, Lost, header
from inbox_mock.recordings.bodies import of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of
from inbox_mock.recordings.formats import Format

MADE_UP = "text/plain"
REMOVED = {Lost.CONTENT_TYPE: "Content-Type", Lost.DATE: "Date", Lost.SERVER: "Server"}
"""Headers that it does not write, except if it is told to."""


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of a response."""
    kind = entry.get("response.content_type", str, MADE_UP)
    headers = (*(() if kind == MADE_UP else (("Content-Type", kind),)), *headers_of(entry.get("response.headers", dict, {})))
    yield exchange(
        entry,
        entry.get("response.method", str),
        entry.get("response.url", str),
        Message(),
        entry.get("response.status", int, 200),
        Message(headers, of_text(entry.get("response.body", str, ""))),
        lost=(loss for loss, name in REMOVED.items() if header(headers, name) is None),
    )


FORMAT = Format(
    title="responses",
    entries=("responses",),
    marks=("response.url", "response.method"),
    read=read,
    loses=frozenset({Lost.REQUEST_BODY, Lost.TIME, Lost.ORDER, Lost.HEADER_ORDER}),
)
