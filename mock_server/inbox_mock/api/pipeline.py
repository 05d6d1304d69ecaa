"""The one way through which every API request goes: sandbox, token, rate limit, scope, verb, answer."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import orjson
from flask import Request, Response, request
from flask.globals import request_ctx

from inbox_mock.api import fault_injection, rendering
from inbox_mock.api.fault_injection import InjectedFault
from inbox_mock.api.host_header import host_of
from inbox_mock.api.operation import Operation
from inbox_mock.api.rendering import Headers, refused
from inbox_mock.api.request_context import Query, RequestContext
from inbox_mock.domain.errors import BadRequest, Forbidden, RateLimited, Refusal, Unauthorized
from inbox_mock.engine import redaction
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.oauth import Grant, authenticate, recognise
from inbox_mock.store.journal import MOST_CHARACTERS
from inbox_mock.store.rate_limits import Allowance, spend

TOLD_HEADERS = (
    ("Accept", "HTTP_ACCEPT"),
    ("Content-Type", "CONTENT_TYPE"),
    ("If-None-Match", "HTTP_IF_NONE_MATCH"),
    ("User-Agent", "HTTP_USER_AGENT"),
)


@dataclass(frozen=True, slots=True)
class Server:
    """What the wiring hands to the views: the sandboxes, a stopwatch (seconds), a source of request ids, and a way to wait."""

    sandboxes: Sandboxes
    stopwatch: Callable[[], float]
    request_id: Callable[[], str]
    wait: Callable[[float], None]


def bearer(asked: Request) -> str | None:
    """Return the token that a request presents, or None."""
    scheme, _, token = asked.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def view_of(server: Server, operation: Operation) -> Callable[..., Response]:
    """Return the Flask view of an operation."""

    def view(**path: str) -> Response:
        return _answer(server, request_ctx.request, operation, path)

    view.__name__ = operation.name
    return view


def refuse(server: Server, refusal: Refusal, why: str | None = None) -> Response:
    """Answer what is refused before anybody asks who calls: unknown addresses, methods that are not allowed.

    Under /api/v3 it counts as a request of whoever calls with a good token.
    """
    started = server.stopwatch()
    token = bearer(request)
    allowance: Allowance | None = None
    with server.sandboxes.of(token).work() as work:
        now = work.now
        if why is not None:
            work.why.append(why)
        grant: Grant | None = None
        if request.path.startswith("/api/v3/"):
            with suppress(Unauthorized):
                grant = authenticate(work, token)
                allowance = _spend(work, grant)
        body, status, headers = refused(refusal)
        headers += rendering.rate_headers(allowance)
        if request.path.startswith(("/api/v3/", "/oauth/")):
            _write_down(work, request, grant, b"", body, status, headers)
    return _finish(server, started, now, body, status, headers)


def _answer(server: Server, asked: Request, operation: Operation, path: dict[str, str]) -> Response:
    started = server.stopwatch()
    token = bearer(asked)
    raw = asked.get_data() if operation.writes else b""
    allowance: Allowance | None = None
    fault: InjectedFault | None = None
    with server.sandboxes.of(token).work() as work:
        grant: Grant | None = None
        try:
            grant = authenticate(work, token)
            fault = fault_injection.strike(work, asked, grant)
            allowance = _spend(work, grant)
            if fault is not None:
                allowance = fault.allowance(allowance)
                fault.begin(work)
            if allowance.exceeded and work.settings.rate_limit_enforced:
                raise RateLimited
            if grant.scopes.isdisjoint(operation.scopes):
                raise Forbidden
            call = _call(asked, operation, work if fault is None else fault.unit_of_work_for_read(work), grant, path, raw)
            call.shifted = 0 if fault is None else fault.shift
            body, headers = _run(call, asked.path)
            status = operation.status
            if _unchanged(asked, work, headers, status):
                body, status = b"", 304
        except Unauthorized as refusal:
            body, status, headers = refused(refusal)
            allowance = None
        except Refusal as refusal:
            body, status, headers = refused(refusal)
        except fault_injection.Replaced as replaced:
            body, status, headers = replaced.body, replaced.status, replaced.headers
        headers += rendering.rate_headers(allowance)
        if fault is None:
            _write_down(work, asked, grant, raw, body, status, headers)
        else:
            body, seen = fault.end(body, headers)
            _write_down(work, asked, grant, raw, seen, None if fault.unanswered else status, headers)
    return _finish(server, started, work.now, body, status, headers, fault)


def _write_down(
    work: UnitOfWork, asked: Request, grant: Grant | None, raw: bytes, body: bytes, status: int | None, headers: Headers
) -> None:
    """Add the request to the journal, and tell its id and what is hidden in the answer's headers."""
    why = "; ".join(dict.fromkeys(work.why)) or None
    headers += rendering.why_header(why)
    environ = asked.environ
    told = {name: environ[key] for name, key in TOLD_HEADERS if environ.get(key)}
    entry_id = work.write_down(
        {
            "at": work.now,
            "method": asked.method,
            "path": asked.path,
            "query": redaction.of_query(work, environ.get("QUERY_STRING", "")),
            "status": status,
            "application_id": None if grant is None else grant.application_id,
            "request": {"token": _label(work, asked, grant), "headers": told, "body": _text(raw)},
            "response": {"headers": dict(headers), "body": _text(body)},
            "caused": work.caused,
            "why": why,
        }
    )
    headers.append(("X-Mock-Request-Id", str(entry_id)))


