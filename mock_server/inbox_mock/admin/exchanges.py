"""What a sandbox was asked and answered, or would answer now, as recorded exchanges: by its journal, or by a walk through its lists.

Both work on a copy in memory, whose clock stands and which sends no webhook: the sandbox itself does not notice.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, unquote, urlencode, urljoin

import orjson

from inbox_mock.admin.sandbox_shown import describe
from inbox_mock.api.addressing import ROOT
from inbox_mock.api.front import FrontCall
from inbox_mock.api.index import OperationIndex
from inbox_mock.api.operation import Operation
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.api.pace import Pace
from inbox_mock.api.pipeline import Server, run
from inbox_mock.api.rendering import times_of
from inbox_mock.domain import limits, times
from inbox_mock.domain.access import ALL_SCOPES, parse_scopes
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.timeline import pass_time
from inbox_mock.recordings.exchange import Exchange, Lost, Place, RecordedRequest, RecordedResponse, header
from inbox_mock.recordings.writing import JSON, TOKEN
from inbox_mock.resources import RESOURCES
from inbox_mock.scenarios.build import build_recipe
from inbox_mock.services import attachments, oauth
from inbox_mock.simulation.actions import handlers
from inbox_mock.store import access, journal
from inbox_mock.store.database import Row
from inbox_mock.store.homes import Start
from inbox_mock.store.homes.memory import MemoryHome

ALL_BOOKINGS = {"from": "1970-01-01T00:00:00Z", "include_canceled": "true"}
CREDENTIAL = "SELECT * FROM tokens WHERE id = ?"
Known = dict[str, Row]
"""The token that each variable of some exchanges stands for."""


class Copy:
    """A sandbox of an image: it answers as its original would at the wall clock's time ``wall``, at ``origin``."""

    def __init__(self, image: bytes, origin: str, wall: float) -> None:
        sandboxes = Sandboxes(MemoryHome(), lambda: wall, handlers, describe, build_recipe)
        self.origin = origin
        self.sandbox = sandboxes.add(Start(image=image), image, default=True)
        self._server = Server(sandboxes, Pace(10**9, lambda: 0.0), lambda: 0.0, lambda: "", lambda _: None)
        self._index = OperationIndex(OPERATIONS)

    def spare(self) -> None:
        """Let no fault strike the next request, and no rate limit."""
        with self.sandbox.work() as work:
            for table in ("fault_pasts", "faults", "rate_limits"):
                work.db.execute(f"DELETE FROM {table}")  # noqa: S608

    def pass_until(self, at: datetime) -> None:
        """Let happen what is due by a time, without webhooks."""
        with self.sandbox.work() as work:
            pass_time(work, max(at, work.instant) - work.instant)

    def answer(self, request: RecordedRequest, credential: str | None) -> RecordedResponse | None:
        """Return the answer to a request of the API; None if it names no operation."""
        path, _, query = request.url.removeprefix(self.origin).partition("?")
        found = self._index.match(request.method, unquote(path))
        if found is None:
            return None
        given = {
            "HTTP_AUTHORIZATION": credential and f"Bearer {credential}",
            "HTTP_IF_NONE_MATCH": header(request.headers, "If-None-Match"),
        }
        environ = {"QUERY_STRING": query, ROOT: self.origin} | {name: value for name, value in given.items() if value}
        call = FrontCall(environ, request.method, unquote(path))
        body, status, headers = run(self._server, call, *found, request.body or b"")
        return RecordedResponse(status, tuple(headers), body)


def of_state(copy: Copy) -> tuple[list[Exchange], Known]:
    """Return the requests that read every list of a copied sandbox, page by page, with all includes, and every file; and their tokens.

    They are asked by the client's own application, or the first one, for each account on which it is installed.
    """
    with copy.sandbox.work() as work:
        own = (access.client_application(work.db) or access.applications(work.db)[0])["id"]
        issued = [oauth.issue_token(work, own, account_id, ALL_SCOPES) for account_id in access.installed(work.db, own)]
        at, known = work.instant, {_variable(number): row for number, row in enumerate(issued)}
    asked = [exchange for variable, row in known.items() for exchange in _walk(copy, variable, row["token"])]
    placed = [Exchange(Place("state", number), request, response, at) for number, (request, response) in enumerate(asked, start=1)]
    return placed, known


def _variable(number: int) -> str:
    return f"{TOKEN}_{number + 1}" if number else TOKEN


def _walk(copy: Copy, variable: str, credential: str) -> Iterator[tuple[RecordedRequest, RecordedResponse]]:
    for operation in OPERATIONS:
        if operation.method == "GET" and "<" not in operation.rule:
            for number in range(1, 10**9):
                request = RecordedRequest("GET", _address(copy.origin, operation, number), (("Authorization", f"Bearer ${variable}"),))
                copy.spare()
                response = copy.answer(request, credential)
                if response is None:
                    break
                yield request, response
                if operation.resource.plural == "attachments":
                    yield from _files(copy, response)
                if number >= int(response.header("X-Total-Pages") or 1):
                    break


