"""Cassettes of vcrpy, version 1 of its format: https://vcrpy.readthedocs.io."""

from collections.abc import Iterator
from http.client import responses

from inbox_mock.recordings import Exchange
from inbox_mock.recordings.writing import JSON, Traffic, Writer, commented, is_answered, text_of
from inbox_mock.recordings.writing.vcr import grouped, item


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield a cassette, one interaction after the other."""
    yield commented("# ", traffic) + b"interactions:" + (b"\n" if traffic.exchanges else b" []\n")
    for exchange in traffic.exchanges:
        yield item(_interaction(exchange))
    yield b"version: 1\n"


def _interaction(exchange: Exchange) -> JSON:
    request, response = exchange.request, exchange.response
    assert response is not None  # noqa: S101 - such are not taken
    return {
        "request": {
            "body": None if request.body is None else _body(request.body),
            "headers": grouped(request.headers),
            "method": request.method,
            "uri": request.url,
        },
        "response": {
            "body": {"string": _body(response.body)},
            "headers": grouped(response.headers),
            "status": {"code": response.status, "message": responses.get(response.status, "")},
        },
    }


def _body(body: bytes | None) -> str | bytes:
    """Return a body as text, or as bytes, which YAML writes in Base64."""
    text = text_of(body)
    return body or b"" if text is None else text


WRITER = Writer(says="a cassette of vcrpy", ending=".yaml", kind="application/yaml", write=write, takes=is_answered)
