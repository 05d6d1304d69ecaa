"""OAuth: applications and tokens, and what each of them permits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from inbox_mock.domain import times
from inbox_mock.domain.access import (
    DEFAULT_SANDBOX,
    PUBLIC,
    expand_scopes,
    joined_scopes,
    names_of,
    parse_scopes,
    without_encoding,
)
from inbox_mock.domain.errors import OAuthRefused, Unauthorized
from inbox_mock.domain.reasons import Reason
from inbox_mock.engine.unit_of_work import Actor, UnitOfWork
from inbox_mock.store.access import application_of
from inbox_mock.store.database import Row
from inbox_mock.store.rows import ApplicationRow, TokenRow

LIFETIME_SECONDS = 7200
GRANT_BYTES = 1_000
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
KNOWN = "SELECT * FROM tokens WHERE kind = ? AND (secret = ? OR name = ?)"
REVOKE_PAIR = """
    UPDATE tokens SET revoked_at = ?1 WHERE revoked_at IS NULL AND id IN (?2, (SELECT access_id FROM tokens WHERE id = ?2))"""

INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)
INVALID_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."
)
INVALID_SCOPE = "The requested scope is invalid, unknown, or malformed."


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token permits: ``account_id`` is None for client credentials, which span all accounts.

    ``actor`` is the application, acting for the account; only tokens that belong to an account can write. ``expires_at`` is None
    for a token that is valid for ever.
    """

    token_id: int
    application_id: int
    account_id: int | None
    scopes: frozenset[str]
    actor: Actor
    expires_at: str | None

    def has_expired(self, now: str) -> bool:
        """Return whether the token is no longer valid at a time."""
        return self.expires_at is not None and self.expires_at <= now


def authenticate(work: UnitOfWork, token: str | None) -> Grant:
    """Return what an access token permits. If it is the first call with a refreshed one, revoke the pair that it replaces.

    Raises:
        Unauthorized: there is no token, or it is unknown, expired or revoked, as ``reason`` and ``why`` say.
    """
    grant = work.derived(("token", token), lambda: _granted(work, token), GRANT_BYTES)
    if grant.has_expired(work.now):
        raise Unauthorized("The access token expired", Reason("token_expired", {"at": grant.expires_at}))
    return grant


def _granted(work: UnitOfWork, token: str | None) -> Grant:
    """Return what an access token permits until it expires."""
    found = None if not token else _find(work, "access", token)
    if found is None:
        raise Unauthorized(why=Reason("token_unknown" if token else "token_missing"))
    if found["previous_refresh_id"] is not None:
        work.begin_to_write()
        _revoke_pair(work, found["previous_refresh_id"])
        work.db.update("tokens", found["id"], {"previous_refresh_id": None})
    if found["revoked_at"] is not None:
        raise Unauthorized("The access token was revoked", Reason("token_revoked", {"at": found["revoked_at"]}))
    granted = expand_scopes(found["scopes"])
    application_id, account_id = found["application_id"], found["account_id"]
    return Grant(found["id"], application_id, account_id, granted, Actor(account_id or 0, application_id), found["expires_at"])


def recognise(work: UnitOfWork, token: str | None) -> int | None:
    """Return the id of an access token of this sandbox, valid or not; None for any other."""
    found = None if not token else _find(work, "access", token)
    return None if found is None else found["id"]


def issue_token(
    work: UnitOfWork,
    application_id: object,
    account_id: object,
    granted: tuple[str, ...],
    *,
    lifetime_seconds: int | None = None,
    kind: str = "access",
    **more: object,
) -> Row:
    """Issue a token or code and return its row, with the full credential under ``token``; without lifetime it never expires."""
    expires_at = None if lifetime_seconds is None else times.wire(work.instant + timedelta(seconds=lifetime_seconds))
    number = work.db.execute("SELECT coalesce(max(id), 0) + 1 FROM tokens").fetchone()[0]
    row: Row = {
        "kind": kind,
        "secret": work.dice.secret(f"{kind} token", number),
        "application_id": application_id,
        "account_id": account_id,
        "scopes": " ".join(granted),
        "issued_at": work.now,
        "expires_at": expires_at,
        **more,
    }
    row["id"] = work.db.insert("tokens", row)
    return row | {"token": full_token(work, row)}


def issue_pair(
    work: UnitOfWork, application_id: object, account_id: object, granted: tuple[str, ...], previous_refresh_id: int | None = None
) -> tuple[Row, Row]:
    """Issue an access and a refresh token. The first call with the former revokes the previous refresh token, with its access token."""
    access = issue_token(
        work, application_id, account_id, granted, lifetime_seconds=LIFETIME_SECONDS, previous_refresh_id=previous_refresh_id
    )
    return access, _issue_refresh_token(work, access)


def refresh_token_of(work: UnitOfWork, token: str) -> str | None:
    """Return the refresh token of an account's access token, issued now if there was none; None if there is no such access token."""
    access = _find(work, "access", token)
    if access is None or access["account_id"] is None:
        return None
    known = work.db.one("SELECT * FROM tokens WHERE access_id = ?", (access["id"],), TokenRow)
    return full_token(work, known or _issue_refresh_token(work, access))


def _issue_refresh_token(work: UnitOfWork, access: Mapping[str, Any]) -> Row:
    whose = access["application_id"], access["account_id"], parse_scopes(access["scopes"])
    return issue_token(work, *whose, kind="refresh", access_id=access["id"])


def revoke_token(work: UnitOfWork, token: str) -> bool:
    """Revoke an access or refresh token; return False if it does not exist."""
    found = _find(work, "access", token) or _find(work, "refresh", token)
    if found is not None:
        work.db.update("tokens", found["id"], {"revoked_at": work.now})
    return found is not None


