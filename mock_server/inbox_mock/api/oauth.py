"""OAuth 2.0: the addresses under /oauth, and the page on which a person authorises an application or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Blueprint, Request, Response, render_template, request
from werkzeug.datastructures import MultiDict

from inbox_mock.api.addressing import prefix_of, root_of
from inbox_mock.api.framework import response
from inbox_mock.api.oauth_tokens import FORMS, TOKEN, Given, answer, issue, media_type
from inbox_mock.api.pipeline import Backend
from inbox_mock.api.rendering import Headers, Rendered
from inbox_mock.domain import limits
from inbox_mock.domain.access import challenge_of, scope_in_words, with_fragment, with_query
from inbox_mock.domain.errors import BadRequest, OAuthRefused
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services import authorization, oauth
from inbox_mock.services.oauth import OUT_OF_BAND
from inbox_mock.store.rows import ApplicationRow

TOLD = ("redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method")
CHALLENGES: Mapping[str, Callable[[str], str]] = {"S256": str, "plain": challenge_of}
"""How a code challenge is made one of the method S256, by its own method."""

HTML = "text/html; charset=utf-8"
# A form-action would forbid the redirect to the application after the form. A referrer policy of no-referrer
# would make browsers send the form with an Origin of null.
SAFETY: Headers = [
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "same-origin"),
]


def blueprint(backend: Backend) -> Blueprint:
    """Return the blueprint of /oauth."""
    made = Blueprint("oauth", __name__, template_folder=".")

    @made.before_request
    def limit() -> None:
        if media_type(request) in FORMS and request.get_data().count(b"&") >= limits.PARAMETERS:
            raise BadRequest(f"the form has more than {limits.PARAMETERS}")

    def answered(given: Given, run: Callable[[UnitOfWork], Rendered]) -> Response:
        return response(*answer(backend, request, given, run))

    @made.get("/oauth/authorize", provide_automatic_options=False)
    def ask() -> Response:
        given = _last_of_each(request.args)
        return answered(given, lambda work: authorize(work, given))

    @made.post("/oauth/authorize", provide_automatic_options=False)
    def decide() -> Response:
        given = _last_of_each(request.args, request.form)
        decision = given.get("decision", "")
        return answered(given, lambda work: refuse_foreign(request) or authorize(work, given, decision))

    @made.post(TOKEN, provide_automatic_options=False)
    def token() -> Response:
        return response(*issue(backend, request, _last_of_each(request.args, request.form), request.get_data()))

    return made


def _last_of_each(*parameters: MultiDict[str, str]) -> dict[str, str]:
    """Return parameters by name. Of a repeated one, which RFC 6749 forbids (3.1), the last value counts: assumed, as Rack reads forms."""
    return {name: values[-1] for part in parameters for name, values in part.lists()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage:
    """The content of a page: sentences, a credential to copy, or the form that asks for consent."""

    title: str
    sentences: tuple[str, ...] = ()
    shown: Mapping[str, object] = field(default_factory=dict)
    form: Mapping[str, object] = field(default_factory=dict)

    def answer(self, status: int) -> Rendered:
        """Return the page as an answer."""
        content = {"title": self.title, "sentences": self.sentences, "shown": self.shown, "form": self.form}
        text = render_template("consent.html", prefix=prefix_of(request), **content)
        return text.encode(), status, [("Content-Type", HTML), *SAFETY]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """An application's request for consent. Its redirect URI is a registered one."""

    application: ApplicationRow
    redirect_uri: str
    response_type: str
    scope: str
    state: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    @property
    def implicit(self) -> bool:
        """Whether the application wants a token in the fragment of the URI: the implicit grant."""
        return self.response_type == "token"

    @property
    def told(self) -> list[tuple[str, str]]:
        """The parameters that the form repeats."""
        told = {name: getattr(self, name) for name in TOLD}
        return [(name, value) for name, value in told.items() if value is not None]


def refuse_foreign(request: Request) -> Rendered | None:
    """Refuse a form that the page of another site submits."""
    origin = request.headers.get("Origin")
    own = (request.host, urlsplit(root_of(request)).netloc)  # behind a proxy, the page may have been opened without it
    foreign = origin is not None and origin.partition("://")[2].lower() not in map(str.lower, own)
    if not foreign and request.headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return None
    return ConsentPage(title="Not from another site", sentences=("Consent is given on this server's own page only.",)).answer(403)


def authorize(work: UnitOfWork, given: Given, decision: str | None = None) -> Rendered:
    """Return the consent page or, given a decision, carry it out. Only registered redirect URIs are followed."""
    try:
        application = oauth.find_application(work, given.get("client_id", ""))
    except OAuthRefused as refusal:
        return ConsentPage(title="Unknown application", sentences=(refusal.description, *_reasons(work))).answer(401)
    redirect_uri = given.get("redirect_uri", "")
    if not authorization.may_redirect(application, redirect_uri):
        return _unregistered(work, application, redirect_uri)
    consent = ConsentRequest(
        application=application,
        redirect_uri=redirect_uri,
        response_type=given.get("response_type", ""),
        scope=given.get("scope", ""),
        state=given.get("state"),
        code_challenge=given.get("code_challenge"),
        code_challenge_method=given.get("code_challenge_method"),
    )
    try:
        granted = _granted(work, consent)
        if decision is None:
            return _ask(work, consent, granted, given.get("account_id", ""))
        return _decided(work, consent, granted, decision, given.get("account_id", ""))
    except OAuthRefused as refusal:
        return _refused(work, consent, refusal)


