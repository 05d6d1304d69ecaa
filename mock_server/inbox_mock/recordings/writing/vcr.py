"""Cassettes of VCR for Ruby, from version 2 to 6, as its persister writes them."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from http.client import responses
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import yaml

from inbox_mock.recordings import Exchange, Headers
from inbox_mock.recordings.writing import JSON, PRODUCER, UNKNOWN_TIME, Traffic, Writer, commented, is_answered, text_of

PLAIN = "!$()*,:@/?='"
"""Characters of a query that WebMock does not encode, besides letters, digits and what `quote` leaves as it is."""
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


class _Quoting(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] # in C, where it was built
    """Writes every text in double quotes: readers of YAML disagree on what a plain one is, a time, a number or a Ruby symbol."""


_Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def item(found: Mapping[str, Any]) -> bytes:
    """Return an object as an item of a list in a YAML document."""
    written: bytes = yaml.dump([found], Dumper=_Quoting, encoding="utf-8", width=10**9, sort_keys=False)
    return written


def grouped(headers: Headers) -> dict[str, list[str]]:
    """Return the values of headers by their names."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield a cassette, one interaction after the other."""
    yield commented("# ", traffic) + b"---\nhttp_interactions:" + (b"\n" if traffic.exchanges else b" []\n")
    for exchange in traffic.exchanges:
        yield item(_interaction(exchange))
    yield f"recorded_with: {' '.join(PRODUCER)}\n".encode()


def _interaction(exchange: Exchange) -> JSON:
    request, response = exchange.request, exchange.response
    assert response is not None  # noqa: S101 - such are not taken
    return {
        "request": {
            "method": request.method.lower(),
            "uri": _sorted(request.url),
            "body": _body(request.body),
            "headers": grouped(request.headers),
        },
        "response": {
            "status": {"code": response.status, "message": responses.get(response.status, "")},
            "headers": grouped(response.headers),
            "body": _body(response.body),
        },
        "recorded_at": (exchange.at or UNKNOWN_TIME).strftime(HTTP_DATE),
    }


def _sorted(url: str) -> str:
    """Return an address as WebMock compares it: parameters sorted, the last one of each name alone, unless it ends in ``[]``."""
    address, mark, query = url.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    last = dict(pair for pair in pairs if not pair[0].endswith("[]"))
    told = sorted([*last.items(), *(pair for pair in pairs if pair[0].endswith("[]"))])
    written = "&".join(f"{quote(name, safe=PLAIN)}={quote(value, safe=PLAIN)}" for name, value in told)
    return address + mark + (written if urlsplit(url).port else written.replace("'", "%27"))  # Ruby encodes it as it drops a usual port


def _body(body: bytes | None) -> JSON:
    text = text_of(body)
    return (
        {"encoding": "UTF-8", "string": text}
        if text is not None
        else {"encoding": "ASCII-8BIT", "base64_string": b64encode(body or b"").decode()}
    )


WRITER = Writer(says="a cassette of VCR for Ruby", ending=".yml", kind="application/yaml", write=write, takes=is_answered)