def full_token(work: UnitOfWork, row: Mapping[str, Any]) -> str:
    """Return a token or code as it is presented."""
    return work.credential(row["secret"], row.get("name"))


def client_credentials_of(work: UnitOfWork, application: ApplicationRow) -> tuple[str, str]:
    """Return an application's client id and client secret, as it presents them."""
    client_id = work.credential(application["client_id"], application["named_client_id"])
    return client_id, work.credential(application["client_secret"], application["named_client_secret"])


def find_application(work: UnitOfWork, client_id: str) -> ApplicationRow:
    """Return the application with this client id.

    Raises:
        OAuthRefused: there is none.
    """
    found = _application(work, client_id)
    if found is None:
        encoded = without_encoding(client_id)
        known = encoded != client_id and _application(work, encoded) is not None
        work.explain("client_id_encoded" if known else "client_id_unknown" if client_id else "client_id_missing")
        raise OAuthRefused("invalid_client", INVALID_CLIENT)
    return found


def _application(work: UnitOfWork, client_id: str) -> ApplicationRow | None:
    """Return the application with this client id; names are accepted in the default sandbox only."""
    found = application_of(work.db, client_id)
    return found if found is not None and client_credentials_of(work, found)[0] in names_of(client_id) else None


def authenticate_client(work: UnitOfWork, client_id: str, client_secret: str) -> ApplicationRow:
    """Return the application that knows this secret.

    Raises:
        OAuthRefused: there is none, or the secret is wrong.
    """
    application = find_application(work, client_id)
    secret = client_credentials_of(work, application)[1]
    if secret not in names_of(client_secret):
        encoded = secret in names_of(without_encoding(client_secret))
        work.explain("client_secret_encoded" if encoded else "client_secret_wrong" if client_secret else "client_secret_missing")
        raise OAuthRefused("invalid_client", INVALID_CLIENT)
    return application


def refresh(work: UnitOfWork, application: ApplicationRow, refresh_token: str, requested: str = "") -> tuple[Row, Row]:
    """Exchange a refresh token for a new pair. The old pair is revoked when the new access token is first used.

    Until then the old refresh token can be exchanged again, for a further pair; the switch ``refresh_revokes`` says otherwise.
    ``requested`` may name fewer scopes than the old token had.

    Raises:
        OAuthRefused: the token is unknown, used, revoked or another application's, or lacks a requested scope.
    """
    found = usable(work, "refresh", application, refresh_token)
    held = parse_scopes(found["scopes"])
    granted = scopes_within(work, parse_scopes(requested) or held, held, "refresh_token")
    if work.settings.assume["refresh_revokes"] == "at_once":
        _revoke_pair(work, found["id"])
        return issue_pair(work, application["id"], found["account_id"], granted)
    return issue_pair(work, application["id"], found["account_id"], granted, found["id"])


def issue_to_application(work: UnitOfWork, application: ApplicationRow, requested: str) -> Row:
    """Return an access token for client credentials, which spans all accounts and reads only public data.

    Raises:
        OAuthRefused: more than ``public`` is requested.
    """
    granted = scopes_within(work, parse_scopes(requested) or (PUBLIC,), (PUBLIC,), "client_credentials")
    return issue_token(work, application["id"], None, granted, lifetime_seconds=LIFETIME_SECONDS)


def accounts(work: UnitOfWork) -> list[Row]:
    """Return the id and name of every account; an application can be installed on any of them."""
    return work.db.every("SELECT id, business_name FROM accounts ORDER BY id")


def _revoke_pair(work: UnitOfWork, refresh_id: int) -> None:
    """Revoke a refresh token and the access token that was issued with it: Doorkeeper keeps both in one record."""
    work.db.execute(REVOKE_PAIR, (work.now, refresh_id))


def scopes_within(work: UnitOfWork, wanted: tuple[str, ...], held: tuple[str, ...], holder: str) -> tuple[str, ...]:
    """Return the wanted scopes, if the holder has them all.

    Raises:
        OAuthRefused: it lacks one. ``holder`` begins the code of the reason: ``application``, ``refresh_token``, ``client_credentials``.
    """
    if not set(wanted) <= set(held):
        if meant := joined_scopes(wanted):
            work.explain("scopes_joined", meant=" ".join(meant))
        elif len(held) > 1:
            work.explain(f"{holder}_lacks_scope", held=" ".join(held))
        else:
            work.explain(f"{holder}_has_one_scope")
        raise OAuthRefused("invalid_scope", INVALID_SCOPE)
    return wanted


def usable(work: UnitOfWork, kind: str, application: ApplicationRow, credential: str) -> TokenRow:
    """Return a code or refresh token that can be exchanged.

    Raises:
        OAuthRefused: it cannot; ``X-Mock-Why`` says why.
    """
    found, what = _find(work, kind, credential), f"the {kind}" if kind == "code" else f"the {kind} token"
    if found is None:
        work.explain("grant_unknown", credential=what)
    elif found["application_id"] != application["id"]:
        work.explain("grant_of_another_application", credential=what)
    elif found["revoked_at"] is not None:
        work.explain("grant_used", credential=what, at=found["revoked_at"])
    elif found["expires_at"] is not None and found["expires_at"] <= work.now:
        work.explain("grant_expired", credential=what, at=found["expires_at"])
    else:
        return found
    raise OAuthRefused("invalid_grant", INVALID_GRANT)


def _find(work: UnitOfWork, kind: str, credential: str) -> TokenRow | None:
    """Return the token of a credential, or of a name in the default sandbox; None for another sandbox's credential."""
    secret = credential.removeprefix(work.sandbox_id) if credential.startswith(work.sandbox_id) else None
    name = credential if work.sandbox_id == DEFAULT_SANDBOX else None
    return work.db.one(KNOWN, (kind, secret, name), TokenRow)