def _unregistered(work: UnitOfWork, application: ApplicationRow, redirect_uri: str) -> Rendered:
    registered = ", ".join(authorization.registered(application)) or "nothing"
    work.explain("redirect_uri_unregistered", registered=registered)
    sentences = (
        "The requested redirect uri is malformed or doesn't match client redirect URI.",
        f"Asked for: {redirect_uri or 'nothing'}",
        f"Registered by {application['name']}: {registered}",
        "One without a path stands for every path on its host, and on this machine for every port.",
    )
    return ConsentPage(title="Redirect URI not registered", sentences=sentences).answer(400)


def _granted(work: UnitOfWork, consent: ConsentRequest) -> tuple[str, ...]:
    if not consent.response_type:
        raise OAuthRefused("invalid_request", "Missing required parameter: response_type.")
    if consent.response_type not in {"code", "token"}:
        raise OAuthRefused("unsupported_response_type", "The authorization server does not support this response type.")
    _challenge(work, consent)
    return authorization.scopes_for(work, consent.application, consent.scope)


def _challenge(work: UnitOfWork, consent: ConsentRequest) -> str | None:
    """Return the code challenge as the method S256 has it; None if there is none, or PKCE is switched off."""
    if not consent.code_challenge or not work.settings.assume["pkce"]:
        return None
    by_s256 = CHALLENGES.get(consent.code_challenge_method or "")
    if by_s256 is None:
        raise OAuthRefused("invalid_code_challenge_method", "The code challenge method must be plain or S256.")
    return by_s256(consent.code_challenge)


def _ask(work: UnitOfWork, consent: ConsentRequest, granted: tuple[str, ...], account_id: str) -> Rendered:
    accounts = oauth.accounts(work)
    ids = [account["id"] for account in accounts]
    chosen = ids[0] if len(ids) == 1 else _named(ids, account_id)
    if chosen is not None and authorization.is_authorized(work, consent.application, chosen, granted):
        return _approved(work, consent, granted, chosen)
    form = {
        "scopes": [(scope, scope_in_words(scope)) for scope in granted],
        "hidden": [("client_id", oauth.client_credentials_of(work, consent.application)[0]), *consent.told],
        "accounts": accounts,
        "chosen": chosen,
    }
    name = consent.application["name"]
    return ConsentPage(title=f"Authorise {name}?", sentences=(f"{name} asks to be allowed to:",), form=form).answer(200)


def _decided(work: UnitOfWork, consent: ConsentRequest, granted: tuple[str, ...], decision: str, account_id: str) -> Rendered:
    if decision == "deny":
        raise OAuthRefused("access_denied", "The resource owner or authorization server denied the request.")
    if decision != "approve":
        return ConsentPage(title="Nothing was decided", sentences=("decision is approve or deny.",)).answer(400)
    ids = [account["id"] for account in oauth.accounts(work)]
    chosen = ids[0] if len(ids) == 1 and not account_id else _named(ids, account_id)
    if chosen is None:
        known = ", ".join(map(str, ids)) or "there is none"
        return ConsentPage(
            title="No account was chosen", sentences=(f"account_id is the id of an account of this sandbox: {known}.",)
        ).answer(400)
    return _approved(work, consent, granted, chosen)


def _approved(work: UnitOfWork, consent: ConsentRequest, granted: tuple[str, ...], account_id: object) -> Rendered:
    """Return what an application is told whose request was approved, now or earlier."""
    asked = work, consent.application, account_id, granted, consent.redirect_uri
    if not consent.implicit:
        return _allowed(consent, {"code": authorization.authorize(*asked, _challenge(work, consent))})
    token = authorization.authorize_implicitly(*asked)
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
    return ConsentPage(title="Authorised", sentences=sentences, shown={"name": name, "value": value}).answer(200)


def _refused(work: UnitOfWork, consent: ConsentRequest, refusal: OAuthRefused) -> Rendered:
    if consent.redirect_uri != OUT_OF_BAND:
        return _back(consent, {"error": refusal.error, "error_description": refusal.description})
    sentences = (f"{refusal.error}: {refusal.description}", *_reasons(work))
    return ConsentPage(title="Not authorised", sentences=sentences).answer(400)


def _back(consent: ConsentRequest, told: Mapping[str, object]) -> Rendered:
    add = with_fragment if consent.implicit else with_query
    state = {} if consent.state is None else {"state": consent.state}
    return b"", 302, [("Location", add(consent.redirect_uri, {**told, **state})), ("Cache-Control", "no-store")]


def _reasons(work: UnitOfWork) -> tuple[str, ...]:
    return tuple(f"{reason.text[:1].upper()}{reason.text[1:]}." for reason in work.reasons)
