"""OAuth: what a person authorises an application to do, and the code that it exchanges for tokens."""

from json import loads

from inbox_mock.domain.access import PUBLIC, challenge_of, is_registered, parse_scopes
from inbox_mock.domain.errors import OAuthRefused
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.services.oauth import INVALID_GRANT, LIFETIME_SECONDS, issue_pair, issue_token, scopes_within, usable
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow
from inbox_mock.webhooks.deliveries import publish

CODE_LIFETIME_SECONDS = 600
# What has a redirect URI was issued by consent: a code, or a token of the implicit flow.
AUTHORISED = """
    SELECT DISTINCT t.scopes FROM tokens t JOIN installations i ON i.application_id = t.application_id AND i.account_id = t.account_id
    WHERE t.application_id = ? AND t.account_id = ? AND t.redirect_uri IS NOT NULL
    AND i.uninstalled_at IS NULL AND t.issued_at >= i.installed_at"""


def may_redirect(application: ApplicationRow, redirect_uri: str) -> bool:
    """Return whether an application registered a redirect URI, or one that it is under."""
    return is_registered(redirect_uri, registered(application))


def registered(application: ApplicationRow) -> list[str]:
    """Return the redirect URIs that an application registered."""
    return [str(known) for known in loads(application["redirect_uris"])]


def scopes_for(work: UnitOfWork, application: ApplicationRow, requested: str) -> tuple[str, ...]:
    """Return the requested scopes; ``public`` if there are none.

    Raises:
        OAuthRefused: the application does not have one of them.
    """
    wanted = parse_scopes(requested) or (PUBLIC,)
    held = (PUBLIC, *parse_scopes(application["scopes"]))
    return scopes_within(work, wanted, held, "application")


def is_authorized(work: UnitOfWork, application: ApplicationRow, account_id: object, granted: tuple[str, ...]) -> bool:
    """Return whether a person has authorised the application on the account for these scopes since it was installed there.

    Nobody is asked again then (documented: /reference/authorization). Assumed: other scopes take a consent of their own, as with
    Doorkeeper; what a scenario has issued was authorised by nobody.
    """
    found = work.db.every(AUTHORISED, (application["id"], account_id))
    return any(set(parse_scopes(str(row["scopes"]))) == set(granted) for row in found)


def authorize(
    work: UnitOfWork,
    application: ApplicationRow,
    account_id: object,
    granted: tuple[str, ...],
    redirect_uri: str,
    code_challenge: str | None = None,
) -> str:
    """Return a code that the application can exchange for tokens once, within ten minutes; install the application if necessary.

    ``code_challenge`` is that of PKCE's method S256.
    """
    _install(work, application, account_id)
    asked = {"redirect_uri": redirect_uri, "code_challenge": code_challenge}
    code = issue_token(work, application["id"], account_id, granted, lifetime_seconds=CODE_LIFETIME_SECONDS, kind="code", **asked)
    return str(code["token"])


def authorize_implicitly(
    work: UnitOfWork, application: ApplicationRow, account_id: object, granted: tuple[str, ...], redirect_uri: str
) -> Row:
    """Return an access token without a refresh token; install the application if necessary."""
    _install(work, application, account_id)
    return issue_token(work, application["id"], account_id, granted, lifetime_seconds=LIFETIME_SECONDS, redirect_uri=redirect_uri)


def exchange_code(work: UnitOfWork, application: ApplicationRow, code: str, redirect_uri: str, code_verifier: str) -> tuple[Row, Row]:
    """Exchange a code for an access and a refresh token.

    Raises:
        OAuthRefused: the code is unknown, used, expired, another application's, for another redirect URI, or not for this verifier.
    """
    found = usable(work, "code", application, code)
    if found["redirect_uri"] != redirect_uri:
        work.explain("redirect_uri_differs")
        raise OAuthRefused("invalid_grant", INVALID_GRANT)
    if work.settings.assume["pkce"]:
        _check_verifier(work, found["code_challenge"], code_verifier)
    work.db.update("tokens", found["id"], {"revoked_at": work.now})
    return issue_pair(work, application["id"], found["account_id"], parse_scopes(found["scopes"]))


def _check_verifier(work: UnitOfWork, code_challenge: str | None, code_verifier: str) -> None:
    """Refuse a verifier that is missing, wrong, or comes without a challenge, as Doorkeeper does."""
    if code_challenge is not None and not code_verifier:
        work.explain("code_verifier_missing")
        raise OAuthRefused("invalid_request", "Missing required parameter: code_verifier.")
    if code_verifier and code_challenge != challenge_of(code_verifier):
        work.explain("code_verifier_wrong" if code_challenge else "code_challenge_missing")
        raise OAuthRefused("invalid_grant", INVALID_GRANT)


def _install(work: UnitOfWork, application: ApplicationRow, account_id: object) -> None:
    sql = """INSERT INTO installations VALUES (?, ?, ?, NULL)
      ON CONFLICT DO UPDATE SET installed_at = excluded.installed_at, uninstalled_at = NULL WHERE uninstalled_at IS NOT NULL"""
    if work.db.execute(sql, (application["id"], account_id, work.now)).rowcount:
        publish(work, "accounts_application_created", account_id, account_id, application_id=application["id"])
