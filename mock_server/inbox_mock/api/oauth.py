"""OAuth 2.0: the addresses under /oauth, and the endpoint that issues tokens."""

from collections.abc import Callable, Mapping
from typing import cast

import orjson
from flask import Blueprint, Request, Response, request
from werkzeug.datastructures import MultiDict

from inbox_mock.api import fault_injection, oauth_consent, rendering
from inbox_mock.api.addressing import root_of
from inbox_mock.api.cached_answers import Answered
from inbox_mock.api.fault_injection import ErrorFormat, Replaced
from inbox_mock.api.framework import response
from inbox_mock.api.pipeline import Server, respond
from inbox_mock.api.rendering import JSON, Headers, Rendered
from inbox_mock.domain import limits
from inbox_mock.domain.errors import BadRequest, OAuthRefused, Problem, Refusal
from inbox_mock.domain.values import check_number_of_values
from inbox_mock.engine import redaction
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import authorization, oauth
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow

Given = Mapping[str, str]
Issued = tuple[Row, Row | None]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
TOKEN_HEADERS: Headers = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]
ERRORS = ErrorFormat(JSON, lambda problem: orjson.dumps({"error": problem.code, "error_description": problem.title}))


def blueprint(server: Server) -> Blueprint:
    """Return the blueprint of /oauth."""
    made = Blueprint("oauth", __name__, url_prefix="/oauth", template_folder=".")

    @made.before_request
    def limit() -> None:
        if request.mimetype in FORMS and request.get_data().count(b"&") >= limits.PARAMETERS:
            raise BadRequest(f"the form has more than {limits.PARAMETERS}")

    @made.get("/authorize", provide_automatic_options=False)
    def ask() -> Response:
        given = _last_of_each(request.args)
        return _answer(server, given, lambda work: oauth_consent.authorize(work, given))

    @made.post("/authorize", provide_automatic_options=False)
    def decide() -> Response:
        given = _last_of_each(request.args, request.form)
        decision = given.get("decision", "")
        return _answer(server, given, lambda work: oauth_consent.refuse_foreign(request) or oauth_consent.authorize(work, given, decision))

    @made.post("/token", provide_automatic_options=False)
    def token() -> Response:
        given, unreadable = _given(request)
        return _answer(
            server, given, lambda work: _token(work, given, unreadable=unreadable), **({"unreadable": True} if unreadable else {})
        )

    return made


def refused(refusal: Refusal) -> Rendered:
    """Return the answer to a request of which nothing is executed, as OAuth 2.0 words malformed ones (RFC 6749, 5.2)."""
    return ERRORS.body(Problem("invalid_request", refusal.problems[0].title)), refusal.status, [*TOKEN_HEADERS]


def _answer(server: Server, given: Given, run: Callable[[UnitOfWork], Rendered], **more: object) -> Response:
    """Answer a request in the sandbox that its credentials name; the journal says ``more`` of it."""
    credential = next((given[name] for name in ("client_id", "code", "refresh_token") if given.get(name)), None)
    return response(*respond(server, request, credential, lambda work: _answered(work, given, run, more), refused))


def _answered(work: UnitOfWork, given: Given, run: Callable[[UnitOfWork], Rendered], more: Mapping[str, object]) -> Answered:
    application_id, labelled = redaction.application(work, given.get("client_id", "")), redaction.of_parameters(work, given)

    def entry(body: bytes, headers: Headers) -> Row:
        answer = {"headers": dict(headers), "body": redaction.of_answer(work, body)}
        told = {name: request.headers[name] for name in ("Origin", "Sec-Fetch-Site") if name in request.headers}
        asked = {"token": None, "origin": root_of(request), **more, "headers": told, "body": labelled}
        return {"query": "", "application_id": application_id, "request": asked, "response": answer}

    fault = fault_injection.strike(work, request, ERRORS, application_id or 0)
    try:
        if fault is not None:
            fault.begin(work)
        body, status, headers = run(work)
    except Refusal as refusal:
        body, status, headers = rendering.refused(refusal)
    except Replaced as replaced:
        body, status, headers = replaced.body, replaced.status, replaced.headers
    return Answered(body, status, headers, fault, entry)


def _given(request: Request) -> tuple[dict[str, str], bool]:
    """Return the parameters of a token request, and whether its body is unreadable.

    They come in a form, as JSON or in the query, and the client's also as HTTP Basic, which takes precedence.
    """
    given, unreadable = _last_of_each(request.args, request.form), False
    if request.mimetype not in FORMS:
        written = _json(request.get_data())
        unreadable = written is None
        given |= written or {}
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        given |= {"client_id": basic.username or "", "client_secret": basic.password or ""}
    return given, unreadable


def _last_of_each(*parameters: MultiDict[str, str]) -> dict[str, str]:
    """Return parameters by name. Of a repeated one, which RFC 6749 forbids (3.1), the last value counts: assumed, as Rack reads forms."""
    return {name: values[-1] for part in parameters for name, values in part.lists()}


def _json(raw: bytes) -> dict[str, str] | None:
    check_number_of_values(raw)
    try:
        found = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError:
        return None
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)} if isinstance(found, dict) else None


def _token(work: UnitOfWork, given: Given, *, unreadable: bool) -> Rendered:
    """Return the answer with tokens. After a refusal, code and refresh token stay valid."""
    try:
        with work.db.attempt():
            token, refresh_token = _issue(work, given, unreadable=unreadable)
    except OAuthRefused as refusal:
        challenge = f'Bearer realm="Doorkeeper", error="{refusal.error}", error_description="{refusal.description}"'
        status = refusal.status if refusal.error == "invalid_client" else work.settings.assume["token_refusal_status"]
        return ERRORS.body(refusal.problems[0]), cast("int", status), [*TOKEN_HEADERS, ("WWW-Authenticate", challenge)]
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
    asked = _needed(given, "code"), _needed(given, "redirect_uri"), given.get("code_verifier", "")
    return authorization.exchange_code(work, application, *asked)


def _by_refresh_token(work: UnitOfWork, application: ApplicationRow, given: Given) -> Issued:
    return oauth.refresh(work, application, _needed(given, "refresh_token"), given.get("scope", ""))


def _by_client_credentials(work: UnitOfWork, application: ApplicationRow, given: Given) -> Issued:
    return oauth.issue_to_application(work, application, given.get("scope", "")), None


GRANTS: Mapping[str, Callable[[UnitOfWork, ApplicationRow, Given], Issued]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client_credentials,
}
