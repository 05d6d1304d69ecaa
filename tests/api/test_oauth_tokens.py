"""POST /oauth/token: client credentials, how clients authenticate, and every refusal."""

from urllib.parse import urlencode

import pytest

from api.oauth import FORM, Application, an_application, basic, challenge, two_applications
from fake import JSON, Caller, Mock

pytestmark = pytest.mark.both_transports

INVALID_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."
)


@pytest.fixture
def application(mock: Mock) -> Application:
    return an_application(mock.sandbox(two_applications()))


def test_client_credentials_give_a_public_token_and_nothing_to_refresh_it(application: Application) -> None:
    answer = application.token(grant_type="client_credentials")

    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type", "expires_in", "scope", "created_at"]
    assert answer.json["scope"] == "public"


def test_client_credentials_cannot_ask_for_more(application: Application) -> None:
    answer = application.token(grant_type="client_credentials", scope="inbox_write")

    assert answer.status == 401
    assert answer.json["error"] == "invalid_scope"
    assert answer.headers["X-Mock-Why"] == "client credentials give no scope but public"


CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


def test_a_client_authenticates_in_the_form(application: Application) -> None:
    body = urlencode(application.credentials | CLIENT_CREDENTIALS).encode()

    assert application.caller.call("POST", "/token", body, headers=FORM).status == 200


def test_a_client_authenticates_by_http_basic(application: Application) -> None:
    headers = FORM | basic(**application.credentials)

    assert application.caller.call("POST", "/token", urlencode(CLIENT_CREDENTIALS).encode(), headers=headers).status == 200


def test_a_client_authenticates_in_the_query(application: Application) -> None:
    assert application.caller.post("/token", **application.credentials, **CLIENT_CREDENTIALS).status == 200


@pytest.mark.parametrize("query", ["", "grant_type=password"])
def test_of_a_repeated_parameter_the_last_value_counts(application: Application, query: str) -> None:
    sent = [("grant_type", "authorization_code"), *application.credentials.items(), ("grant_type", "client_credentials")]

    assert application.caller.call("POST", f"/token?{query}", urlencode(sent).encode(), headers=FORM).status == 200


def test_of_a_repeated_parameter_of_the_page_of_consent_the_last_value_counts(application: Application) -> None:
    wish = [("state", "first"), *application.wish().items()]

    page = application.caller.call("GET", f"/authorize?{urlencode(wish)}")

    assert (page.status, b'value="xyz"' in page.body, b'value="first"' in page.body) == (200, True, False)


def test_a_client_writes_json(application: Application) -> None:
    answer = application.caller.call(
        "POST", "/token", application.credentials | CLIENT_CREDENTIALS, headers={"Content-Type": "application/json"}
    )

    assert answer.status == 200


def test_a_refresh_by_http_basic_and_json(application: Application) -> None:
    body = {"grant_type": "refresh_token", "refresh_token": application.tokens()["refresh_token"]}

    assert application.caller.call("POST", "/token", body, headers=basic(**application.credentials)).status == 200


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"client_id": None}, "no client_id came with the request"),
        ({"client_id": "nobody"}, "no application of this sandbox has this client_id"),
        ({"client_secret": None}, "no client_secret came with the request"),
        ({"client_secret": "democlientsecret"}, "the client_secret is not the one of this client_id"),
    ],
)
def test_a_client_that_does_not_authenticate_is_refused(application: Application, changes: JSON, why: str) -> None:
    answer = application.token(**CLIENT_CREDENTIALS | changes)

    assert answer.status == 401
    assert answer.json == {"error": "invalid_client", "error_description": INVALID_CLIENT}
    assert answer.headers["X-Mock-Why"] == why


