"""Export a sandbox: its journal, or what it holds, in a format of `inbox_mock.recordings.writing`, or as a scenario."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import urandom
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin

import orjson

from inbox_mock.admin.copies import ACTIONS, Copy, reproduced, started
from inbox_mock.api.operation import Operation
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.api.rendering import times_of
from inbox_mock.api.routes import file_headers
from inbox_mock.domain import limits, times
from inbox_mock.domain.access import ALL_SCOPES, parse_scopes
from inbox_mock.domain.errors import Invalid, invalid
from inbox_mock.domain.spelling import one_of
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.importing import import_exchanges
from inbox_mock.recordings import Exchange, Lost, Place, RecordedRequest, RecordedResponse
from inbox_mock.recordings.writing import JSON, TOKEN, Traffic, writers
from inbox_mock.resources import RESOURCES
from inbox_mock.resources.disguise import Disguise
from inbox_mock.resources.privacy import EVERYTHING
from inbox_mock.scenarios.exported import ExportedScenario, export_scenario
from inbox_mock.services import attachments, oauth
from inbox_mock.store import access, commands, journal
from inbox_mock.store.commands import Command
from inbox_mock.store.database import Row

ALL_BOOKINGS = {"from": "1970-01-01T00:00:00Z", "include_canceled": "true"}
CREDENTIAL = "SELECT * FROM tokens WHERE id = ?"
Known = dict[str, Row]
"""The token that each variable of some exchanges stands for."""


def of_state(copy: Copy, origin: str) -> tuple[list[Exchange], Known]:
    """Return the requests that read every list of a copied sandbox, page by page, and every file; and their tokens.

    The first page of a list has all includes: on each page, they would show the same records again and again. Addresses begin with
    ``origin``. The client's own application asks, or the first one, for each account on which it is installed,
    or for each that there is.
    """
    with copy.sandbox.work() as work:
        own = (access.client_application(work.db) or access.applications(work.db)[0])["id"]
        accounts = access.installed(work.db, own) or [account["id"] for account in oauth.accounts(work)]
        issued = [oauth.issue_token(work, own, account_id, ALL_SCOPES) for account_id in accounts]
        at, known = work.instant, {_variable(number): row for number, row in enumerate(issued)}
    asked = (pair for variable, row in known.items() for pair in _walk(copy, origin, variable, row["token"]))
    return _bounded(Exchange(Place("state", number), *pair, at) for number, pair in enumerate(asked, start=1)), known


def _bounded(exchanges: Iterator[Exchange]) -> list[Exchange]:
    """Return exchanges as a list.

    Raises:
        Invalid: their bodies are too large in total.
    """
    found: list[Exchange] = []
    size = 0
    for exchange in exchanges:
        size += len(exchange.request.body or b"") + len((exchange.response and exchange.response.body) or b"")
        if size > limits.EXPORTED:
            raise Invalid(invalid("of", f"what has bodies of {limits.EXPORTED} at most"))
        found.append(exchange)
    return found


def _variable(number: int) -> str:
    return f"{TOKEN}_{number + 1}" if number else TOKEN


def _walk(copy: Copy, origin: str, variable: str, credential: str) -> Iterator[tuple[RecordedRequest, RecordedResponse]]:
    for operation in OPERATIONS:
        if operation.method == "GET" and "<" not in operation.rule:
            for number in range(1, 10**9):
                request = RecordedRequest("GET", _address(origin, operation, number), (("Authorization", f"Bearer ${variable}"),))
                copy.spare()
                response = copy.answer(request, credential)
                if response is None:
                    break
                yield request, response
                if operation.resource.plural == "attachments":
                    yield from _files(copy, origin, response)
                if number >= int(response.header("X-Total-Pages") or 1):
                    break


def _address(origin: str, operation: Operation, page: int) -> str:
    included = ",".join(link.name for link in operation.resource.links if link.target in RESOURCES and "include" in operation.query)
    first = {"include": included} if included else {}
    query = (ALL_BOOKINGS if "from" in operation.query else {}) | ({"page": str(page)} if page > 1 else first)
    return f"{origin}/api/v3{operation.rule}" + ("?" + urlencode(query, safe=",:") if query else "")


def _files(copy: Copy, origin: str, listed: RecordedResponse) -> Iterator[tuple[RecordedRequest, RecordedResponse]]:
    for record in orjson.loads(listed.body or b"")["attachments"]:
        with copy.sandbox.work() as work:
            found, at = attachments.read_file(work, record["id"]), work.now
        if found is not None:
            url = urljoin(origin, record["url"])
            headers = file_headers(str(found["file_content_type"]), unquote(url.rpartition("/")[2])) | {"Date": times_of(at)[1]}
            yield RecordedRequest("GET", url), RecordedResponse(200, tuple(headers.items()), found["bytes"])


def of_journal(copy: Copy, origin: str) -> tuple[list[Exchange], Known]:
    """Return the requests in the journal of a copied sandbox, without webhooks, and their tokens.

    Addresses are those that the journal tells, or begin with ``origin``. Of a long answer it keeps the beginning: a GET is asked again,
    and what is answered now is taken if its ETag is the same. Else a body of which something is missing is not known.
    """
    known: Known = {}
    labels: dict[str, str] = {}
    with copy.sandbox.work() as work:
        bodies = commands.bodies(work.db)
        entries = [entry for entry in journal.after(work.db, 0, limits.JOURNAL) if entry["path"].startswith("/")]
        for label in dict.fromkeys(entry["request"]["token"] for entry in entries):
            row = label and work.db.one(CREDENTIAL, (label.removeprefix("token-"),))
            if row:
                labels[label] = _variable(len(labels))
                known[labels[label]] = row
        for entry in entries:
            entry["request"] = {"origin": origin, **entry["request"]}
    return _bounded(_exchange(copy, entry, labels, known, bodies.get(entry["id"])) for entry in entries), known


def _exchange(copy: Copy, entry: Row, labels: Mapping[str, str], known: Known, whole: bytes | None) -> Exchange:
    """Return an entry as an exchange; ``whole`` is the body of a request that the entry cuts, empty if that is not kept."""
    asked, answered = entry["request"], entry["response"]
    variable = labels.get(asked["token"])
    headers = (() if variable is None else (("Authorization", f"Bearer ${variable}"),)) + tuple(asked["headers"].items())
    query = f"?{entry['query']}" if entry["query"] else ""
    kept = _body(asked["body"], form="json" not in asked["headers"].get("Content-Type", ""))
    content, lost = kept if whole is None else (whole, not whole)
    request = RecordedRequest(entry["method"], f"{asked['origin']}{quote(entry['path'], safe='/:,@')}{query}", headers, content or None)
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


def actions_of(copy: Copy) -> Iterator[Command]:
    """Yield what was done in a copied sandbox through the admin API, and the faults that were set."""
    with copy.sandbox.work() as work:
        yield from (command for command in commands.every(work.db) if command.kind in ACTIONS)


def tokens_of(known: Known) -> dict[str, JSON]:
    """Return what makes the token of each variable, as `POST S/tokens` takes it; tokens of no account cannot be made so."""
    return {
        variable: {"application_id": row["application_id"], "account_id": row["account_id"], "scopes": list(parse_scopes(row["scopes"]))}
        for variable, row in known.items()
        if row["account_id"] is not None
    }


WHY = f"The journal keeps no body of {limits.JOURNALED} or more and none that is no text; no private file is exported."
WHY_DIFFERENT = "A new sandbox answers otherwise: it knows only what is in the scenario and in these requests, and not what others did."
SCENARIO = "scenario"
PAGE = re.compile("[^<>]+(?=>)")
"""An address in Link."""
AUTHORIZING = "/oauth/"
"""In addresses of requests whose parameters are those of the client."""
OF = {"journal": of_journal, "state": of_state}
"""What can be exported: the requests that came and their answers, or the requests that read all there is."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file: its name, its content type, its bytes, and sentences about what it lacks."""

    name: str
    kind: str
    content: bytes
    told: tuple[str, ...] = ()


