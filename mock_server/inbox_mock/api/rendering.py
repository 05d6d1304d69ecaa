"""Rendering results and refusals as bytes and headers: envelope, meta, Link, ETag, and every header in its exact case."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from hashlib import sha1
from http import HTTPStatus
from urllib.parse import quote_plus

import orjson

from inbox_mock.api.result import PagePosition, Result
from inbox_mock.domain import limits, times
from inbox_mock.domain.errors import MethodNotAllowed, Problem, Refusal, Unauthorized, UriTooLong
from inbox_mock.resources.declaration import Resource
from inbox_mock.resources.serialization import Projection
from inbox_mock.resources.serialization import templates as templates_of
from inbox_mock.store.access import Allowance

JSON_API = "application/vnd.api+json; charset=utf-8"
JSON = "application/json; charset=utf-8"
BESIDES = len(": \r\n")  # bytes of a header besides its name and value
NOT_PLAIN = re.compile(r"[^ -~]")

PHRASES = {status.value: status.phrase for status in HTTPStatus}
RENAMED = {
    203: "Non Authoritative Information",
    207: "Multi Status",
    306: "Switch Proxy",
    413: "Request Entity Too Large",
    414: "Request URI Too Long",
    416: "Requested Range Not Satisfiable",
    418: "I'm a teapot",
    422: "Unprocessable Entity",
    449: "Retry With",
    511: "Network Authentication Failed",
}
"""Phrases as Werkzeug has them, where those of Python's versions differ from it."""
P3P = 'CP="OTI DSP COR CUR ADMo DEVo TAI PSAi PSDi IVAi IVDi CONi HISi TELi OTPi OUR SAMi OTRo UNRo PUBi IND UNI STA"'

Headers = list[tuple[str, str]]
Rendered = tuple[bytes, int, Headers]
"""Body, status and headers of a response."""