@pytest.mark.parametrize("part", ["client_id", "client_secret"])
def test_credentials_that_are_percent_encoded_in_http_basic_are_told_so(mock: Mock, part: str) -> None:
    named = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}
    encoded = named | {part: named[part].replace("-", "%2D")}

    answer = Caller(mock.transport, base="/oauth").call("POST", "/token", b"grant_type=client_credentials", headers=FORM | basic(**encoded))

    assert answer.json["error"] == "invalid_client"
    assert answer.headers["X-Mock-Why"] == f"the {part} is percent-encoded, and is read as it stands"


def test_the_names_of_the_default_sandbox_count_there_only(application: Application) -> None:
    secret = application.credentials["client_secret"]

    assert application.token(client_id="democlientid", client_secret=secret, **CLIENT_CREDENTIALS).json["error"] == "invalid_client"


@pytest.mark.parametrize("authorization", ["Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Basic /////w==", "Bearer demo", "Nonsense"])
def test_an_authorization_that_cannot_be_read_authenticates_nobody(application: Application, authorization: str) -> None:
    headers = FORM | {"Authorization": authorization}

    answer = application.caller.call("POST", "/token", urlencode(CLIENT_CREDENTIALS).encode(), headers=headers)

    assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("grant_type", "error"),
    [(None, "invalid_request"), ("", "invalid_request"), ("password", "unsupported_grant_type"), ("implicit", "unsupported_grant_type")],
)
def test_another_grant_type_is_refused(application: Application, grant_type: str | None, error: str) -> None:
    answer = application.token(grant_type=grant_type)

    assert answer.status == 401
    assert answer.json["error"] == error
    assert answer.json["error_description"]


def test_a_refresh_needs_a_refresh_token(application: Application) -> None:
    answer = application.token(grant_type="refresh_token")

    assert answer.json == {"error": "invalid_request", "error_description": "Missing required parameter: refresh_token."}


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"grant_type=client_credentials"])
def test_a_body_that_is_neither_form_nor_object_is_refused(application: Application, body: bytes) -> None:
    answer = application.caller.call("POST", "/token", body, headers={"Content-Type": "application/json"})

    assert answer.status == 401
    assert answer.json == {"error": "invalid_request", "error_description": "The body is neither a form nor a JSON object."}


def test_an_empty_body_is_told_what_is_missing(application: Application) -> None:
    answer = application.caller.post("/token")

    assert answer.json == {"error": "invalid_request", "error_description": "Missing required parameter: grant_type."}


@pytest.mark.parametrize("value", [None, 5, [1], {"a": 1}, True])
def test_a_parameter_of_another_type_is_refused_like_an_unknown_one(application: Application, value: object) -> None:
    body = application.credentials | {"grant_type": "refresh_token", "refresh_token": value}

    answer = application.caller.call("POST", "/token", body, headers={"Content-Type": "application/json"})

    assert answer.status == 401
    assert answer.json["error"] in {"invalid_request", "invalid_grant"}


def test_a_refusal_carries_the_challenge_and_is_not_to_be_stored(application: Application) -> None:
    answer = application.refresh("never-issued")

    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"
    assert answer.headers["WWW-Authenticate"].startswith(
        'Bearer realm="Doorkeeper", error="invalid_grant", error_description="The provided'
    )


def test_token_calls_do_not_spend_the_rate_limit(application: Application) -> None:
    token = application.tokens()
    application.refresh(token["refresh_token"])

    assert application.api(token["access_token"]).get("/me").headers["X-RateLimit-Remaining"] == "999"


UNAUTHORIZED = {"errors": [{"code": "unauthorized"}]}


def test_an_access_token_lives_for_two_hours(application: Application) -> None:
    api = application.api(application.tokens()["access_token"])

    application.sandbox.advance("7199s")

    assert api.get("/me").status == 200


def test_an_expired_access_token_is_told_so(application: Application) -> None:
    api = application.api(application.tokens()["access_token"])

    application.sandbox.advance("7201s")

    assert api.get("/me").status == 401
    assert api.get("/me").json == UNAUTHORIZED
    assert api.get("/me").headers["WWW-Authenticate"] == challenge("The access token expired")


