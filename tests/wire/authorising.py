"""Calls of OAuth: the page that asks for consent, codes, tokens, and every refusal."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from wire.call import FORM, Box, Call, a_call, a_form, a_scenario

CALLBACK = "http://localhost:3000/callback"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
BOX = Box("oauth")
ID, SECRET = "<<oauth.client_id>>", "<<oauth.client_secret>>"
GRANT = {"grant_type": "client_credentials"}
CREDENTIALS = {"client_id": ID, "client_secret": SECRET}
BASIC = "Basic ZGVtby1jbGllbnQtaWQ6ZGVtby1jbGllbnQtc2VjcmV0"
WISH = {"client_id": ID, "redirect_uri": CALLBACK, "response_type": "code", "scope": "inbox_write bookings_read", "state": "xyz"}
APPROVAL: dict[str, str | None] = {**WISH, "account_id": "1", "decision": "approve"}
CODE = r"Location: \S+[?&]code=(\w+)"
PAIR = {"oauth.access": r'"access_token":"(\w+)"', "oauth.refresh": r'"refresh_token":"(\w+)"'}


def asked(**changes: str | None) -> Call:
    """The browser opens the page."""
    wish = {name: value for name, value in (WISH | changes).items() if value is not None}
    return a_call("GET", f"/oauth/authorize?{urlencode(wish, safe='<>')}")


def decided(**changes: str | None) -> Call:
    """The person at the browser presses a button."""
    return a_form("/oauth/authorize", APPROVAL | changes)


def coded(**changes: str | None) -> Call:
    """The person approves, and the code is kept."""
    return replace(decided(**changes), keep=(("oauth.code", CODE),))


def token(fields: Mapping[str, str], keep: Mapping[str, str] | None = None) -> Call:
    """The application asks for a token."""
    return a_form("/oauth/token", CREDENTIALS | dict(fields), keep=keep)


def exchanged(keep: Mapping[str, str] | None = None, **changes: str) -> Call:
    """The application turns the code into tokens."""
    return token({"grant_type": "authorization_code", "code": "<<oauth.code>>", "redirect_uri": CALLBACK} | changes, keep)


def refreshed(refresh_token: str, keep: str = "oauth.latest", **changes: str) -> Call:
    """The application refreshes; the new refresh token is kept under a name."""
    fields = {"grant_type": "refresh_token", "refresh_token": f"<<{refresh_token}>>"} | changes
    return token(fields, {keep: r'"refresh_token":"(\w+)"'})


def tokens() -> Iterator[Call]:
    """Codes, refreshing, client credentials, and each way for a client to authenticate."""
    yield BOX.made(
        a_scenario(
            accounts=[{"id": 1, "business_name": "Super Awesome Villas"}, {"id": 2, "business_name": "Modest Huts"}],
            applications=[
                {"id": 17, "name": "Your application", "client": True, "scopes": ["inbox_write", "bookings_read"], "accounts": [1]},
                {"id": 18, "name": "Rival", "accounts": [1]},
            ],
        )
    )
    yield coded()
    yield exchanged(PAIR)
    yield exchanged()
    yield BOX.api("GET", "/me", bearer="access")
    yield BOX.api("GET", "/auth", bearer="access")
    yield BOX.api("GET", "/clients", bearer="access")
    yield refreshed("oauth.refresh", "oauth.second")
    yield refreshed("oauth.refresh")
    yield refreshed("oauth.second", "oauth.third", redirect_uri=CALLBACK, scope="bookings_read")
    yield refreshed("oauth.third", scope="inbox_write")
    yield coded(account_id="2", scope="bookings_read", state=None)
    yield exchanged(PAIR)
    yield BOX.api("GET", "/accounts", bearer="access")
    yield BOX.admin("POST", "/clock/advance", {"by": "7201s"})
    yield BOX.api("GET", "/accounts", bearer="access")
    yield token(GRANT, {"oauth.open": r'"access_token":"(\w+)"'})
    yield BOX.api("GET", "/rentals", bearer="open")
    yield BOX.api("GET", "/inbox/messages", bearer="open")
    yield a_form("/oauth/token", GRANT, headers={"Authorization": BASIC})
    yield a_call("POST", "/oauth/token?grant_type=client_credentials&client_id=demo-client-id&client_secret=demo-client-secret")
    json = {"grant_type": "client_credentials", "client_id": "demo-client-id", "client_secret": "demo-client-secret", "scope": "public"}
    yield a_call("POST", "/oauth/token", json, headers={"Content-Type": "application/json"})
    yield coded()
    yield BOX.admin("POST", "/clock/advance", {"by": "1h"})
    yield exchanged()


def pages() -> Iterator[Call]:
    """The page, and where its buttons lead."""
    yield asked()
    yield asked(account_id="2")
    yield asked(account_id="me")
    yield asked(state='"><script>alert(2)</script>', scope=None)
    yield asked(redirect_uri=OUT_OF_BAND)
    yield asked(redirect_uri="http://127.0.0.1:5000/callback?and=query")
    yield asked(response_type="token")
    yield a_call("GET", f"/oauth/authorize?client_id=demo-client-id&response_type=code&redirect_uri={OUT_OF_BAND}")
    yield decided(decision="deny")
    yield decided(decision="deny", redirect_uri=OUT_OF_BAND)
    yield decided(decision="deny", response_type="token")
    yield decided(redirect_uri=OUT_OF_BAND)
    yield decided(response_type="token")
    yield decided(response_type="token", redirect_uri=OUT_OF_BAND)
    yield a_form("/oauth/authorize", APPROVAL, headers={"Origin": "http://localhost:8089", "Sec-Fetch-Site": "same-origin"})
    yield decided(redirect_uri="http://localhost:3000/any/path?and=query")


def refusals() -> Iterator[Call]:
    """Every refusal of the page and of the token endpoint."""
    wrong: tuple[dict[str, str | None], ...] = (
        {"client_id": None},
        {"client_id": "nobody"},
        {"redirect_uri": None},
        {"redirect_uri": "https://localhost:3000/callback"},
        {"redirect_uri": "http://villain.example/<script>"},
        {"response_type": None},
        {"response_type": "id_token"},
        {"scope": "inbox_write everything"},
        {"scope": "clients_read"},
        {"scope": "clients_read", "redirect_uri": OUT_OF_BAND},
    )
    for changes in wrong:
        yield asked(**changes)
        yield decided(**changes)
    yield decided(decision=None)
    yield decided(decision="yes")
    yield decided(account_id=None)
    yield decided(account_id="1,2")
    for headers in ({"Origin": "https://villain.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        yield a_form("/oauth/authorize", APPROVAL, headers=headers)
    grants: tuple[dict[str, str], ...] = (
        {},
        {"grant_type": "password"},
        {"grant_type": "refresh_token"},
        {"grant_type": "refresh_token", "refresh_token": "never-issued"},
        {"grant_type": "authorization_code"},
        {"grant_type": "authorization_code", "code": "never-issued", "redirect_uri": CALLBACK},
        {"grant_type": "client_credentials", "scope": "inbox_write"},
        {"grant_type": "client_credentials", "client_id": "nobody"},
        {"grant_type": "client_credentials", "client_secret": "demo-client-secret"},
    )
    for grant in grants:
        yield token(grant)
    yield coded()
    yield exchanged(redirect_uri="http://localhost:3000/elsewhere")
    for authorization in ("Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Bearer demo"):
        yield a_form("/oauth/token", GRANT, headers={"Authorization": authorization})
    for body in (b"{", b"[]", b"\xff\xfe", b"", b'{"grant_type":5}'):
        yield a_call("POST", "/oauth/token", body, headers={"Content-Type": "application/json"})
    yield a_call("POST", "/oauth/token", b"", headers={"Content-Type": FORM})
    for method, target in (
        ("GET", "/oauth/token"),
        ("DELETE", "/oauth/authorize"),
        ("OPTIONS", "/oauth/authorize"),
        ("POST", "/oauth/revoke"),
    ):
        yield a_call(method, target)