def _label(work: UnitOfWork, asked: Request, grant: Grant | None) -> str | None:
    """Return the label of the token that was presented; one that is no longer good has its own, too."""
    token_id = recognise(work, bearer(asked)) if grant is None else grant.token_id
    return None if token_id is None else f"token-{token_id}"


def _text(body: bytes) -> str:
    return body[:MOST_CHARACTERS].decode(errors="replace")


def _call(asked: Request, operation: Operation, work: UnitOfWork, grant: Grant, path: dict[str, str], raw: bytes) -> RequestContext:
    text = asked.environ.get("QUERY_STRING", "")
    query = _query(text) if text else Query({})
    origin = f"{asked.scheme}://{host_of(asked.scheme, asked.environ.get('HTTP_HOST'), asked.server)}"
    return RequestContext(operation, work, grant, query, path, origin, _parsed(operation, raw))


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
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is no JSON: {error}") from None


def _run(call: RequestContext, path: str) -> tuple[bytes, Headers]:
    """Do what is asked, all of it or nothing, and write the answer down."""
    address = f"{call.origin}{quote(path, safe='/,:')}"
    if not call.operation.writes:
        return rendering.body_and_headers(call.operation.run(call), call.origin, address, call.query.echoed)
    with call.work.attempt():
        return rendering.body_and_headers(call.operation.run(call), call.origin, address, call.query.echoed)


def _spend(work: UnitOfWork, grant: Grant) -> Allowance:
    """Count the request against the application's hour."""
    return spend(work.db, grant.application_id, work.instant, work.settings.rate_limit)


def _unchanged(asked: Request, work: UnitOfWork, headers: Headers, status: int) -> bool:
    wanted = asked.environ.get("HTTP_IF_NONE_MATCH")
    if not wanted or asked.method not in {"GET", "HEAD"} or status != 200 or not work.settings.assume["if_none_match"]:
        return False
    etag = next(value for name, value in headers if name == "ETag")
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def _finish(
    server: Server, started: float, now: str, body: bytes, status: int, headers: Headers, fault: InjectedFault | None = None
) -> Response:
    longer = 0.0 if fault is None else fault.wait(server.wait)
    headers += rendering.trace_headers(now, server.request_id(), server.stopwatch() - started + longer)
    if fault is not None:
        fault.finish(headers)
    return rendering.response(body, status, headers)
