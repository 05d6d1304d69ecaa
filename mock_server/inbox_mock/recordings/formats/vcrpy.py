"""Cassettes of vcrpy, in YAML and JSON, of requests, httpx, aiohttp and others.

Recorded: vcrpy 9.4.2; cassettes of httpx before vcrpy 6 have `status_code` and `content`.
"""

from collections.abc import Iterator

from inbox_mock.recordings import Exchange, Lost, header
from inbox_mock.recordings.bodies import Body, of_base64, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, part, time_of
from inbox_mock.recordings.formats import Format


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of an interaction."""
    older = part(entry.value, "response.status_code") is not None
    at, asked = time_of(entry.get("recorded_at", str, "")), headers_of(entry.get("request.headers", dict, {}))
    of_the_caller = header(asked, "User-Agent") is None  # as of aiohttp, which also respells headers of the answer
    missing = {Lost.TIME: at is None, Lost.REQUEST_HEADERS: of_the_caller, Lost.HEADER_CASE: of_the_caller}
    yield exchange(
        entry,
        entry.get("request.method", str),
        entry.get("request.uri", str),
        Message(asked, of_text(entry.get("request.body", str, ""))),
        entry.get("response.status_code" if older else "response.status.code", int),
        Message(headers_of(entry.get("response.headers", dict, {})), _answered(entry, "response" if older else "response.body")),
        at,
        (loss for loss, is_missing in missing.items() if is_missing),
    )


def _answered(entry: Entry, path: str) -> Body:
    packed = entry.get(f"{path}.base64_string", str, "")
    return of_base64(packed) if packed else of_text(entry.get(f"{path}.string", str, None) or entry.get(f"{path}.content", str, ""))


FORMAT = Format(
    title="vcrpy",
    entries=("interactions",),
    marks=("request.uri", "response"),
    read=read,
    loses=frozenset({Lost.HEADER_ORDER}),
)