def formats() -> dict[str, tuple[str, str]]:
    """Return what each format is, and the end of its files' names, by its name."""
    scenario = "a scenario file that starts where the sandbox stands", ".yaml"
    return {SCENARIO: scenario} | {name: (writer.says, writer.ending) for name, writer in writers().items()}


def export(sandbox: Sandbox, wanted: str, *, of: str = "journal", private: bool = False, origin: str, wall: float) -> ExportedFile:
    """Return a sandbox as a file of a format, without secrets; addresses begin with ``origin``, the root of the server.

    With ``private``, what is private in its records is replaced, by other words in each export; files are left out.

    Raises:
        Invalid: there is no such format, or nothing else than ``journal`` and ``state`` to be exported.
    """
    if of not in OF:
        raise Invalid(invalid("of", one_of(of, OF)))
    if wanted not in formats():
        raise Invalid(invalid("format", one_of(wanted, formats())))
    copy, disguise = Copy(sandbox.image()[0], wall), Disguise(urandom(32)) if private else None
    if wanted == SCENARIO:
        made = _scenario(copy, origin, disguise)
        return ExportedFile(
            f"{sandbox.id}.yaml", "application/yaml", made.text.encode(), tuple(f"Not exported: {left}." for left in made.not_exported)
        )
    writer = writers()[wanted]
    found, known = OF[of](copy, origin)
    exchanges = [exchange for one in found if writer.takes(exchange := _disguised(one, disguise))]
    tokens = tokens_of(known)
    told = [*_told(exchanges, len(found) - len(exchanges))]
    scenario: dict[str, Any] = {}
    if writer.tests:
        begun, acted = (copy, ()) if of == "state" else (started(copy, sandbox.storage.start()), actions_of(copy))
        scenario = _scenario(begun, origin, disguise).data
        steps: list[Exchange | Command] = sorted([*exchanges, *(() if private else acted)], key=_order)
        exchanges, differing = reproduced(steps, tokens, scenario)
        told += [f"Not asserted, or in part: {differing}. {WHY_DIFFERENT}"] if differing else []
    title = f"The {of} of the sandbox {sandbox.id}."
    traffic = Traffic(title=title, origin=origin, exchanges=exchanges, told=told, tokens=tokens, scenario=scenario)
    return ExportedFile(f"{sandbox.id}-{of}{writer.ending}", writer.kind, b"".join(writer.write(traffic)), tuple(told))


