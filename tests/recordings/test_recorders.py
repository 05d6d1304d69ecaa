"""What each recorder wrote of the same exchanges is read as they were, less what it loses."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from inbox_mock.recordings import Exchange, Lost
from inbox_mock.recordings.reading import read

FILES = Path(__file__).parent / "files"
TRUTH: dict[str, dict[str, Any]] = json.loads((FILES / "truth.json").read_text())
LATER_TRUTH = TRUTH | json.loads((FILES / "truth-later.json").read_text())
"""The truth of recordings that were made of a later version."""
LATER_RECORDERS = {path.name for path in FILES.iterdir() if path.is_dir()} - {
    *("betamax", "chrome-devtools", "mitmproxy", "mountebank", "nock-13-http", "nock-fetch", "nock-http", "playwright", "polly-fetch"),
    *("responses", "ruby-vcr", "vcrpy-httpx", "vcrpy-requests", "wiremock"),
}
WHOLE = [
    path
    for recorder in sorted(FILES.iterdir())
    if recorder.is_dir()
    for path in sorted(recorder.iterdir())
    if path.suffix not in {".dat", ".html", ".png"} and len(path.stem) < 40
]
LATER = {"plain-default-options.json", "plain-attach.har", "plain-minimal.har", "api-request-startHar.har"}
"""Recordings in which the conversation has one more message, of another exchange; and those of nock 13."""
LEFT_OUT = {
    Lost.ENCODING: {"content-encoding", "content-length", "transfer-encoding"},
    Lost.CONTENT_TYPE: {"content-type"},
    Lost.DATE: {"date"},
    Lost.SERVER: {"server"},
}


def kinds(path: Path) -> list[str]:
    """The kinds of exchange that a recording holds: all of them, or the one that begins its name."""
    name = path.name.split(".")[0].replace("gzip-auto", "non-ascii-gzip")
    return [max((kind for kind in TRUTH if name.startswith(kind)), key=len)] if name[:3] not in {"all", "rev", "api"} else [*TRUTH]


def of_the_api(path: Path) -> list[Exchange]:
    """The exchanges of a recording, without the page that a browser loaded first."""
    return [exchange for exchange in read([path]) if not exchange.request.url.endswith("/blank")]


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_recording_is_read_as_it_was_less_what_its_recorder_loses(path: Path) -> None:
    found, expected = of_the_api(path), kinds(path)
    if path.name.startswith("api-request"):
        found, expected = found[:1], expected[:1]

    for kind, exchange in zip(expected, found, strict=True):
        truth, lost = (LATER_TRUTH if path.parent.name in LATER_RECORDERS else TRUTH)[kind], exchange.lost
        later = path.name in LATER or path.parent.name == "nock-13-http"
        answered = b64decode(truth["body"]).replace(b",4,5]", b",4,5,64]" if later else b",4,5]")
        assert told(exchange) == {
            "method": truth["method"],
            "path": truth["path"],
            "query": query(truth["query"], lost),
            "asked": None if Lost.REQUEST_BODY in lost else body(truth["asked"].encode() if truth["asked"] else None, lost),
            "status": truth["status"],
            "headers": names(truth["headers"], lost),
            "body": None if {Lost.RESPONSE_BODY, Lost.BINARY} & lost else body(answered, lost),
        }


def told(exchange: Exchange) -> dict[str, Any]:
    url, lost, response = urlsplit(exchange.request.url), exchange.lost, exchange.response
    assert response is not None
    return {
        "method": exchange.request.method,
        "path": url.path,
        "query": query(url.query, lost),
        "asked": None if Lost.REQUEST_BODY in lost else body(exchange.request.body, lost),
        "status": response.status,
        "headers": names([name for name, _ in response.headers], lost),
        "body": body(response.body, lost),
    }


def query(text: str, lost: frozenset[Lost]) -> list[tuple[str, str]]:
    pairs = parse_qsl(text, keep_blank_values=True)
    return sorted(pairs) if Lost.QUERY_ORDER in lost else pairs


def names(headers: list[str], lost: frozenset[Lost]) -> list[str]:
    left_out = {name for one in lost for name in LEFT_OUT.get(one, ())}
    kept = [name.lower() if Lost.HEADER_CASE in lost else name for name in headers if name.lower() not in left_out]
    return sorted(kept) if Lost.HEADER_ORDER in lost else kept


def body(content: bytes | None, lost: frozenset[Lost]) -> object:
    return json.loads(content) if content and content[:1] == b"{" and Lost.SPELLING in lost else content


NO_HEADERS = {Lost.REQUEST_HEADERS, Lost.AUTHORIZATION}
VCR = {Lost.HEADER_CASE, Lost.QUERY_ORDER, Lost.QUERY_REPEATED}
STUBS = {*NO_HEADERS, Lost.HOST, Lost.ORDER, Lost.TIME, Lost.REASON, Lost.QUERY_ORDER}
NOCK = {Lost.TIME, Lost.HEADER_CASE, Lost.HEADER_ORDER}
RESPONSES = {*NO_HEADERS, Lost.REQUEST_BODY, Lost.TIME, Lost.ORDER, Lost.DATE, Lost.SERVER, Lost.HEADER_ORDER}
LOSSES: dict[str, set[Lost]] = {
    "betamax/plain.json": set(),
    "betamax/attachment-bytes.json": {Lost.BINARY},
    "betamax-exact/attachment-bytes.json": set(),
    "chrome-devtools/all-sanitized.har": {Lost.AUTHORIZATION, Lost.HEADER_ORDER},
    "chrome-devtools/all-with-sensitive-data.har": {Lost.HEADER_ORDER},
    "mitmproxy/reverse-all.har": set(),
    "mountebank/422.json": {*STUBS, Lost.SPELLING},
    "mountebank/gzip.json": STUBS,
    "nock-13-http/plain.json": {*NO_HEADERS, Lost.TIME, Lost.SPELLING},
    "nock-fetch/plain.json": {*NOCK, Lost.SPELLING},
    "nock-fetch/plain-default-options.json": {*NOCK, *NO_HEADERS, Lost.SPELLING},
    "nock-http/attachment-bytes.json": NOCK,
    "nock-http/attachment.json": {*NOCK, Lost.SPELLING},
    "playwright/plain.har": {Lost.HEADER_ORDER},
    "playwright/plain-omit.har": {Lost.HEADER_ORDER, Lost.RESPONSE_BODY},
    "playwright/plain-minimal.har": {Lost.HEADER_ORDER},
    "playwright-attach/all-attach.har": {Lost.HEADER_ORDER},
    "playwright-zip/all.har.zip": {Lost.HEADER_ORDER},
    "polly-fetch/plain": {Lost.HEADER_CASE, Lost.HEADER_ORDER},
    "polly-http/gzip": {Lost.HEADER_CASE, Lost.HEADER_ORDER},
    "responses/plain.yaml": RESPONSES,
    "responses/304.yaml": {*RESPONSES, Lost.CONTENT_TYPE},
    "responses/attachment-bytes.yaml": {*RESPONSES, Lost.BINARY},
    "responses-toml/plain.toml": RESPONSES,
    "ruby-vcr/gzip.yml": VCR,
    "ruby-vcr-exact/attachment-bytes.yml": VCR,
    "ruby-vcr-json/plain.json": VCR,
    "vcrpy-aiohttp/plain.yaml": {Lost.TIME, Lost.HEADER_ORDER, Lost.HEADER_CASE, Lost.REQUEST_HEADERS},
    "vcrpy-httpx/gzip.yaml": {Lost.TIME, Lost.HEADER_ORDER, Lost.HEADER_CASE},
    "vcrpy-json/plain.json": {Lost.TIME, Lost.HEADER_ORDER},
    "vcrpy-requests/gzip.yaml": {Lost.TIME, Lost.HEADER_ORDER},
    "wiremock/attachment-bytes": {*STUBS, Lost.HEADER_ORDER},
}


@pytest.mark.parametrize(("name", "lost"), LOSSES.items(), ids=LOSSES)
def test_what_a_recorder_loses_is_told_of_each_exchange(name: str, lost: set[Lost]) -> None:
    assert [exchange.lost for exchange in of_the_api(FILES / name)][-1] == {*lost, Lost.ENCODING}


def test_of_each_recorder_it_is_said_what_it_loses() -> None:
    assert {name.partition("/")[0] for name in LOSSES} == {path.name for path in FILES.iterdir() if path.is_dir()}
