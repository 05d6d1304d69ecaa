"""GET and POST /oauth/authorize: the page, who may send its form, and where it may lead."""

import pytest

from api.oauth import CALLBACK, OUT_OF_BAND, Application, Form, an_application, told, two_applications
from fake import JSON, Mock

pytestmark = pytest.mark.both_transports


@pytest.fixture
def application(mock: Mock) -> Application:
    return an_application(mock.sandbox(two_applications()))


def test_the_page_names_the_application_the_scopes_and_the_accounts(application: Application) -> None:
    page = application.ask()
    text = page.body.decode()

    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Authorise Your application?</h1>" in text
    assert "<code>inbox_write</code>: read and change inbox" in text
    assert "<code>bookings_read</code>: read bookings" in text
    assert Form(page).accounts == ["1", "2"]


def test_the_account_id_preselects(application: Application) -> None:
    assert Form(application.ask(account_id=2)).chosen == "2"


@pytest.mark.parametrize("account_id", [None, 3, "1,2x", "me"])
def test_without_a_good_account_id_nothing_is_preselected(application: Application, account_id: object) -> None:
    page = application.ask(account_id=account_id)

    assert page.status == 200
    assert Form(page).chosen is None


def test_the_only_account_is_preselected(mock: Mock) -> None:
    assert Form(an_application(mock.sandbox()).ask()).chosen == "1"


def test_the_page_cannot_be_stored_framed_or_scripted(application: Application) -> None:
    headers = application.ask().headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_what_is_shown_is_escaped(mock: Mock) -> None:
    name = "<script>alert(1)</script>"
    villain = {"id": 17, "name": name, "client": True}
    application = an_application(mock.sandbox(two_applications() | {"applications": [villain]}), name)

    page = application.ask(state='"><script>alert(2)</script>')

    assert b"<script>" not in page.body
    assert Form(page).fields["state"] == '"><script>alert(2)</script>'


def test_a_refused_redirect_uri_is_escaped(application: Application) -> None:
    assert b"<script>" not in application.ask(redirect_uri="http://example.com/<script>").body


def test_denying_tells_the_application(application: Application) -> None:
    answer = application.decide("deny", account_id=None)

    assert answer.headers["Location"].startswith(CALLBACK)
    assert told(answer)["error"] == "access_denied"
    assert told(answer)["state"] == "xyz"


def test_denying_out_of_band_is_a_page(application: Application) -> None:
    answer = application.decide("deny", redirect_uri=OUT_OF_BAND)

    assert answer.status == 400
    assert b"access_denied" in answer.body


def test_showing_the_page_grants_nothing(application: Application) -> None:
    application.ask(decision="approve")

    assert application.ask(decision="approve").status == 200


@pytest.mark.parametrize("decision", [None, "", "yes"])
def test_a_form_without_a_decision_leads_nowhere(application: Application, decision: str | None) -> None:
    answer = application.decide(decision)

    assert answer.status == 400
    assert b"decision is approve or deny" in answer.body


@pytest.mark.parametrize("account_id", [None, "", 3, "me", "1,2"])
def test_approving_takes_one_account_of_the_sandbox(application: Application, account_id: object) -> None:
    answer = application.decide(account_id=account_id)

    assert answer.status == 400
    assert b"account_id is the id of an account of this sandbox: 1, 2." in answer.body


def test_the_only_account_needs_no_choice(mock: Mock) -> None:
    assert "code" in told(an_application(mock.sandbox()).decide(account_id=None))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://villain.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_page_of_another_site_cannot_give_consent(application: Application, headers: JSON) -> None:
    answer = application.decide(headers=headers)

    assert answer.status == 403
    assert "Location" not in answer.headers


def test_the_own_page_can_give_consent(application: Application) -> None:
    headers = {"Origin": application.sandbox.transport.root, "Sec-Fetch-Site": "same-origin"}

    assert "code" in told(application.decide(headers=headers))


