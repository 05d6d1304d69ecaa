"""OAuth 2.0: the page on which a person authorises an application or not, and the endpoint that issues tokens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson
from flask import Blueprint, Request, Response, render_template, request

from inbox_mock.api import fault_injection, rendering
from inbox_mock.api.fault_injection import ErrorFormat, Replaced
from inbox_mock.api.pipeline import Answered, Server, respond
from inbox_mock.api.rendering import JSON, Headers, Rendered
from inbox_mock.domain import limits
from inbox_mock.domain.access import scope_in_words, with_fragment, with_query
from inbox_mock.domain.errors import BadRequest, OAuthRefused, Problem, Refusal
from inbox_mock.domain.values import check_number_of_values
from inbox_mock.engine import redaction
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import oauth
from inbox_mock.services.oauth import OUT_OF_BAND
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow

Given = Mapping[str, str]
Issued = tuple[Row, Row | None]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
TOKEN_HEADERS: Headers = [("Content-Type", JSON), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]
ERRORS = ErrorFormat(JSON, lambda problem: orjson.dumps({"error": problem.code, "error_description": problem.title}))
HTML = "text/html; charset=utf-8"
# A form-action would forbid the redirect to the application after the form. A referrer policy of no-referrer
# would make browsers send the form with an Origin of null.
SAFETY: Headers = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "same-origin"),
]


def blueprint(server: Server) -> Blueprint:
    """Return the blueprint of /oauth."""
    made = Blueprint("oauth", __name__, url_prefix="/oauth", template_folder=".")

    @made.before_request
    def limit() -> None:
        if request.mimetype in FORMS and request.get_data().count(b"&") >= limits.PARAMETERS:
            raise BadRequest(f"the form has more than {limits.PARAMETERS}")

    @made.get("/authorize", provide_automatic_options=False)
    def ask() -> Response:
        given = request.args.to_dict()
        return _answer(server, given, lambda work: _authorize(work, given))

    @made.post("/authorize", provide_automatic_options=False)
    def decide() -> Response:
        given = request.args.to_dict() | request.form.to_dict()
        decision = given.get("decision", "")
        return _answer(server, given, lambda work: _refuse_foreign(request) or _authorize(work, given, decision))

    @made.post("/token", provide_automatic_options=False)
    def token() -> Response:
        given, unreadable = _given(request)
        return _answer(server, given, lambda work: _token(work, given, unreadable=unreadable))

    return made


def refused(refusal: Refusal) -> Rendered:
    """Return the answer to a request that could not be read, as OAuth 2.0 words malformed ones (RFC 6749, 5.2)."""
    return ERRORS.body(Problem("invalid_request", refusal.problems[0].title)), refusal.status, [*TOKEN_HEADERS]


def _answer(server: Server, given: Given, run: Callable[[UnitOfWork], Rendered]) -> Response:
    """Answer a request in the sandbox that its credentials name."""
    credential = next((given[name] for name in ("client_id", "code", "refresh_token") if given.get(name)), None)
    return respond(server, request, credential, lambda work: _answered(work, given, run))


def _answered(work: UnitOfWork, given: Given, run: Callable[[UnitOfWork], Rendered]) -> Answered:
    application_id, labelled = redaction.application(work, given.get("client_id", "")), redaction.of_parameters(work, given)

    def entry(body: bytes, headers: Headers) -> Row:
        answer = {"headers": redaction.of_headers(work, headers), "body": redaction.of_answer(work, body)}
        asked = {"token": None, "headers": {}, "body": labelled}
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
    given, unreadable = request.args.to_dict(), False
    if request.mimetype in FORMS:
        given |= request.form.to_dict()
    else:
        written = _json(request.get_data())
        unreadable = written is None
        given |= written or {}
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        given |= {"client_id": basic.username or "", "client_secret": basic.password or ""}
    return given, unreadable


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
        with work.attempt():
            token, refresh_token = _issue(work, given, unreadable=unreadable)
    except OAuthRefused as refusal:
        challenge = f'Bearer realm="Doorkeeper", error="{refusal.error}", error_description="{refusal.description}"'
        return ERRORS.body(refusal.problems[0]), 401, [*TOKEN_HEADERS, ("WWW-Authenticate", challenge)]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The content of a page: sentences, a credential to copy, or the form that asks for consent."""

    title: str
    sentences: tuple[str, ...] = ()
    shown: Mapping[str, object] = field(default_factory=dict)
    form: Mapping[str, object] = field(default_factory=dict)

    def answer(self, status: int) -> Rendered:
        """Return the page as an answer."""
        text = render_template("consent.html", title=self.title, sentences=self.sentences, shown=self.shown, form=self.form)
        return text.encode(), status, [("Content-Type", HTML), *SAFETY]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """An application's request for consent. Its redirect URI is a registered one."""

    application: ApplicationRow
    redirect_uri: str
    response_type: str
    scope: str
    state: str | None

    @property
    def implicit(self) -> bool:
        """Whether the application wants a token in the fragment of the URI: the implicit grant."""
        return self.response_type == "token"

    @property
    def told(self) -> list[tuple[str, str]]:
        """The parameters that the form repeats."""
        told = {"redirect_uri": self.redirect_uri, "response_type": self.response_type, "scope": self.scope, "state": self.state}
        return [(name, value) for name, value in told.items() if value is not None]


