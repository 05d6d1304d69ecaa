"""/applications, /accounts, /rentals, /me and /auth."""

import pytest

from builders import a_body, a_scenario
from fake import Caller, Mock, Sandbox

TWO = a_scenario(
    accounts=[{"id": 1, "business_name": "Villas"}, {"id": 2, "business_name": "Chalets", "inbox_email": "chalets@example.com"}],
    applications=[{"id": 17, "name": "Mine", "client": True}, {"id": 18, "name": "Theirs", "accounts": [2]}],
    rentals=[{"id": 16}, {"id": 17, "account": 2}, {"id": 18, "account": 2, "published": False}],
)


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """Two accounts; the client's own application on both, another on the second; a rental each, and one that is not published."""
    return mock.sandbox(TWO)


@pytest.fixture
def public(sandbox: Sandbox) -> Caller:
    """The client's own application with client credentials."""
    mine = sandbox.application("Mine")
    form = f"grant_type=client_credentials&client_id={mine['client_id']}&client_secret={mine['client_secret']}".encode()
    answer = sandbox.transport.send("POST", "/oauth/token", {"Content-Type": "application/x-www-form-urlencoded"}, form)
    return Caller(sandbox.transport, answer.json["access_token"])


# Applications


def test_a_client_learns_which_channel_an_application_is(sandbox: Sandbox) -> None:
    answer = sandbox.api.get("/applications")

    assert {record["id"]: record["name"] for record in answer.records} == {17: "Mine", 65: "Airbnb", 66: "Booking.com"}
    assert answer.records[1] | {"default_price_increase": "0.0"} == answer.records[1]
    assert "links" not in answer.json
    assert "links" not in answer.records[0]


def test_only_installed_applications_show(sandbox: Sandbox) -> None:
    other = sandbox.api_with("applications_read", account_id=2)

    assert sandbox.api.get("/applications/18").status == 404
    assert other.get("/applications/18").record["name"] == "Theirs"


@pytest.mark.parametrize(
    ("written", "status"), [("5.5", 200), (5.5, 200), ("0.1", 200), ("0", 422), ("-1", 422), ("100", 422), ("99.99", 200), ("much", 422)]
)
def test_a_price_increase_lies_between_nothing_and_a_hundred(sandbox: Sandbox, written: object, status: int) -> None:
    answer = sandbox.api.put("/applications/65", a_body("applications", default_price_increase=written, name="X"))

    assert answer.status == status
    if status == 200:
        assert (answer.record["default_price_increase"], answer.record["name"]) == (str(written), "Airbnb")


def test_applications_take_their_own_scopes_and_are_barred_for_client_credentials(sandbox: Sandbox, public: Caller) -> None:
    body = a_body("applications", default_price_increase="5.5")

    assert sandbox.api_with("inbox_write").get("/applications").status == 403
    assert sandbox.api_with("applications_read").put("/applications/65", body).status == 403
    assert sandbox.api_with("applications_write").put("/applications/65", body).status == 200
    assert public.get("/applications").status == 403


# Accounts


def test_a_token_sees_its_own_account(sandbox: Sandbox) -> None:
    answer = sandbox.api.get("/accounts")

    assert [(record["id"], record["business_name"]) for record in answer.records] == [(1, "Villas")]
    assert "links" not in answer.json
    assert "links" not in answer.record
    assert sandbox.api.get("/accounts/2").status == 404


def test_an_account_shows_what_the_table_lists(sandbox: Sandbox) -> None:
    account = sandbox.api.get("/accounts/1").record

    texts = {
        "business_name",
        "email",
        "status",
        "website",
        "address1",
        "address2",
        "city",
        "zip",
        "state",
        "country_code",
        "default_locale",
    }
    assert account.keys() == texts | {
        "id", "selected_locales", "demo", "test", "inbox_email", "phones", "preferences", "created_at", "updated_at",
    }  # fmt: skip
    assert account["phones"].keys() == {"phone", "mobile", "fax"}
    assert account["preferences"]["bookings"].keys() == {
        "default_arrival_time", "default_arrival_end_time", "default_departure_time", "default_communication_locale",
    }  # fmt: skip
    assert account["status"] in {"trial", "paying", "suspended"}


@pytest.mark.parametrize(("scope", "shown"), [("public", False), ("bookings_read", False), ("inbox_read", True), ("inbox_write", True)])
def test_the_inbox_address_takes_a_scope_of_the_inbox(sandbox: Sandbox, scope: str, shown: object) -> None:
    account = sandbox.api_with(scope, account_id=2).get("/accounts/2").record

    assert (account.get("inbox_email") == "chalets@example.com") is shown
    assert ("inbox_email" in account) is shown


def test_client_credentials_see_all_accounts(public: Caller) -> None:
    assert public.get("/accounts").ids == [1, 2]
    assert public.get("/accounts/2").record["business_name"] == "Chalets"
    assert public.get("/accounts", updated_since="2030-01-01").meta["deleted_ids"] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_accounts_are_read_only(sandbox: Sandbox, method: str) -> None:
    path = "/accounts" if method == "POST" else "/accounts/1"

    assert sandbox.api.call(method, path, a_body("accounts", business_name="X")).status == 405


# Rentals


def test_rentals_of_the_account_show_published_or_not(sandbox: Sandbox) -> None:
    answer = sandbox.api_with("public", account_id=2).get("/rentals")

    assert answer.ids == [17, 18]
    assert answer.headers["X-Per-Page"] == "50"
    assert answer.records[0]["links"]["account"] == 2
    assert answer.records[1]["published_at"] is None
    assert "timezone" not in answer.records[0]


def test_client_credentials_see_the_published_rentals_of_all_accounts(public: Caller) -> None:
    assert public.get("/rentals").ids == [16, 17]
    assert public.get("/rentals/18").status == 404


def test_several_rentals_by_id(sandbox: Sandbox) -> None:
    assert sandbox.api_with("public", account_id=2).get("/rentals/18,16,17").ids == [17, 18]


# Me and auth


def test_me_is_the_installation_and_has_no_id(sandbox: Sandbox) -> None:
    root = sandbox.transport.root
    address = f"{root}/api/v3/me?page=1"

    assert sandbox.api.get("/me").json == {
        "links": {"accounts_applications.account": f"{root}/api/v3/accounts/{{accounts_applications.account}}"},
        "accounts_applications": [{"links": {"account": 1}, "partnership_invoice_recipient": "account"}],
        "meta": {"Link": {"first": address, "last": address}, "X-Total-Pages": "1", "X-Total-Count": "1", "X-Per-Page": "100"},
    }


def test_auth_is_one_object_that_tells_what_the_token_is_worth(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())

    found = sandbox.api_with("public", "rentals_read").get("/auth").json["auth"]

    assert found == {"account_id": 1, "accounts_user_id": 2, "scopes": ["public", "rentals_read"], "user_id": 2}


@pytest.mark.parametrize("path", ["/me", "/auth", "/accounts", "/rentals", "/bookings"])
def test_a_public_token_is_enough(sandbox: Sandbox, path: str) -> None:
    assert sandbox.api_with("public").get(path).status == 200


@pytest.mark.parametrize(
    "path", ["/inbox/conversations", "/inbox/messages", "/inbox/participants", "/inbox/attachments", "/hosts", "/clients", "/inquiries"]
)
def test_client_credentials_do_not_reach_the_inbox(public: Caller, path: str) -> None:
    assert public.get(path).status == 403