@pytest.mark.parametrize("client_id", [None, "", "nobody", "0" * 64])
def test_an_unknown_application_is_sent_nowhere(application: Application, client_id: str | None) -> None:
    for answer in (application.ask(client_id=client_id), application.decide(client_id=client_id)):
        assert answer.status == 401
        assert "Location" not in answer.headers
        assert b"Client authentication failed" in answer.body


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost",
        "http://localhost/",
        "http://localhost:3000/any/path?and=query",
        "http://127.0.0.1:5000/callback",
        OUT_OF_BAND,
    ],
)
def test_this_machine_is_registered_on_every_port_and_path(application: Application, redirect_uri: str) -> None:
    assert application.ask(redirect_uri=redirect_uri).status == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        None,
        "",
        "/callback",
        "https://localhost:3000/callback",
        "http://localhost.villain.example/",
        "http://villain.example/localhost",
        "http://localhost@villain.example/",
        "http://user:secret@localhost/",
        "http://villain.example\\@localhost/",
        "http://localhost:3000/callback#fragment",
        "http://localhost:99999/",
        "http://[localhost/",
        "http://localhost/\r\nSet-Cookie: a=b",
        "http://localhost/ü",
        "javascript:alert(1)",
        f"{OUT_OF_BAND}:auto",
    ],
)
def test_anything_else_is_sent_nowhere(application: Application, redirect_uri: str | None) -> None:
    for answer in (application.ask(redirect_uri=redirect_uri), application.decide(redirect_uri=redirect_uri)):
        assert answer.headers["X-Mock-Why"].startswith("the application has not registered this redirect_uri: it has ")
        assert answer.status == 400
        assert "Location" not in answer.headers
        assert b"Registered by Your application: urn:ietf:wg:oauth:2.0:oob, http://localhost, http://127.0.0.1" in answer.body


REGISTERED = ["https://app.example.com/callback", "https://villas.example.com", "http://localhost:4000", "myapp://callback"]


@pytest.mark.parametrize(
    ("redirect_uri", "status"),
    [
        ("https://app.example.com/callback", 200),
        ("https://app.example.com/callback/more", 400),
        ("https://app.example.com/", 400),
        ("https://villas.example.com/any/path", 200),
        ("https://villas.example.com:8443/any/path", 400),
        ("https://more.villas.example.com/", 400),
        ("http://localhost:4000/callback", 200),
        ("http://localhost:3000/callback", 400),
        ("myapp://callback", 200),
        ("myapp://elsewhere", 400),
    ],
)
def test_a_registered_uri_stands_for_itself_or_for_its_host(mock: Mock, redirect_uri: str, status: int) -> None:
    own = {"id": 17, "name": "Your application", "client": True, "redirect_uris": REGISTERED}
    application = an_application(mock.sandbox(two_applications() | {"applications": [own]}))

    assert application.ask(redirect_uri=redirect_uri).status == status


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"scope": "inbox_write everything"}, "invalid_scope"),
        ({"scope": "clients_read"}, "invalid_scope"),
    ],
)
def test_other_mistakes_are_told_to_the_application(application: Application, changes: JSON, error: str) -> None:
    for answer in (application.ask(**changes), application.decide(**changes)):
        assert told(answer)["error"] == error
        assert told(answer)["state"] == "xyz"


def test_a_scope_that_the_application_lacks_is_explained(application: Application) -> None:
    answer = application.ask(scope="clients_read")

    assert answer.headers["X-Mock-Why"] == "the application does not have every scope asked for: it has public inbox_write bookings_read"


def test_out_of_band_mistakes_are_shown(application: Application) -> None:
    answer = application.ask(redirect_uri=OUT_OF_BAND, scope="clients_read")

    assert answer.status == 400
    assert b"invalid_scope" in answer.body


def test_the_implicit_flow_brings_a_token_in_the_fragment(application: Application) -> None:
    answer = application.decide(response_type="token")
    found = told(answer)

    assert answer.headers["Location"].startswith(f"{CALLBACK}#access_token=")
    assert list(found) == ["access_token", "token_type", "expires_in", "scope", "state"]
    assert (found["token_type"], found["expires_in"]) == ("bearer", "7200")
    assert (found["scope"], found["state"]) == ("inbox_write bookings_read", "xyz")
    assert application.api(found["access_token"]).get("/inbox/messages").status == 200


