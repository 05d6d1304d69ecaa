"""The pipeline of every API request: sandbox, token, faults, rate limit, scope, operation, journal, answer."""

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import parse_qsl, quote

import orjson

from inbox_mock.api import fault_injection, rendering
from inbox_mock.api.addressing import Call, root_of
from inbox_mock.api.cached_answers import Answered, CachedAnswer, Lasting, is_over, key_of
from inbox_mock.api.fault_injection import ErrorFormat, InjectedFault, Replaced
from inbox_mock.api.operation import Operation
from inbox_mock.api.pace import Pace
from inbox_mock.api.rendering import JSON_API, Headers, Rendered, problems_body
from inbox_mock.api.request_context import Query, RequestContext
from inbox_mock.domain import limits
from inbox_mock.domain.access import DEFAULT_SANDBOX, sandbox_of
from inbox_mock.domain.errors import (
    BadRequest,
    Forbidden,
    HomeUnavailable,
    NotFound,
    NotRead,
    RateLimited,
    Refusal,
    SandboxFull,
    Unauthorized,
)
from inbox_mock.domain.reasons import Reason, in_words
from inbox_mock.domain.values import check_number_of_values
from inbox_mock.engine import redaction
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.unit_of_work import UnitOfWork, Writes
from inbox_mock.services.oauth import Grant, authenticate, recognise
from inbox_mock.store.database import Row

REFUSED = "inbox_mock.refused"
"""The key of a request's environ under which a server puts the `NotRead` of a request that it refuses."""
JOURNALED = "inbox_mock.journaled"
"""The key under which an answered request has the id of its sandbox, and the id and content of its journal entry."""
Journaled = tuple[str, int, Row]
ERRORS = ErrorFormat(JSON_API, lambda problem: problems_body([problem]))
TOO_FAST = NotRead(503, "this sandbox is called too often: try again in a second")
JOURNALED_HEADERS = (
    ("Accept", "HTTP_ACCEPT"),
    ("Content-Type", "CONTENT_TYPE"),
    ("If-None-Match", "HTTP_IF_NONE_MATCH"),
    ("User-Agent", "HTTP_USER_AGENT"),
)


@dataclass(frozen=True, slots=True)
class Server:
    """What answering needs: the sandboxes, their pace, a stopwatch (seconds), a source of request ids, and a way to wait (seconds)."""

    sandboxes: Sandboxes
    pace: Pace
    stopwatch: Callable[[], float]
    request_id: Callable[[], str]
    wait: Callable[[float], object]


def run(server: Server, request: Call, operation: Operation, path: dict[str, str], raw: bytes) -> Rendered:
    """Answer a request for an operation, given the variable parts of its path and its body."""
    key = key_of(request) if operation.method == "GET" else None
    return respond(server, request, bearer(request), lambda work: _answer(work, request, operation, path, raw), key=key)


def bearer(request: Call) -> str | None:
    """Return the token that a request presents, or None."""
    scheme, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def respond(
    server: Server,
    request: Call,
    credential: str | None,
    answer: Callable[[UnitOfWork], Answered],
    render: Callable[[Refusal], Rendered] = rendering.refused,
    *,
    key: Hashable = None,
) -> Rendered:
    """Answer a request in the sandbox that a credential names, with the fault that strikes it, and write it into the journal.

    One that only reads has a ``key``, which another one has only if it asks for the same; it opens no transaction, unless it has to.
    If the sandbox is called too often in this second, it is not waited for: the answer is a refusal, as ``render`` makes it.
    """
    sandbox_id = sandbox_of(credential)
    try:
        return _respond(server, request, sandbox_id, answer, render, key)
    except NotFound:
        server.sandboxes.forget(sandbox_id)  # another process has deleted it, and its credentials are unknown
        return _respond(server, request, DEFAULT_SANDBOX, answer, render, key)


def _respond(
    server: Server,
    request: Call,
    sandbox_id: str,
    answer: Callable[[UnitOfWork], Answered],
    render: Callable[[Refusal], Rendered],
    key: Hashable,
) -> Rendered:
    started = server.stopwatch()
    sandbox = server.sandboxes.of(sandbox_id)
    if not server.pace.allows(sandbox.id):
        return _at_once(server, sandbox.now, TOO_FAST, render, Reason("sandbox_rate", {"most": server.pace.most}))
    beside = partial(_beside, sandbox, request.environ.get("REMOTE_PORT"), sandbox.last_entry, sandbox.answered)
    if key is not None:
        with suppress(Writes):
            return _answer_in(sandbox.read(), server, request, started, answer, key, beside)
    return _answer_in(sandbox.work(), server, request, started, answer, key, beside)


