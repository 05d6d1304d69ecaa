"""A client of the API for properties: records, pages, and the checks that every call makes."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from inbox_contracts.provider.expectations import ForbiddenCall, PropertyViolation, expect, shown
from inbox_contracts.provider.http import ApiResponse, TrialConnection
from inbox_mock.domain.values import whole_number

JSON = dict[str, Any]
BASE = "/api/v3"
JSON_API = "application/vnd.api+json"
LINK = re.compile(r'<(.*?)>; rel="(\w+)"')
MOST_PAGES = 2_000
DIGITS = 18
UNPACKED: dict[str, Callable[[bytes], bytes]] = {"identity": bytes, "gzip": gzip.decompress, "deflate": zlib.decompress}


@dataclass(frozen=True, slots=True)
class Api:
    """Calls to ``/api/v3`` with one token, or with none."""

    connection: TrialConnection
    token: str | None

    def call(
        self, method: str, path: str, payload: object = None, *, headers: Mapping[str, str] | None = None, **query: object
    ) -> ApiResponse:
        """Send a request; ``payload`` is sent as JSON, bytes as they are."""
        return self._call(method, path, payload, headers or {}, query)

    def _call(self, method: str, path: str, payload: object, headers: Mapping[str, str], query: Mapping[str, object]) -> ApiResponse:
        target = f"{BASE}{path}" + (f"?{urlencode(query)}" if query else "")
        sent = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        body = payload if isinstance(payload, bytes) else None if payload is None else orjson.dumps(payload)
        if body is not None:
            sent["Content-Type"] = JSON_API
        return self.connection.send(method, target, {**sent, **headers}, body)

    def get(self, path: str, **query: object) -> ApiResponse:
        """Send a GET that must be answered 200."""
        return wanted(self._call("GET", path, None, {}, query), 200)

    def post(self, path: str, plural: str, attributes: JSON) -> ApiResponse:
        """Create a record; the answer must be 201."""
        return wanted(self.call("POST", path, {plural: [attributes]}), 201)

    def put(self, path: str, plural: str, attributes: JSON) -> ApiResponse:
        """Change a record; the answer must be 200."""
        return wanted(self.call("PUT", path, {plural: [attributes]}), 200)

    def one(self, path: str, **query: object) -> JSON:
        """Return the only record of a response."""
        return the_record(self.get(path, **query))

    def pages(self, path: str, **query: object) -> Iterator[ApiResponse]:
        """Yield every page of a list, by following ``next``."""
        answer, followed, known = self.get(path, **query), set[str](), set[str]()
        for nth in range(1, MOST_PAGES + 1):
            yield answer
            following = links_of(answer).get("next")
            if following is None:
                return
            expect(following not in followed, f"{path}: next leads to {following} again")
            announced = whole_number(answer.header("X-Total-Pages") or "", DIGITS)
            expect(announced is None or nth < announced, f"{answer.about}: page {nth} of {announced} has a next one, {following}")
            ids = {str(record.get("id")) for record in records_of(answer)}
            expect(ids - known, f"{answer.about}: page {nth} has no record that was not on the pages before, and a next one, {following}")
            known |= ids
            followed.add(following)
            answer = self.follow(following)
        raise PropertyViolation(f"{path}: after {MOST_PAGES} pages there is still a next one")

    def follow(self, address: str) -> ApiResponse:
        """Request the URL of a Link; it must lead to the requested host."""
        parts = urlsplit(address)
        root = urlsplit(self.connection.root)
        expect(parts.netloc == root.netloc, f"a Link leads to {address}, expected the host that was asked, {root.netloc}")
        target = parts.path.removeprefix(root.path) + (f"?{parts.query}" if parts.query else "")
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        return wanted(self.connection.send("GET", target, headers), 200)

    def all_of(self, path: str, **query: object) -> list[JSON]:
        """Return the records of every page of a list."""
        return [record for page in self.pages(path, **query) for record in records_of(page)]


def wanted(answer: ApiResponse, status: int) -> ApiResponse:
    """Return a response, or raise PropertyViolation if it has another status than expected; for a 403 it is a `ForbiddenCall`."""
    if answer.status != status:
        begins = answer.body[:200].decode(errors="replace")
        raise (ForbiddenCall if answer.status == 403 else PropertyViolation)(
            f"{answer.about}, expected {status}; the body begins with {begins!r}"
        )
    return answer


def unpacked(answer: ApiResponse) -> ApiResponse:
    """Return a response with its body as it was before it was compressed, or raise PropertyViolation if it is not as it says."""
    coding = (answer.header("Content-Encoding") or "identity").strip().lower()
    try:
        return replace(answer, body=UNPACKED[coding](answer.body))
    except (KeyError, OSError, EOFError, zlib.error):
        raise PropertyViolation(f"{answer.about}: the body is not in the Content-Encoding {coding}, as the header says") from None


def plural_of(answer: ApiResponse) -> str:
    """Return the only key of the body except links and meta, or raise PropertyViolation if there is not exactly one."""
    body = answer.json
    if not isinstance(body, dict):  # no `expect`: to show a whole body takes longer than to read it
        raise PropertyViolation(f"{answer.about}: the body is {shown(body)}, expected an object")
    keys = [key for key in body if key not in {"links", "linked", "meta"}]
    expect(len(keys) == 1, f"{answer.about}: the body has the keys {keys} beside links and meta, expected exactly one")
    return str(keys[0])


def records_of(answer: ApiResponse) -> list[JSON]:
    """Return the records of a response."""
    found = answer.json[plural_of(answer)]
    if not (isinstance(found, list) and all(isinstance(record, dict) for record in found)):
        raise PropertyViolation(f"{answer.about}: under {plural_of(answer)} is {shown(found)}, expected an array of objects")
    return list(found)


def the_record(answer: ApiResponse) -> JSON:
    """Return the only record of a response."""
    found = records_of(answer)
    expect(len(found) == 1, f"{answer.about}: {len(found)} records, expected one")
    return found[0]


def errors_of(answer: ApiResponse) -> list[JSON]:
    """Return the errors of a refusal, or raise PropertyViolation if its body is not of the API's form."""
    errors = answer.json.get("errors")
    good = isinstance(errors, list) and errors and all(isinstance(e, dict) and isinstance(e.get("code"), str) for e in errors)
    expect(good, f'{answer.about}: the body is {shown(answer.json)}, expected {{"errors": [{{"code": ...}}]}}')
    return list(errors)


def links_of(answer: ApiResponse) -> dict[str, str]:
    """Return the Link header as clients read it: URLs by relation."""
    header = answer.header("Link")
    if header is None:
        raise PropertyViolation(f"{answer.about}: no Link header, expected one")
    found = [LINK.fullmatch(part) for part in header.split(", ")]
    expect(all(found), f'{answer.about}: Link is {shown(header)}, expected <address>; rel="..." joined by comma and space')
    return {match[2]: match[1] for match in found if match is not None}


def by_id(records: list[JSON]) -> dict[int, JSON]:
    """Return records by id."""
    return {record["id"]: record for record in records}