def test_the_implicit_flow_tells_mistakes_in_the_fragment(application: Application) -> None:
    answer = application.decide("deny", response_type="token")

    assert answer.headers["Location"].startswith(f"{CALLBACK}#error=access_denied")


def test_the_implicit_flow_shows_the_token_out_of_band(application: Application) -> None:
    page = application.decide(response_type="token", redirect_uri=OUT_OF_BAND)

    assert page.status == 200
    assert b'<code id="access_token">' in page.body


def test_a_token_of_the_implicit_flow_expires(application: Application) -> None:
    token = told(application.decide(response_type="token"))["access_token"]

    application.sandbox.advance("7201s")

    assert application.api(token).get("/me").status == 401


@pytest.mark.parametrize(("method", "path"), [("GET", "/token"), ("PUT", "/token"), ("DELETE", "/authorize"), ("OPTIONS", "/authorize")])
def test_other_methods_are_refused_in_the_format_of_the_api(application: Application, method: str, path: str) -> None:
    answer = application.caller.call(method, path)

    assert answer.status == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.errors[0]["code"] == "method_not_allowed"


def test_there_is_no_revocation_endpoint(application: Application) -> None:
    assert application.caller.post("/revoke").status == 404


def test_an_application_that_was_authorised_once_is_authorised_again_without_asking(application: Application) -> None:
    application.decide(account_id=1)

    again = application.ask(account_id=1, state="again")

    assert told(again)["state"] == "again"
    assert application.exchange(told(again)["code"]).status == 200


def test_it_is_authorised_again_regardless_of_the_flow(application: Application) -> None:
    application.decide(account_id=1, response_type="token")

    assert "code" in told(application.ask(account_id=1))
    assert "access_token" in told(application.ask(account_id=1, response_type="token"))


def test_out_of_band_the_code_is_shown_again_without_asking(application: Application) -> None:
    application.decide(account_id=1)

    assert b'<code id="code">' in application.ask(account_id=1, redirect_uri=OUT_OF_BAND).body


def test_the_only_account_needs_no_name_to_be_authorised_again(mock: Mock) -> None:
    application = an_application(mock.sandbox())
    application.decide(account_id=None)

    assert "code" in told(application.ask())


def test_the_order_of_scopes_does_not_matter_to_consent(application: Application) -> None:
    application.decide(account_id=1, scope="inbox_write bookings_read")

    assert "code" in told(application.ask(account_id=1, scope="bookings_read inbox_write"))


@pytest.mark.parametrize(
    "changes",
    [{"account_id": 2}, {"account_id": None}, {"scope": "inbox_write"}, {"scope": "inbox_write bookings_read public"}],
    ids=str,
)
def test_who_has_not_authorised_this_is_asked(application: Application, changes: JSON) -> None:
    application.decide(account_id=1)

    assert Form(application.ask(**{"account_id": 1} | changes)).accounts == ["1", "2"]


def test_an_application_is_asked_for_by_itself(application: Application) -> None:
    application.decide(account_id=1)

    assert an_application(application.sandbox, "Rival").ask(account_id=1).status == 200


def test_what_was_denied_is_asked_again(application: Application) -> None:
    application.decide("deny", account_id=1)

    assert application.ask(account_id=1).status == 200


def test_mistakes_are_told_to_an_application_that_was_authorised_before(application: Application) -> None:
    application.decide(account_id=1)

    assert told(application.ask(account_id=1, response_type="id_token"))["error"] == "unsupported_response_type"


def test_who_has_uninstalled_the_application_is_asked_again(mock: Mock) -> None:
    application = an_application(mock.sandbox(two_applications(timeline=[{"at": "1h", "application_uninstalled": {"account": 1}}])))
    application.decide(account_id=1)
    assert application.ask(account_id=1).status == 302

    application.sandbox.advance("1h")

    assert application.ask(account_id=1).status == 200


def test_consent_outlives_a_token_that_was_revoked(application: Application) -> None:
    application.sandbox.admin.delete(f"/tokens/{application.tokens(account_id=1)['access_token']}")

    assert "code" in told(application.ask(account_id=1))