def _scenario(copy: Copy, origin: str, disguise: Disguise | None) -> ExportedScenario:
    """Return a copied sandbox as it stands as a scenario. With a disguise it is made of what the API shows, where all is disguised."""
    if disguise is None:
        return export_scenario(copy.sandbox)
    walked, _ = of_state(copy, origin)
    imported = import_exchanges((_disguised(exchange, disguise) for exchange in walked), keep=EVERYTHING)
    return ExportedScenario(imported.scenario, ["what only the fake knows, such as what is still to happen"])


def _order(step: Exchange | Command) -> float:
    """Return where a step stands: a command comes after an entry of the journal, and before the next one."""
    return step.after + 0.5 if isinstance(step, Command) else step.place.entry


def _disguised(exchange: Exchange, disguise: Disguise | None) -> Exchange:
    """Return an exchange without what is private, if there is a disguise; a body that is no JSON is not known any more."""
    if disguise is None:
        return exchange
    request, response = exchange.request, exchange.response
    asked, lost = _hidden(request.body, disguise), set(exchange.lost)
    if asked is None and request.body is not None:
        lost.add(Lost.REQUEST_BODY)
    if response is not None:
        answered = _hidden(response.body, disguise)
        if answered is None:
            lost.add(Lost.RESPONSE_BODY)
        headers = tuple(
            (name, PAGE.sub(lambda found: str(disguise.url_of_page(found[0])), value) if name == "Link" else value)
            for name, value in response.headers
            if name != "X-Mock-Why"
        )
        response = RecordedResponse(response.status, headers, answered)
    url = str(disguise.url_of_page(request.url)) if AUTHORIZING not in request.url else request.url
    return replace(exchange, request=replace(request, url=url, body=asked), response=response, lost=frozenset(lost))


def _hidden(body: bytes | None, disguise: Disguise) -> bytes | None:
    try:
        return orjson.dumps(disguise.answer(orjson.loads(body))) if body else body
    except orjson.JSONDecodeError:
        return None


def _told(taken: Sequence[Exchange], left_out: int) -> Iterator[str]:
    """Yield what an export lacks, in sentences."""
    if left_out:
        yield f"Left out: {left_out}, which this format cannot hold, or of which not everything is known."
    for lost, count in Counter(lost for exchange in taken for lost in exchange.lost).items():
        yield f"Without {lost.value}: {count}. {WHY}"
