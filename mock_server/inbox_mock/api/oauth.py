"""OAuth 2.0: consent, and the endpoint that issues tokens."""

from collections.abc import Callable, Mapping

import orjson
from flask import Blueprint, Request, Response, request

from inbox_mock.api import consent, rendering
from inbox_mock.api.consent import Given
from inbox_mock.api.pipeline import Server
from inbox_mock.api.rendering import JSON, Headers, Rendered
from inbox_mock.domain.access import sandbox_of
from inbox_mock.domain.errors import OAuthRefused
from inbox_mock.domain.reasons import in_words
from inbox_mock.engine import redaction
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import oauth
from inbox_mock.store import journal
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow

Issued = tuple[Row, Row | None]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
TOKEN_HEADERS: Headers = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]


def blueprint(server: Server) -> Blueprint:
    """Return the blueprint of /oauth."""
    made = Blueprint("oauth", __name__, url_prefix="/oauth", template_folder=".")

    @made.get("/authorize", provide_automatic_options=False)
    def ask() -> Response:
        given = request.args.to_dict()
        return _answer(server, given, lambda work: consent.authorize(work, given))

    @made.post("/authorize", provide_automatic_options=False)
    def decide() -> Response:
        given = request.args.to_dict() | request.form.to_dict()
        decision = given.get("decision", "")
        return _answer(server, given, lambda work: consent.refuse_foreign(request) or consent.authorize(work, given, decision))

    @made.post("/token", provide_automatic_options=False)
    def token() -> Response:
        given, unreadable = _given(request)
        return _answer(server, given, lambda work: _token(work, given, unreadable=unreadable))

    return made


def _answer(server: Server, given: Given, run: Callable[[UnitOfWork], Rendered]) -> Response:
    """Answer a request in the sandbox that its credentials name."""
    started = server.stopwatch()
    credential = next((given[name] for name in ("client_id", "code", "refresh_token") if given.get(name)), None)
    with server.sandboxes.of(sandbox_of(credential)).work() as work:
        labelled = redaction.of_parameters(work, given)
        body, status, headers = run(work)
        now = work.now
        if work.reasons:
            headers += rendering.why_header(in_words(work.reasons))
        entry: dict[str, object] = {
            "at": now,
            "method": request.method,
            "path": request.path,
            "query": "",
            "status": status,
            "application_id": redaction.application(work, given.get("client_id", "")),
            "request": {"token": None, "headers": {}, "body": labelled},
            "response": {"headers": redaction.of_headers(work, headers), "body": redaction.of_answer(work, body)},
            "caused": work.caused,
        }
        work.journaled = journal.add(work.db, entry, work.reasons)
        headers.append(("X-Mock-Request-Id", str(work.journaled)))
    headers += rendering.trace_headers(now, server.request_id(), server.stopwatch() - started)
    return rendering.response(body, status, headers)


def _given(asked: Request) -> tuple[dict[str, str], bool]:
    """Return the parameters of a token request, and whether its body is unreadable.

    They come in a form, as JSON or in the query, and the client's also as HTTP Basic, which takes precedence.
    """
    given, unreadable = asked.args.to_dict(), False
    if asked.mimetype in FORMS:
        given |= asked.form.to_dict()
    else:
        written = _json(asked.get_data())
        unreadable = written is None
        given |= written or {}
    basic = asked.authorization
    if basic is not None and basic.type == "basic":
        given |= {"client_id": basic.username or "", "client_secret": basic.password or ""}
    return given, unreadable


def _json(raw: bytes) -> dict[str, str] | None:
    try:
        found = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError:
        return None
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)} if isinstance(found, dict) else None


def _token(work: UnitOfWork, given: Given, *, unreadable: bool) -> Rendered:
    """Return the answer with tokens. After a refusal, code and refresh token stay valid."""
    try:
        with work.attempt():
            token, refresh_token = _issue(work, given, unreadable=unreadable)
    except OAuthRefused as refusal:
        challenge = f'Bearer realm="Doorkeeper", error="{refusal.error}", error_description="{refusal.description}"'
        body = orjson.dumps({"error": refusal.error, "error_description": refusal.description})
        return body, 401, [*TOKEN_HEADERS, ("WWW-Authenticate", challenge)]
    told: dict[str, object] = {"access_token": token["token"], "token_type": "bearer", "expires_in": oauth.LIFETIME_SECONDS}
    if refresh_token is not None:
        told["refresh_token"] = refresh_token["token"]
    told |= {"scope": token["scopes"], "created_at": int(work.instant.timestamp())}
    return orjson.dumps(told), 200, [*TOKEN_HEADERS]


def _issue(work: UnitOfWork, given: Given, *, unreadable: bool) -> Issued:
    if unreadable:
        raise OAuthRefused("invalid_request", "The body is neither a form nor a JSON object.")
    grant = GRANTS.get(_needed(given, "grant_type"))
    if grant is None:
        work.explain("grant_type_unknown", known=", ".join(GRANTS))
        raise OAuthRefused("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
    return grant(work, oauth.authenticate_client(work, given.get("client_id", ""), given.get("client_secret", "")), given)


def _needed(given: Given, name: str) -> str:
    if not given.get(name):
        raise OAuthRefused("invalid_request", f"Missing required parameter: {name}.")
    return given[name]


def _by_code(work: UnitOfWork, application: ApplicationRow, given: Given) -> Issued:
    return oauth.exchange_code(work, application, _needed(given, "code"), _needed(given, "redirect_uri"))


def _by_refresh_token(work: UnitOfWork, application: ApplicationRow, given: Given) -> Issued:
    return oauth.refresh(work, application, _needed(given, "refresh_token"), given.get("scope", ""))


def _by_client_credentials(work: UnitOfWork, application: ApplicationRow, given: Given) -> Issued:
    return oauth.issue_to_application(work, application, given.get("scope", "")), None


GRANTS: Mapping[str, Callable[[UnitOfWork, ApplicationRow, Given], Issued]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client_credentials,
}
