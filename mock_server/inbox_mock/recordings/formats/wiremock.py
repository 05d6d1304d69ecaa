"""Stub mappings that WireMock recorded: a file each, a folder of them, or the `mappings` of an export.

Recorded: WireMock 3.13.2. A mapping that was written by hand and fits several requests is none of a recording, and left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from inbox_mock.recordings import Exchange, Lost
from inbox_mock.recordings.bodies import UNKNOWN, Body, of_base64, of_data, of_text
from inbox_mock.recordings.entry import Entry, Message, exchange, headers_of, part
from inbox_mock.recordings.formats import Format

FILES = "../__files"
"""Where WireMock keeps bodies that are files, as seen from its mappings."""


def read(entry: Entry) -> Iterator[Exchange]:
    """Yield the exchange of a mapping."""
    url = entry.get("request.url", str, "") or entry.get("request.urlPath", str, "")
    method = entry.get("request.method", str, "ANY")
    if url and method != "ANY":
        query = urlencode(_query(entry), doseq=True, safe="[]:,", errors="replace")
        headers = {name: part(value, "equalTo") for name, value in entry.get("request.headers", dict, {}).items()}
        asked = Message(headers_of(headers), _asked(entry))
        answered = Message(headers_of(entry.get("response.headers", dict, {})), _answered(entry))
        yield exchange(entry, method, f"{url}?{query}" if query else url, asked, entry.get("response.status", int, 200), answered)


def _query(entry: Entry) -> dict[str, list[str]]:
    return {
        name: [str(part(value, "equalTo")) for value in replace(entry, value=wanted).get("hasExactly", list, [wanted])]
        for name, wanted in entry.get("request.queryParameters", dict, {}).items()
    }


def _asked(entry: Entry) -> Body:
    for wanted in entry.get("request.bodyPatterns", list, []):
        text = part(wanted, "equalToJson") or part(wanted, "equalTo")
        if text is not None:
            return of_text(text) if isinstance(text, str) else of_data(text)
        if (packed := part(wanted, "binaryEqualTo")) is not None:
            return of_base64(str(packed))
    return of_text("")


def _answered(entry: Entry) -> Body:
    packed, data, name = (entry.get(f"response.{key}", object, None) for key in ("base64Body", "jsonBody", "bodyFileName"))
    if name is not None:
        content = entry.attached(str(name), FILES)
        return UNKNOWN if content is None else Body(content)
    if data is not None:
        return of_data(data)
    return of_text(entry.get("response.body", str, "")) if packed is None else of_base64(str(packed))


FORMAT = Format(
    title="WireMock",
    entries=("", "mappings"),
    marks=("request.method", "response.status"),
    read=read,
    loses=frozenset({Lost.ORDER, Lost.TIME, Lost.REASON, Lost.HOST, Lost.HEADER_ORDER, Lost.QUERY_ORDER}),
    order="insertionIndex",
)
