"""The authorization code: from the consent page to a token that works."""

from urllib.parse import urlencode

import pytest

from api.oauth import CALLBACK, FORM, OUT_OF_BAND, Application, Form, an_application, basic, told, two_applications
from fake import Caller, Mock, Sandbox

INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


@pytest.fixture
def application(mock: Mock) -> Application:
    return an_application(mock.sandbox(two_applications()))


def test_a_person_walks_from_the_page_to_a_working_token(application: Application) -> None:
    page = application.ask(account_id=1)
    form = Form(page)
    sent = {**form.fields, "account_id": form.chosen, "decision": "approve"}
    browser = Caller(application.sandbox.transport, base="")
    back = browser.call("POST", form.action, urlencode(sent).encode(), headers=FORM | {"Origin": application.sandbox.transport.root})
    answer = application.exchange(told(back)["code"])

    assert back.headers["Location"].startswith(f"{CALLBACK}?code=")
    assert told(back)["state"] == "xyz"
    assert application.api(answer.json["access_token"]).get("/inbox/conversations").status == 200


def test_a_token_is_answered_as_the_api_answers_it(application: Application) -> None:
    application.sandbox.advance("1h")

    answer = application.exchange(application.code())

    assert list(answer.json) == ["access_token", "token_type", "expires_in", "refresh_token", "scope", "created_at"]
    assert answer.json["token_type"] == "bearer"
    assert answer.json["expires_in"] == 7200
    assert answer.json["scope"] == "inbox_write bookings_read"
    assert answer.json["created_at"] == 1906549200
    assert len(answer.json["access_token"]) == len(answer.json["refresh_token"]) == 64


def test_an_answer_with_a_token_is_not_to_be_stored(application: Application) -> None:
    answer = application.exchange(application.code())

    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"
    assert answer.headers["X-Request-Id"]
    assert "X-RateLimit-Limit" not in answer.headers


def test_a_token_belongs_to_the_account_that_was_chosen(application: Application) -> None:
    token = application.tokens(account_id=2)["access_token"]

    assert application.api(token).get("/accounts").ids == [2]


def test_consent_installs_the_application(application: Application) -> None:
    before = application.api(application.token(grant_type="client_credentials").json["access_token"])
    assert before.get("/accounts").ids == [1]

    application.code(account_id=2)

    assert before.get("/accounts").ids == [1, 2]


def test_a_token_has_the_scopes_that_were_granted_and_no_others(application: Application) -> None:
    api = application.api(application.tokens(scope="bookings_read")["access_token"])

    assert api.get("/bookings").status == 200
    assert api.get("/inbox/messages").status == 403


@pytest.mark.parametrize("scope", [None, "", "public"])
def test_without_a_scope_the_token_is_public(application: Application, scope: str | None) -> None:
    assert application.tokens(scope=scope)["scope"] == "public"


def test_a_state_that_was_not_sent_does_not_come_back(application: Application) -> None:
    assert list(told(application.decide(state=None))) == ["code"]


def test_a_state_comes_back_as_it_was(application: Application) -> None:
    assert told(application.decide(state="a b&c=ü\r\nX: y"))["state"] == "a b&c=ü\r\nX: y"


def test_a_query_of_the_redirect_uri_is_kept(application: Application) -> None:
    answer = application.decide(redirect_uri=f"{CALLBACK}?tenant=5")

    assert answer.headers["Location"].startswith(f"{CALLBACK}?tenant=5&code=")


def test_out_of_band_the_code_is_shown(application: Application) -> None:
    page = application.decide(redirect_uri=OUT_OF_BAND)
    code = page.body.decode().partition('<code id="code">')[2][:64]

    assert page.status == 200
    assert "Location" not in page.headers
    assert application.exchange(code, redirect_uri=OUT_OF_BAND).status == 200


def test_a_code_is_good_once(application: Application) -> None:
    code = application.code()
    application.exchange(code)

    again = application.exchange(code)

    assert again.status == 401
    assert again.json == {"error": "invalid_grant", "error_description": INVALID_GRANT}
    assert again.headers["X-Mock-Why"] == "the code was used or revoked at 2030-06-01T12:00:00Z"


