"""HAR 1.2, as developer tools of browsers import it. Specification: http://www.softwareishard.com/blog/har-12-spec/."""

from base64 import b64encode
from collections.abc import Iterator
from http.client import responses
from urllib.parse import parse_qsl, urlsplit

import orjson

from inbox_mock.recordings import Exchange, Headers, header
from inbox_mock.recordings.writing import JSON, PRODUCER, UNKNOWN_TIME, Traffic, Writer, listed, text_of


def write(traffic: Traffic) -> Iterator[bytes]:
    """Yield a log of the exchanges, one after the other."""
    about = {"version": "1.2", "creator": dict(zip(("name", "version"), PRODUCER, strict=True))}
    comment = " ".join([traffic.title, *traffic.told])
    yield b'{"log":' + orjson.dumps({**about, "comment": comment})[:-1] + b',"entries":['
    yield from listed(map(_entry, traffic.exchanges))
    yield b"]}}\n"


def _entry(exchange: Exchange) -> JSON:
    entry: JSON = {
        "startedDateTime": (exchange.at or UNKNOWN_TIME).isoformat(timespec="milliseconds"),
        "time": 0,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }
    if exchange.lost:
        entry["comment"] = f"not recorded: {', '.join(sorted(lost.value for lost in exchange.lost))}"
    return entry


def _request(exchange: Exchange) -> JSON:
    request = exchange.request
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    written: JSON = {
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request.headers),
        "queryString": _pairs(tuple(query)),
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        written["postData"] = {"mimeType": header(request.headers, "Content-Type") or "", "text": text_of(request.body) or ""}
    return written


def _response(exchange: Exchange) -> JSON:
    """Return an answer; where none came, one with the status 0, as Chrome writes it."""
    response = exchange.response
    written: JSON = {
        "status": 0 if response is None else response.status,
        "statusText": "" if response is None else responses.get(response.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [] if response is None else _pairs(response.headers),
        "content": {"size": 0, "mimeType": "x-unknown"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }
    if response is None:
        return written | {"_error": "net::ERR_EMPTY_RESPONSE"}
    content: JSON = {
        "size": -1 if response.body is None else len(response.body),
        "mimeType": response.header("Content-Type") or "x-unknown",
    }
    if response.body is not None:
        text = text_of(response.body)
        content |= {"text": b64encode(response.body).decode(), "encoding": "base64"} if text is None else {"text": text}
    return written | {"content": content, "redirectURL": response.header("Location") or ""}


def _pairs(pairs: Headers) -> list[JSON]:
    return [{"name": name, "value": value} for name, value in pairs]


WRITER = Writer(says="HAR 1.2, which browsers and proxies import", ending=".har", kind="application/json", write=write)