def _beside(sandbox: Sandbox, port: str | None, arrived_after: int, answered: int) -> Row:
    """Return what tells which answers the client cannot have known of: those given while it waited, or on other connections."""
    found: Row = {"arrived_after": arrived_after} if sandbox.answered > answered else {}
    sandbox.answered += 1
    if port is not None:  # which the system chooses: the same calls leave the same journal
        connection = sandbox.connections.setdefault(port, len(sandbox.connections) + 1)
        if connection > 1:
            found["connection"] = connection
    return found


def _answer_in(
    opening: AbstractContextManager[UnitOfWork],
    server: Server,
    request: Call,
    started: float,
    answer: Callable[[UnitOfWork], Answered],
    key: Hashable,
    beside: Callable[[], Row],
) -> Rendered:
    with opening as work:
        began = work.now
        known = None if key is None else cast("CachedAnswer | None", work.kept(key))
        again = None if known is None else known.again(work)
        answered = again or answer(work)
        fault, status, headers, seen = answered.fault, answered.status, answered.headers, answered.body
        if fault is not None:
            answered.body, seen = fault.end(answered.body, headers)
        if work.reasons:
            headers += rendering.why_header(in_words(work.reasons))
        told = {
            "at": work.now,
            "method": request.method,
            "path": request.path,
            "status": None if fault is not None and fault.unanswered else status,
            "caused": work.caused,
            **answered.entry(seen, headers),
        }
        if work.now != began:  # the answer takes its time, or time passes in it
            told["request"] = {**told["request"], "began": began}
        entry = told if again else redaction.of_entry(work, told)
        if answered.lasting is not None:
            kept = CachedAnswer(answered, answered.lasting, work.reasons, entry)
            work.keep(key, kept, kept.size + len(str(key)))
        if told_beside := beside():  # not kept with the answer: it is about this request alone
            entry = {**entry, "request": {**entry["request"], **told_beside}}
        work.request_id = request_id = server.request_id()
        work.record(entry)
        headers.append(("X-Mock-Request-Id", str(work.journaled)))
    request.environ[JOURNALED] = work.sandbox_id, work.journaled, entry
    longer = 0.0 if fault is None else fault.wait(server.wait)
    headers += rendering.trace_headers(work.now, request_id, server.stopwatch() - started + longer)
    if fault is not None:
        fault.finish(headers)
    return rendering.complete(answered.body, status, headers)


def refuse(
    server: Server,
    request: Call,
    refusal: Refusal,
    reason: Reason | None = None,
    render: Callable[[Refusal], Rendered] = rendering.refused,
) -> Rendered:
    """Answer a request that is refused before any operation is chosen: an unknown address, a method that is not allowed.

    Under /api/v3 a request with a valid token counts against the rate limit, and the token is used; not if the request was not
    read. What is under neither API is about no sandbox, and waits for none; it is only dated by one, as what is refused because
    one is full, or cannot be reached.
    """
    token = bearer(request)
    if isinstance(refusal, SandboxFull | HomeUnavailable) or not request.path.startswith(("/api/v3/", "/oauth/")):
        return _at_once(server, server.sandboxes.now(sandbox_of(token)), refusal)

    def refused(work: UnitOfWork) -> Answered:
        if reason is not None:
            work.reasons.append(reason)
        grant: Grant | None = None
        rate: Headers = []
        if request.path.startswith("/api/v3/") and not isinstance(refusal, NotRead):
            with suppress(Unauthorized):
                grant = authenticate(work, token)
                rate = rendering.rate_headers(work.spend(grant.application_id))
        body, status, headers = render(refusal)
        headers += rate

        def entry(body: bytes, headers: Headers) -> Row:
            found = _entry(work, request, root_of(request), grant, b"", body, headers)
            if isinstance(refusal, NotRead):
                found["request"]["unread"] = refusal.problems[0].title
            return found

        return Answered(body, status, headers, None, entry)

    return respond(server, request, token, refused, render)


def _at_once(
    server: Server,
    now: str,
    refusal: Refusal,
    render: Callable[[Refusal], Rendered] = rendering.refused,
    reason: Reason | None = None,
) -> Rendered:
    """Return a refusal that is about no record of a sandbox, dated by its time ``now``, without waiting for it."""
    started = server.stopwatch()
    body, status, headers = render(refusal)
    if reason is not None:
        headers += [*rendering.why_header(in_words([reason])), ("Retry-After", "1")]
    headers += rendering.trace_headers(now, server.request_id(), server.stopwatch() - started)
    return rendering.complete(body, status, headers)