def _address(origin: str, operation: Operation, page: int) -> str:
    included = ",".join(link.name for link in operation.resource.links if link.target in RESOURCES) if "include" in operation.query else ""
    query = (ALL_BOOKINGS if "from" in operation.query else {}) | ({"include": included} if included else {})
    query |= {"page": str(page)} if page > 1 else {}
    return f"{origin}/api/v3{operation.rule}" + ("?" + urlencode(query, safe=",:") if query else "")


def _files(copy: Copy, listed: RecordedResponse) -> Iterator[tuple[RecordedRequest, RecordedResponse]]:
    for record in orjson.loads(listed.body or b"")["attachments"]:
        with copy.sandbox.work() as work:
            found = attachments.read_file(work, record["id"])
        if found is not None:
            headers = ("Content-Type", str(found["file_content_type"])), ("Content-Length", str(len(found["bytes"])))
            yield RecordedRequest("GET", urljoin(copy.origin, record["url"])), RecordedResponse(200, headers, found["bytes"])


def of_journal(copy: Copy) -> tuple[list[Exchange], Known]:
    """Return the requests in the journal of a copied sandbox, without webhooks, and their tokens.

    The journal keeps the beginning of a long body. What an answer to a GET was is asked again, and taken if it is the same by its
    ETag; else a body of which something is missing is not known.
    """
    known: Known = {}
    labels: dict[str, str] = {}
    with copy.sandbox.work() as work:
        entries = [entry for entry in journal.after(work.db, 0, limits.JOURNAL) if entry["path"].startswith("/")]
        for label in dict.fromkeys(entry["request"]["token"] for entry in entries):
            row = label and work.db.one(CREDENTIAL, (label.removeprefix("token-"),))
            if row:
                labels[label] = _variable(len(labels))
                known[labels[label]] = row
    return [_exchange(copy, entry, labels, known) for entry in entries], known


def _exchange(copy: Copy, entry: Row, labels: Mapping[str, str], known: Known) -> Exchange:
    asked, answered = entry["request"], entry["response"]
    variable = labels.get(asked["token"])
    headers = (() if variable is None else (("Authorization", f"Bearer ${variable}"),)) + tuple(asked["headers"].items())
    query = f"?{entry['query']}" if entry["query"] else ""
    content, lost = _body(asked["body"], form="json" not in asked["headers"].get("Content-Type", ""))
    request = RecordedRequest(entry["method"], f"{copy.origin}{quote(entry['path'], safe='/:,@')}{query}", headers, content or None)
    missing = {Lost.REQUEST_BODY} if lost else set()
    response = None
    if entry["status"] is not None:
        body, lost = (b"", False) if request.method == "HEAD" else _body(answered["body"])
        told = *answered["headers"].items(), *zip(("x-updated-since-request-synced-at", "Date"), times_of(entry["at"]), strict=True)
        response = RecordedResponse(entry["status"], told, body)
        if lost and variable is not None and request.method == "GET":
            response = _again(copy, request, response, known[variable])
        missing |= {Lost.RESPONSE_BODY} if response.body is None else set()
    return Exchange(Place("journal", entry["id"]), request, response, times.parse(entry["at"]), frozenset(missing))


def _body(kept: object, *, form: bool = False) -> tuple[bytes | None, bool]:
    """Return a body as the journal keeps it, and whether it is lost: cut, or no text."""
    if isinstance(kept, dict):
        return urlencode(kept).encode() if form else orjson.dumps(kept), False
    content = str(kept).encode()
    lost = len(content) >= limits.JOURNALED or "\N{REPLACEMENT CHARACTER}" in str(kept)
    return None if lost else content, lost


def _again(copy: Copy, request: RecordedRequest, response: RecordedResponse, token: Row) -> RecordedResponse:
    """Return an answer with its body, if the same request is still answered the same, by its ETag."""
    copy.spare()
    with copy.sandbox.work() as work:
        credential = oauth.full_token(work, token)
    again = copy.answer(request, credential)
    if again is None or again.header("ETag") is None or again.header("ETag") != response.header("ETag"):
        return response
    return RecordedResponse(response.status, response.headers, again.body)


def tokens_of(known: Known) -> dict[str, JSON]:
    """Return what makes the token of each variable, as `POST S/tokens` takes it; tokens of no account cannot be made so."""
    return {
        variable: {"application_id": row["application_id"], "account_id": row["account_id"], "scopes": list(parse_scopes(row["scopes"]))}
        for variable, row in known.items()
        if row["account_id"] is not None
    }
