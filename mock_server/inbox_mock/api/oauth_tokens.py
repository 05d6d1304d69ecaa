"""The endpoint of OAuth 2.0 that issues tokens, and what all its endpoints answer with."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import cast
from urllib.parse import parse_qsl

import orjson

from inbox_mock.api import fault_injection, rendering
from inbox_mock.api.addressing import Call, root_of
from inbox_mock.api.fault_injection import ErrorFormat, Replaced
from inbox_mock.api.pipeline import Answered, Backend, respond
from inbox_mock.api.rendering import JSON, Headers, Rendered
from inbox_mock.domain.access import sandbox_of
from inbox_mock.domain.errors import OAuthRefused, Problem, Refusal
from inbox_mock.domain.values import check_number_of_values
from inbox_mock.engine import redaction
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import authorization, oauth
from inbox_mock.store.access import application_of
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow

Given = Mapping[str, str]
Issued = tuple[Row, Row | None]

TOKEN = "/oauth/token"  # noqa: S105 - an address
FORM = "application/x-www-form-urlencoded"
FORMS = (FORM, "multipart/form-data")
TOKEN_HEADERS: Headers = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]
JOURNALED_HEADERS = (("Origin", "HTTP_ORIGIN"), ("Sec-Fetch-Site", "HTTP_SEC_FETCH_SITE"))
ERRORS = ErrorFormat(JSON, lambda problem: orjson.dumps({"error": problem.code, "error_description": problem.title}))


def refused(refusal: Refusal) -> Rendered:
    """Return the answer to a request of which nothing is executed, as OAuth 2.0 words malformed ones (RFC 6749, 5.2)."""
    return ERRORS.body(Problem("invalid_request", refusal.problems[0].title)), refusal.status, [*TOKEN_HEADERS]


def answer(backend: Backend, request: Call, given: Given, run: Callable[[UnitOfWork], Rendered], **more: object) -> Rendered:
    """Answer a request in the sandbox that its credentials name; the journal says ``more`` of it."""
    credential = next((given[name] for name in ("client_id", "code", "refresh_token") if given.get(name)), None)
    return respond(backend, request, sandbox_of(credential), lambda work: _answered(work, request, given, run, more), refused)


def _answered(work: UnitOfWork, request: Call, given: Given, run: Callable[[UnitOfWork], Rendered], more: Mapping[str, object]) -> Answered:
    named, labelled = application_of(work.db, given.get("client_id", "")), redaction.of_parameters(work, given)
    application_id = None if named is None else named["id"]

    def entry(body: bytes, headers: Headers) -> Row:
        answer = {"headers": dict(headers), "body": redaction.of_answer(work, body)}
        told = {name: request.environ[key] for name, key in JOURNALED_HEADERS if key in request.environ}
        asked = {"token": None, "origin": root_of(request), **more, "headers": told, "body": labelled}
        return {"query": "", "application_id": application_id, "request": asked, "response": answer}

    fault = fault_injection.strike(work, request, ERRORS, application_id or 0)
    try:
        if fault is not None:
            fault.begin(work)
        body, status, headers = run(work)
        if fault is not None:
            fault.replace()
    except Refusal as refusal:
        body, status, headers = rendering.refused(refusal)
    except Replaced as replaced:
        body, status, headers = replaced.body, replaced.status, replaced.headers
    return Answered(body, status, headers, fault, entry)


def issue(backend: Backend, request: Call, read: Given, raw: bytes) -> Rendered:
    """Answer a token request, given its body and the parameters ``read`` from its query and its form.

    They also come as JSON, and those of the client as HTTP Basic, which takes precedence.
    """
    given, unreadable = dict(read), False
    if media_type(request) not in FORMS:
        written = _json(raw)
        unreadable = written is None
        given |= written or {}
    given |= _basic(request.environ.get("HTTP_AUTHORIZATION", ""))
    told = {"unreadable": True} if unreadable else {}
    return answer(backend, request, given, lambda work: _token(work, given, unreadable=unreadable), **told)


def media_type(request: Call) -> str:
    """Return the media type of a request's body, without parameters."""
    found: str = request.environ.get("CONTENT_TYPE", "")
    return found.partition(";")[0].strip().lower()


def plain_form(request: Call, raw: bytes) -> Given | None:
    """Return the parameters of a form in UTF-8, none if the body is no form; None if the framework has to read it."""
    kind = media_type(request)
    if kind not in FORMS:
        return {}
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")) if kind == FORM else None
    except UnicodeDecodeError:
        return None


def _basic(header: str) -> dict[str, str]:
    """Return the client's id and secret in an Authorization header; nothing if they cannot be read."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() == "basic":
        with suppress(ValueError):
            client_id, _, secret = b64decode(encoded.strip(" \t"), validate=True).decode().partition(":")
            return {"client_id": client_id, "client_secret": secret}
    return {}


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