def test_a_code_is_good_for_ten_minutes(application: Application) -> None:
    code, late = application.code(), application.code()

    application.sandbox.advance("599s")
    assert application.exchange(code).status == 200

    application.sandbox.advance("1s")
    assert application.exchange(late).json["error"] == "invalid_grant"


def test_a_code_is_for_one_redirect_uri(application: Application) -> None:
    answer = application.exchange(application.code(), redirect_uri="http://localhost:3000/elsewhere")

    assert answer.status == 401
    assert answer.json["error"] == "invalid_grant"


def test_a_refused_exchange_does_not_use_the_code_up(application: Application) -> None:
    code = application.code()

    application.exchange(code, redirect_uri="http://localhost:3000/elsewhere")

    assert application.exchange(code).status == 200


def test_a_code_is_for_one_application(application: Application) -> None:
    answer = an_application(application.sandbox, "Rival").exchange(application.code())

    assert answer.status == 401
    assert answer.json["error"] == "invalid_grant"
    assert answer.headers["X-Mock-Why"] == "the code was issued to another application"


def test_a_code_of_another_sandbox_is_unknown(mock: Mock, application: Application) -> None:
    other = an_application(mock.sandbox(two_applications()))

    answer = application.exchange(other.code())

    assert answer.json["error"] == "invalid_grant"
    assert answer.headers["X-Mock-Why"] == "the code is unknown in the sandbox of this client_id"


def test_a_refresh_token_is_no_code(application: Application) -> None:
    assert application.exchange(application.tokens()["refresh_token"]).json["error"] == "invalid_grant"


def test_a_code_is_no_access_token(application: Application) -> None:
    assert application.api(application.code()).get("/me").status == 401


@pytest.mark.parametrize("parameter", ["code", "redirect_uri"])
def test_an_exchange_needs_its_parameters(application: Application, parameter: str) -> None:
    answer = application.exchange(application.code(), **{parameter: None})

    assert answer.status == 401
    assert answer.json == {"error": "invalid_request", "error_description": f"Missing required parameter: {parameter}."}


def test_the_default_sandbox_knows_its_application_by_name(mock: Mock) -> None:
    application = an_application(Sandbox(mock.transport, mock.admin.get("/sandboxes/default").json))

    assert application.credentials == {"client_id": "democlientid", "client_secret": "democlientsecret"}
    assert application.api(application.tokens()["access_token"]).get("/me").status == 200


def test_its_credentials_need_no_encoding_anywhere(mock: Mock) -> None:
    application = an_application(Sandbox(mock.transport, mock.admin.get("/sandboxes/default").json))

    assert all(text.isalnum() and text.isascii() for text in application.credentials.values())


def test_the_credentials_of_version_0_2_are_as_good(mock: Mock) -> None:
    application = an_application(Sandbox(mock.transport, mock.admin.get("/sandboxes/default").json))
    former = {"client_id": "demo-client-id", "client_secret": "demo-client-secret"}

    code = told(application.decide(client_id="demo-client-id"))["code"]

    assert application.ask(client_id="demo-client-id", scope="public").status == 200
    assert application.exchange(code, **former).status == 200
    assert application.caller.call("POST", "/token", b"grant_type=client_credentials", headers=FORM | basic(**former)).status == 200


def test_the_journal_tells_the_former_credentials_as_the_present_ones(mock: Mock) -> None:
    application = an_application(Sandbox(mock.transport, mock.admin.get("/sandboxes/default").json))
    before = application.sandbox.handle.journal()
    application.token(grant_type="client_credentials", client_id="demo-client-id", client_secret="demo-client-secret")
    application.token(grant_type="client_credentials")

    former, present = application.sandbox.handle.journal()[len(before) :]

    assert former["application_id"] == present["application_id"] is not None
    assert former["request"]["body"]["client_secret"] == present["request"]["body"]["client_secret"]