def _refuse_foreign(request: Request) -> Rendered | None:
    """Refuse a form that the page of another site submits."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and origin.partition("://")[2].lower() != request.host.lower()
    if not foreign and request.headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return None
    return Page(title="Not from another site", sentences=("Consent is given on this server's own page only.",)).answer(403)


def _authorize(work: UnitOfWork, given: Given, decision: str | None = None) -> Rendered:
    """Return the consent page or, given a decision, carry it out. Only registered redirect URIs are followed."""
    try:
        application = oauth.find_application(work, given.get("client_id", ""))
    except OAuthRefused as refusal:
        return Page(title="Unknown application", sentences=(refusal.description, *_reasons(work))).answer(401)
    redirect_uri = given.get("redirect_uri", "")
    if not oauth.may_redirect(application, redirect_uri):
        return _unregistered(application, redirect_uri)
    consent = ConsentRequest(
        application=application,
        redirect_uri=redirect_uri,
        response_type=given.get("response_type", ""),
        scope=given.get("scope", ""),
        state=given.get("state"),
    )
    try:
        granted = _granted(work, consent)
        if decision is None:
            return _ask(work, consent, granted, given.get("account_id", ""))
        return _decided(work, consent, granted, decision, given.get("account_id", ""))
    except OAuthRefused as refusal:
        return _refused(work, consent, refusal)


def _unregistered(application: ApplicationRow, redirect_uri: str) -> Rendered:
    sentences = (
        "The requested redirect uri is malformed or doesn't match client redirect URI.",
        f"Asked for: {redirect_uri or 'nothing'}",
        f"Registered by {application['name']}: {', '.join(oauth.registered(application)) or 'nothing'}",
        "One without a path stands for every path on its host, and on this machine for every port.",
    )
    return Page(title="Redirect URI not registered", sentences=sentences).answer(400)


def _granted(work: UnitOfWork, consent: ConsentRequest) -> tuple[str, ...]:
    if not consent.response_type:
        raise OAuthRefused("invalid_request", "Missing required parameter: response_type.")
    if consent.response_type not in {"code", "token"}:
        raise OAuthRefused("unsupported_response_type", "The authorization server does not support this response type.")
    return oauth.scopes_for(work, consent.application, consent.scope)


def _ask(work: UnitOfWork, consent: ConsentRequest, granted: tuple[str, ...], account_id: str) -> Rendered:
    accounts = oauth.accounts(work)
    ids = [account["id"] for account in accounts]
    form = {
        "scopes": [(scope, scope_in_words(scope)) for scope in granted],
        "hidden": [("client_id", oauth.client_credentials_of(work, consent.application)[0]), *consent.told],
        "accounts": accounts,
        "chosen": ids[0] if len(ids) == 1 else _named(ids, account_id),
    }
    name = consent.application["name"]
    return Page(title=f"Authorise {name}?", sentences=(f"{name} asks to be allowed to:",), form=form).answer(200)


def _decided(work: UnitOfWork, consent: ConsentRequest, granted: tuple[str, ...], decision: str, account_id: str) -> Rendered:
    if decision == "deny":
        raise OAuthRefused("access_denied", "The resource owner or authorization server denied the request.")
    if decision != "approve":
        return Page(title="Nothing was decided", sentences=("decision is approve or deny.",)).answer(400)
    ids = [account["id"] for account in oauth.accounts(work)]
    chosen = ids[0] if len(ids) == 1 and not account_id else _named(ids, account_id)
    if chosen is None:
        known = ", ".join(map(str, ids)) or "there is none"
        return Page(title="No account was chosen", sentences=(f"account_id is the id of an account of this sandbox: {known}.",)).answer(400)
    if not consent.implicit:
        return _allowed(consent, {"code": oauth.authorize(work, consent.application, chosen, granted, consent.redirect_uri)})
    token = oauth.authorize_implicitly(work, consent.application, chosen, granted)
    told = {"access_token": token["token"], "token_type": "bearer", "expires_in": oauth.LIFETIME_SECONDS, "scope": token["scopes"]}
    return _allowed(consent, told)


def _named(ids: list[object], account_id: str) -> object:
    return next((known for known in ids if str(known) == account_id.strip()), None)


def _allowed(consent: ConsentRequest, told: Mapping[str, object]) -> Rendered:
    """Redirect to the application with the code or token, or show it where the redirect URI is out of band."""
    if consent.redirect_uri != OUT_OF_BAND:
        return _back(consent, told)
    name, value = next(iter(told.items()))
    sentences = (f"Copy this {name.replace('_', ' ')} into {consent.application['name']}:",)
    return Page(title="Authorised", sentences=sentences, shown={"name": name, "value": value}).answer(200)


def _refused(work: UnitOfWork, consent: ConsentRequest, refusal: OAuthRefused) -> Rendered:
    if consent.redirect_uri != OUT_OF_BAND:
        return _back(consent, {"error": refusal.error, "error_description": refusal.description})
    sentences = (f"{refusal.error}: {refusal.description}", *_reasons(work))
    return Page(title="Not authorised", sentences=sentences).answer(400)


def _back(consent: ConsentRequest, told: Mapping[str, object]) -> Rendered:
    add = with_fragment if consent.implicit else with_query
    state = {} if consent.state is None else {"state": consent.state}
    return b"", 302, [("Location", add(consent.redirect_uri, {**told, **state})), ("Cache-Control", "no-store")]


def _reasons(work: UnitOfWork) -> tuple[str, ...]:
    return tuple(f"{reason.text[:1].upper()}{reason.text[1:]}." for reason in work.reasons)
