"""HAR 1.2: browsers' developer tools, Playwright, mitmproxy, Polly.js and others.

Recorded: what each of them loses, by the version that is named in tests/recordings/files/README.md.
"""

from collections.abc import Iterator

from inbox_mock.recordings.bodies import NONE, UNKNOWN, Body, of_base64, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, part, time_of
from inbox_mock.recordings.exchange import Exchange, Lost, header
from inbox_mock.recordings.formats import Format

SORTED = frozenset({Lost.HEADER_ORDER})
RECORDERS = {
    "WebInspector": SORTED,
    "Playwright": SORTED,
    "Polly.JS": SORTED | {Lost.HEADER_CASE},
}
"""What is lost, by the name of the creator."""
SANITISES = "WebInspector"


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of an entry."""
    creator = str(part(entry.head.get("log.creator"), "name") or "")
    asked, answered = headers_of(entry.get("request.headers", list, [])), headers_of(entry.get("response.headers", list, []))
    at = time_of(entry.get("startedDateTime", str, ""))
    lost = set(RECORDERS.get(creator, ()))
    lost |= {Lost.TIME} if at is None else set()
    lost |= {Lost.AUTHORIZATION} if creator == SANITISES and header(asked, "Authorization") is None else set()
    yield exchange(
        entry,
        entry.get("request.method", str),
        entry.get("request.url", str),
        Message(asked, _asked(entry)),
        entry.get("response.status", int),
        Message(answered, _answered(entry)),
        at,
        lost,
    )


def _asked(entry: Entry) -> Body:
    text = entry.get("request.postData.text", str, "")
    return of_base64(text) if entry.get("request.postData.encoding", str, "") == "base64" else of_text(text)


def _answered(entry: Entry) -> Body:
    name = entry.get("response.content._file", str, "")
    if name:
        content = entry.attached(name, "")
        return UNKNOWN if content is None else Body(content)
    text = entry.get("response.content.text", str, None)
    if text is None:
        return UNKNOWN if entry.get("response.content.size", int, 0) else NONE
    if entry.get("response.content.encoding", str, "") != "base64":
        return of_text(text)
    return of_base64(text)


FORMAT = Format(
    title="HAR",
    entries=("log.entries",),
    marks=("request.url",),
    read=read,
)