def test_an_expired_access_token_is_replaced_by_refreshing(application: Application) -> None:
    token = application.tokens()
    application.sandbox.advance("7201s")

    new = application.refresh(token["refresh_token"]).json

    assert application.api(new["access_token"]).get("/me").status == 200


def test_a_revoked_access_token_is_told_so(application: Application) -> None:
    token = application.tokens()["access_token"]

    assert application.sandbox.admin.delete(f"/tokens/{token}").status == 204

    assert application.api(token).get("/me").json == UNAUTHORIZED
    assert application.api(token).get("/me").headers["WWW-Authenticate"] == challenge("The access token was revoked")


def test_a_revoked_token_that_expired_was_revoked(application: Application) -> None:
    token = application.tokens()["access_token"]
    application.sandbox.admin.delete(f"/tokens/{token}")
    application.sandbox.advance("3h")

    assert application.api(token).get("/me").headers["WWW-Authenticate"] == challenge("The access token was revoked")


def test_an_unknown_access_token_is_invalid(application: Application) -> None:
    for token in ("never-issued", application.sandbox.id + "f" * 52, application.tokens()["refresh_token"]):
        answer = application.api(token).get("/me")

        assert answer.status == 401
        assert answer.json == UNAUTHORIZED
        assert answer.headers["WWW-Authenticate"] == challenge("The access token is invalid")


@pytest.mark.parametrize("authorization", [None, "Bearer", "Basic ZGVtbzpkZW1v", "demo"])
def test_a_401_says_that_no_token_came(mock: Mock, authorization: str | None) -> None:
    answer = mock.caller().call("GET", "/me", headers={} if authorization is None else {"Authorization": authorization})

    assert answer.headers["X-Mock-Why"] == "no token came with the request: it is sent as Authorization: Bearer TOKEN"


def test_a_401_says_what_is_wrong_with_the_token(application: Application) -> None:
    expired, revoked = application.tokens()["access_token"], application.tokens()["access_token"]
    application.sandbox.admin.delete(f"/tokens/{revoked}")
    application.sandbox.advance("7201s")
    began, ended = "2030-06-01T12:00:00Z", "2030-06-01T14:00:00Z"

    why = [application.api(token).get("/me").headers["X-Mock-Why"] for token in ("never-issued", expired, revoked)]

    assert why == ["no sandbox of this server knows the token", f"the token expired at {ended}", f"the token was revoked at {began}"]
    assert [entry["why"] for entry in application.sandbox.handle.journal()[-2:]] == why[1:]


def test_a_token_of_a_deleted_sandbox_is_invalid(application: Application) -> None:
    token = application.tokens()["access_token"]
    application.sandbox.admin.delete("")

    assert application.api(token).get("/me").headers["WWW-Authenticate"] == challenge("The access token is invalid")


def test_tokens_outlive_a_reset(application: Application) -> None:
    token = application.tokens()

    application.sandbox.admin.post("/reset")

    assert application.api(token["access_token"]).get("/me").status == 200
    assert application.refresh(token["refresh_token"]).status == 200


@pytest.mark.parametrize(
    "joined", ["inbox_write,bookings_read", "inbox_write, bookings_read", "inbox_write+bookings_read", "inbox_write%20bookings_read"]
)
def test_scopes_that_are_joined_by_anything_but_blanks_are_told_so(application: Application, joined: str) -> None:
    old = application.tokens()["refresh_token"]

    for answer in (application.ask(scope=joined), application.refresh(old, scope=joined)):
        assert answer.headers["X-Mock-Why"] == "separate scopes by blanks: inbox_write bookings_read"


@pytest.mark.parametrize("scope", ["inbox_write,everything", "clients_read", ","])
def test_scopes_that_are_none_are_not_taken_for_joined_ones(application: Application, scope: str) -> None:
    assert "the application does not have every scope" in application.ask(scope=scope).headers["X-Mock-Why"]
