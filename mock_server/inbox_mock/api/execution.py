"""Executing an operation of the API: token, faults, rate limit, scope, the operation itself, its answer and its journal entry."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

import orjson

from inbox_mock.api import fault_injection, rendering
from inbox_mock.api.addressing import Call, root_of
from inbox_mock.api.fault_injection import ErrorFormat, InjectedFault, Replaced
from inbox_mock.api.misspelt import explain_query, explain_written
from inbox_mock.api.operation import Operation
from inbox_mock.api.pipeline import Answered, Backend, Lasting, at_once, key_of, respond
from inbox_mock.api.rendering import JSON_API, Headers, Rendered, problems_body
from inbox_mock.api.request_context import Query, RequestContext
from inbox_mock.domain import limits
from inbox_mock.domain.access import sandbox_of
from inbox_mock.domain.errors import BadRequest, Forbidden, HomeUnavailable, NotRead, RateLimited, Refusal, SandboxFull, Unauthorized
from inbox_mock.domain.reasons import Reason
from inbox_mock.domain.values import check_number_of_values
from inbox_mock.engine import redaction
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.oauth import Grant, authenticate, recognise
from inbox_mock.store.database import Row

ERRORS = ErrorFormat(JSON_API, lambda problem: problems_body([problem]))
JOURNALED_HEADERS = (
    ("Accept", "HTTP_ACCEPT"),
    ("Content-Type", "CONTENT_TYPE"),
    ("If-None-Match", "HTTP_IF_NONE_MATCH"),
    ("User-Agent", "HTTP_USER_AGENT"),
)


class ReceivedRequest(NamedTuple):
    """A request as it came: the token that it presents, its body, and the root of the server that it addresses."""

    request: Call
    token: str | None
    raw: bytes
    origin: str


def run(backend: Backend, request: Call, operation: Operation, path: dict[str, str], raw: bytes) -> Rendered:
    """Answer a request for an operation, given the variable parts of its path and its body."""
    key = key_of(request) if operation.method == "GET" else None
    token = bearer(request)

    def answer(work: UnitOfWork) -> Answered:
        return _answer(work, ReceivedRequest(request, token, raw, root_of(request)), operation, path)

    return respond(backend, request, sandbox_of(token), answer, key=key)


def bearer(request: Call) -> str | None:
    """Return the token that a request presents, or None."""
    scheme, _, token = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _answer(work: UnitOfWork, asked: ReceivedRequest, operation: Operation, path: dict[str, str]) -> Answered:
    request = asked.request
    grant: Grant | None = None
    rate: Headers = []
    fault: InjectedFault | None = None
    lasting: Lasting | None = None
    try:
        grant = authenticate(work, asked.token)
        if work.derived("faults", lambda: work.db.holds_any("faults"), 0):
            fault = fault_injection.strike(work, request, ERRORS, grant.application_id, grant.token_id)
        allowance = work.spend(grant.application_id)
        if fault is not None:
            allowance = fault.allowance(allowance)
        rate = rendering.rate_headers(allowance)
        if fault is not None:
            fault.begin(work)
        if allowance.exceeded:
            raise RateLimited
        if grant.scopes.isdisjoint(operation.scopes):
            raise Forbidden
        context = _context(work, asked, operation, path, grant)
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
    return Answered(body, status, headers, fault, partial(_entry, work, asked, grant), lasting)


def _refused(work: UnitOfWork, refusal: Refusal) -> Rendered:
    """Return a refusal as it is answered, and explain it where it knows more than the real service says."""
    if isinstance(refusal, Unauthorized) and refusal.why is not None:
        work.reasons.append(refusal.why)
    return rendering.refused(refusal)


def _context(work: UnitOfWork, asked: ReceivedRequest, operation: Operation, path: dict[str, str], grant: Grant) -> RequestContext:
    text = asked.request.environ.get("QUERY_STRING", "")
    query = _query(text) if text else Query({})
    if text:
        explain_query(work, operation, query)
    body = _parsed(operation, asked.raw)
    if body is not None:
        explain_written(work, operation, body)
    return RequestContext(operation.resource, operation.body, work, grant, query, path, asked.origin, body)


def _query(text: str) -> Query:
    pairs = parse_qsl(text, keep_blank_values=True)
    given, lists = dict(pairs), dict[str, list[str]]()
    if len(given) == len(pairs):
        return Query(given, lists)
    for name, found in pairs:
        if name.endswith("[]"):
            lists.setdefault(name, []).append(found)
    return Query(given, lists, frozenset(name for name, found in pairs if name not in lists and found != given[name]))


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
        answer = rendering.body_and_headers(operation.run(context), context.origin, address, echoed)
    else:
        with context.work.db.attempt():
            answer = rendering.body_and_headers(operation.run(context), context.origin, address, echoed)
    if fault is not None:
        fault.replace()
    return answer


def _entry(work: UnitOfWork, asked: ReceivedRequest, grant: Grant | None, body: bytes, headers: Headers) -> Row:
    environ, raw = asked.request.environ, asked.raw
    told = {name: environ[key] for name, key in JOURNALED_HEADERS if environ.get(key)}
    query = environ.get("QUERY_STRING", "")[: limits.JOURNALED]
    token_id = recognise(work, asked.token) if grant is None else grant.token_id
    token, written = None if token_id is None else f"token-{token_id}", _text(raw)
    safe, answered, told_back = redaction.of_query(work, query) if query else "", body, dict(headers)
    if safe != query:
        answered = redaction.of_echo(work, query, body.decode("latin-1")).encode("latin-1")
        told_back = {name: redaction.of_echo(work, query, value) for name, value in headers}
    entry: Row = {
        "query": safe,
        "application_id": None if grant is None else grant.application_id,
        "request": {"token": token, "origin": asked.origin, "headers": told, "body": written},
        "response": {"headers": told_back, "body": _text(answered)},
    }
    if raw and (len(raw) > limits.JOURNALED or written.encode() != raw):
        entry["whole"] = raw
    return entry


def _text(body: bytes) -> str:
    return body[: limits.JOURNALED].decode(errors="replace")


def refuse(
    backend: Backend,
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
        return at_once(backend, backend.sandboxes.now(sandbox_of(token)), refusal, render, reason)

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
            found = _entry(work, ReceivedRequest(request, token, b"", root_of(request)), grant, body, headers)
            if isinstance(refusal, NotRead):
                found["request"]["unread"] = refusal.problems[0].title
            return found

        return Answered(body, status, headers, None, entry)

    return respond(backend, request, sandbox_of(token), refused, render)