def _answer(work: UnitOfWork, request: Call, operation: Operation, path: dict[str, str], raw: bytes) -> Answered:
    grant: Grant | None = None
    rate: Headers = []
    fault: InjectedFault | None = None
    lasting: Lasting | None = None
    origin = root_of(request)
    try:
        grant = authenticate(work, bearer(request))
        if _has_faults(work):
            fault = fault_injection.strike(work, request, ERRORS, grant.application_id, grant.token_id)
        allowance = work.spend(grant.application_id)
        if fault is not None:
            allowance = fault.allowance(allowance)
        rate = rendering.rate_headers(allowance)
        if fault is not None:
            fault.begin(work)
        if is_over(work, allowance):
            raise RateLimited
        if grant.scopes.isdisjoint(operation.scopes):
            raise Forbidden
        context = _context(request, operation, work, grant, path, origin, raw)
        body, headers = _run(context, operation, request, fault)
        status = operation.status
        known = request.environ.get("HTTP_IF_NONE_MATCH")
        if known and operation.method == "GET" and work.settings.assume["if_none_match"] and rendering.is_current(known, headers):
            body, status = b"", 304
        if operation.method == "GET" and fault is None:
            lasting = Lasting(grant, work.now if context.is_dated else None, [*headers])
    except Refusal as refusal:
        body, status, headers = _refused(work, refusal)
        rate = [] if isinstance(refusal, Unauthorized) else rate
    except Replaced as replaced:
        body, status, headers = replaced.body, replaced.status, replaced.headers
    headers += rate
    return Answered(body, status, headers, fault, partial(_entry, work, request, origin, grant, raw), lasting)


def _refused(work: UnitOfWork, refusal: Refusal) -> Rendered:
    """Return a refusal as it is answered, and explain it where it knows more than the real service says."""
    if isinstance(refusal, Unauthorized) and refusal.why is not None:
        work.reasons.append(refusal.why)
    return rendering.refused(refusal)


def _has_faults(work: UnitOfWork) -> bool:
    """Return whether faults are set: they may have to be counted."""
    found = work.derived("faults", lambda: work.db.holds_any("faults"), 0)
    if found:
        work.begin_to_write()
    return found


def _context(
    request: Call, operation: Operation, work: UnitOfWork, grant: Grant, path: dict[str, str], origin: str, raw: bytes
) -> RequestContext:
    text = request.environ.get("QUERY_STRING", "")
    query = _query(text) if text else Query({})
    return RequestContext(operation.resource, operation.body, work, grant, query, path, origin, _parsed(operation, raw))


def _query(text: str) -> Query:
    pairs = parse_qsl(text, keep_blank_values=True)
    given, lists = dict(pairs), dict[str, list[str]]()
    if len(given) < len(pairs):
        for name, found in pairs:
            if name.endswith("[]"):
                lists.setdefault(name, []).append(found)
    return Query(given, lists)


def _parsed(operation: Operation, raw: bytes) -> object:
    if operation.body is None or (operation.body == "optional" and not raw.strip()):
        return None
    if len(raw) > limits.JSON_VALUES:  # a shorter one has fewer
        check_number_of_values(raw)
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is no JSON: {error}") from None


def _run(context: RequestContext, operation: Operation, request: Call, fault: InjectedFault | None) -> tuple[bytes, Headers]:
    """Run the operation atomically, and return the body and the headers of its answer."""
    if fault is not None:
        context.work, context.shifted = fault.unit_of_work_for_read(context.work), fault.shift
    address, query = f"{context.origin}{quote(request.path, safe='/,:')}", context.query
    echoed: dict[str, str | list[str]] = {**query.given, **(query.lists or {})}
    if operation.method == "GET":
        return rendering.body_and_headers(operation.run(context), context.origin, address, echoed)
    with context.work.db.attempt():
        return rendering.body_and_headers(operation.run(context), context.origin, address, echoed)


def _entry(work: UnitOfWork, request: Call, origin: str, grant: Grant | None, raw: bytes, body: bytes, headers: Headers) -> Row:
    environ = request.environ
    told = {name: environ[key] for name, key in JOURNALED_HEADERS if environ.get(key)}
    query = environ.get("QUERY_STRING", "")[: limits.JOURNALED]
    token_id = recognise(work, bearer(request)) if grant is None else grant.token_id
    token, written = None if token_id is None else f"token-{token_id}", _text(raw)
    safe, answered, told_back = redaction.of_query(work, query) if query else "", body, dict(headers)
    if safe != query:
        answered = redaction.of_echo(work, query, body.decode("latin-1")).encode("latin-1")
        told_back = {name: redaction.of_echo(work, query, value) for name, value in headers}
    entry: Row = {
        "query": safe,
        "application_id": None if grant is None else grant.application_id,
        "request": {"token": token, "origin": origin, "headers": told, "body": written},
        "response": {"headers": told_back, "body": _text(answered)},
    }
    if raw and (len(raw) > limits.JOURNALED or written.encode() != raw):
        entry["whole"] = raw
    return entry


def _text(body: bytes) -> str:
    return body[: limits.JOURNALED].decode(errors="replace")