SAFETY: Headers = [
    ("X-Frame-Options", "SAMEORIGIN"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-XSS-Protection", "1; mode=block"),
    ("Vary", "Accept, Origin"),
    # Recorded from 2014 to 2018, with every answer of the Inbox; recordings of 2019 and later lack it.
    ("P3P", P3P),
]


def why_header(why: str) -> Headers:
    """Return the header that explains the answer: plain ASCII, of limited length."""
    told = NOT_PLAIN.sub("?", why)
    return [("X-Mock-Why", told if len(told) <= limits.WHY else f"{told[: limits.WHY - 3]}...")]


@lru_cache(maxsize=256)
def templates(resource: Resource, origin: str, projection: Projection) -> orjson.Fragment:
    """Return the envelope's ``links``: URI templates on the host that the client addressed."""
    return orjson.Fragment(orjson.dumps({key: f"{origin}/api/v3/{path}" for key, path in templates_of(resource, projection)}))


def page_addresses(listed: PagePosition, address: str, query: Mapping[str, str | list[str]]) -> dict[str, str]:
    """Return the addresses of first, prev, next and last page, those that exist."""
    last = listed.pages
    pages = {"first": 1}
    if listed.page > 1:
        pages["prev"] = min(listed.page - 1, last)
    if listed.page < last:
        pages["next"] = listed.page + 1
    pages["last"] = last
    if not query.keys() - {"page"}:
        return {rel: f"{address}?page={page}" for rel, page in pages.items()}
    others = sorted(query.items())
    before = "".join([f"{_encoded(name, values)}&" for name, values in others if name < "page"])
    after = "".join([f"&{_encoded(name, values)}" for name, values in others if name > "page"])
    return {rel: f"{address}?{before}page={page}{after}" for rel, page in pages.items()}


def _encoded(name: str, values: str | list[str]) -> str:
    """Return a parameter as a query has it, once for each of its values."""
    encoded = _quoted(name)
    return "&".join([f"{encoded}={_quoted(value)}" for value in ([values] if isinstance(values, str) else values)])


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    """Return a text as a query has it; all lists of a synchronisation are asked for since the same time."""
    return quote_plus(text)


def body_and_headers(result: Result, origin: str, address: str, query: Mapping[str, str | list[str]]) -> tuple[bytes, Headers]:
    """Return a successful answer's body and the headers that depend on it.

    Raises:
        UriTooLong: the Link header would be longer than clients can read.
    """
    if result.alone is None and result.records is None:
        return b"", [("Cache-Control", "no-cache")]
    headers: Headers = [("Content-Type", JSON_API)]
    meta: dict[str, object] = {}
    if result.alone is not None:
        links = {"first": f"{address}?page=1"}
        meta = {"Link": links, "X-Total-Pages": None, "X-Total-Count": None, "X-Per-Page": "100"}
        headers.append(("Link", f'<{links["first"]}>; rel="first"'))
    if result.listed is not None:
        listed = result.listed
        links = page_addresses(listed, address, query)
        link = ", ".join([f'<{url}>; rel="{rel}"' for rel, url in links.items()])
        if len(link) > limits.LINK:
            raise UriTooLong
        pages, total, per_page = str(listed.pages), str(listed.total), str(listed.per_page)
        if listed.deleted_ids is not None:
            meta["deleted_ids"] = listed.deleted_ids
        meta.update({"Link": links, "X-Total-Pages": pages, "X-Total-Count": total, "X-Per-Page": per_page})
        headers += [("Link", link), ("X-Total-Pages", pages), ("X-Total-Count", total), ("X-Per-Page", per_page)]
        headers.append(("X-Current-Page", str(listed.page)))
    envelope: dict[str, object] = {}
    if result.alone is not None:
        envelope[result.alone[0]] = result.alone[1]
    else:
        if result.resource.links:
            envelope["links"] = templates(result.resource, origin, result.projection)
        envelope[result.resource.plural] = result.records
    envelope["meta"] = meta
    body = orjson.dumps(envelope)
    headers += [
        ("ETag", f'W/"{sha1(body, usedforsecurity=False).hexdigest()[:32]}"'),
        ("Cache-Control", "max-age=0, private, must-revalidate"),
    ]
    if result.location is not None:
        headers.append(("Location", result.location))
    return body, headers


def refused(refusal: Refusal) -> Rendered:
    """Return the body, status and headers that answer a refusal."""
    headers: Headers = [("Content-Type", JSON_API), ("Cache-Control", "no-cache")]
    if isinstance(refusal, Unauthorized):
        challenge = f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{refusal.reason}"'
        headers = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache"), ("WWW-Authenticate", challenge)]
    if isinstance(refusal, MethodNotAllowed):
        headers.append(("Allow", ", ".join(refusal.allowed)))
    return problems_body(refusal.problems), refusal.status, headers


def is_current(known: str, headers: Headers) -> bool:
    """Return whether an If-None-Match header names the ETag among an answer's headers."""
    etag = next(value for name, value in headers if name == "ETag")
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def problems_body(problems: Iterable[Problem]) -> bytes:
    """Return the body that names problems."""
    return orjson.dumps({"errors": [_shown(problem) for problem in problems]})


def _shown(problem: Problem) -> dict[str, str]:
    named = {"code": problem.code, "field": problem.field, "title": problem.title}
    return {name: value for name, value in named.items() if value is not None}


def rate_headers(allowance: Allowance) -> Headers:
    """Return the rate limit's headers."""
    return [
        ("X-RateLimit-Limit", str(allowance.limit)),
        ("X-RateLimit-Remaining", str(max(0, allowance.limit - allowance.used))),
        ("X-RateLimit-Reset", str(allowance.resets_at)),
    ]


def trace_headers(now: str, request_id: str, runtime: float) -> Headers:
    """Return the headers that every answer of the API carries; ``Date`` tells the sandbox's time."""
    synced_at, date = times_of(now)
    return [
        ("x-updated-since-request-synced-at", synced_at),
        ("X-Request-Id", request_id),
        ("X-Runtime", f"{runtime:.6f}"),
        ("Date", date),
        *SAFETY,
    ]


def head_bytes(headers: Mapping[str, str]) -> int:
    """Return about how many bytes the head of an answer has: the status line, these headers, and those added after the journal."""
    return _added_bytes() + sum(map(len, headers)) + sum(map(len, headers.values())) + BESIDES * len(headers)


@cache
def _added_bytes() -> int:
    added = [("Content-Length", "00000"), ("X-Mock-Request-Id", "00000"), *trace_headers("2030-06-01T12:00:00Z", "0" * 36, 0)]
    return len("HTTP/1.1 200 OK\r\n\r\n") + sum(len(name) + len(value) + BESIDES for name, value in added)


@lru_cache(maxsize=64)
def times_of(now: str) -> tuple[str, str]:
    """Return a time in the formats of the headers x-updated-since-request-synced-at and Date."""
    return times.synced_at(now), times.parse(now).strftime("%a, %d %b %Y %H:%M:%S GMT")


def phrase(status: int) -> str:
    """Return a status's reason phrase as recordings have it, ``Created``, the same on every Python."""
    return RENAMED.get(status) or PHRASES.get(status, "Unknown")


@cache
def status_line(status: int) -> str:
    """Return a status with its phrase."""
    return f"{status} {phrase(status)}"


def complete(body: bytes, status: int, headers: Headers) -> Rendered:
    """Return an answer with its length; without a body it has neither Content-Type nor Content-Length."""
    if status in {204, 304}:
        return body, status, [header for header in headers if header[0] != "Content-Type"]
    headers.append(("Content-Length", str(len(body))))
    return body, status, headers
