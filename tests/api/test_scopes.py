"""What each scope opens, and what it leaves closed."""

from typing import Any

import pytest

from api.bookings.stays import PUBLIC, PUBLIC_LINKS
from api.oauth import an_application
from builders import a_booking, a_scenario
from fake import JSON, Answer, Caller, Mock, Sandbox
from inbox_mock.api.operation import Operation
from inbox_mock.api.operations import OPERATIONS
from inbox_mock.domain.access import ALL_SCOPES, expand_scopes, parse_scopes, scope_in_words

NAMES = [operation.name for operation in OPERATIONS]
CLOSED = [operation for operation in OPERATIONS if "public" not in operation.scopes]
OPENED = [(operation, scope) for operation in OPERATIONS for scope in ALL_SCOPES if scope in operation.scopes]
IMPLIED = [
    (operation, scope)
    for operation in OPERATIONS
    for scope in ALL_SCOPES
    if scope.endswith("_write") and scope not in operation.scopes and not expand_scopes(scope).isdisjoint({*operation.scopes} - {"public"})
]
FORBIDDEN = [{"code": "forbidden"}]


def call(caller: Caller, operation: Operation) -> Answer:
    """Call an operation on a record that may not exist, with a body that says nothing."""
    return caller.call(operation.method, operation.rule.replace("<ids>", "1").replace("<rental_id>", "1"))


def named(values: list[tuple[Operation, str]]) -> list[Any]:
    return [pytest.param(operation, scope, id=f"{operation.name}-{scope}") for operation, scope in values]


@pytest.mark.parametrize("operation", CLOSED, ids=lambda operation: operation.name)
def test_every_other_scope_together_does_not_open_an_operation(mock: Mock, operation: Operation) -> None:
    others = [scope for scope in ALL_SCOPES if expand_scopes(scope).isdisjoint(operation.scopes)]

    answer = call(mock.sandbox().api_with(*others), operation)

    assert answer.status == 403
    assert answer.errors == FORBIDDEN
    assert answer.headers["Content-Type"] == "application/vnd.api+json; charset=utf-8"
    assert answer.headers["X-RateLimit-Remaining"] == "999"


@pytest.mark.parametrize(("operation", "scope"), named(OPENED))
def test_each_of_its_scopes_alone_opens_an_operation(mock: Mock, operation: Operation, scope: str) -> None:
    assert call(mock.sandbox().api_with(scope), operation).status not in {401, 403}


@pytest.mark.parametrize(("operation", "scope"), named(IMPLIED))
def test_write_implies_read(mock: Mock, operation: Operation, scope: str) -> None:
    assert operation.method == "GET"
    assert call(mock.sandbox().api_with(scope), operation).status not in {401, 403}


@pytest.mark.parametrize("operation", [operation for operation in OPERATIONS if operation.method != "GET"], ids=lambda found: found.name)
def test_read_never_implies_write(mock: Mock, operation: Operation) -> None:
    reader = mock.sandbox().api_with("public", *(scope for scope in ALL_SCOPES if scope.endswith("_read")))

    assert call(reader, operation).errors == FORBIDDEN


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_a_public_token_opens_public_operations_only(mock: Mock, operation: Operation) -> None:
    answer = call(mock.sandbox().api_with(), operation)

    assert (answer.status == 403) == ("public" not in operation.scopes)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_client_credentials_open_public_operations_only(mock: Mock, operation: Operation) -> None:
    answer = call(client_credentials(mock.sandbox()), operation)

    assert (answer.status == 403) == ("public" not in operation.scopes)


def test_the_scope_of_an_operation_is_asked_before_its_body_is_read(mock: Mock) -> None:
    assert mock.sandbox().api_with("inbox_read").post("/inbox/messages", b"{").errors == FORBIDDEN


def test_the_inbox_has_no_scope_for_own_records() -> None:
    assert "inbox_write_owned" not in ALL_SCOPES


@pytest.mark.parametrize("scope", ["bookings_write_owned", "inquiries_write_owned"])
def test_owned_scopes_imply_no_other(scope: str) -> None:
    assert expand_scopes(scope) == {"public", scope}


def test_scopes_are_separated_by_spaces_and_each_counts_once() -> None:
    assert parse_scopes(" inbox_read  public inbox_read ") == ("inbox_read", "public")


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("public", "read what is public"),
        ("inbox_read", "read inbox"),
        ("preferences_payments_write", "read and change preferences payments"),
        ("bookings_write_owned", "read and change its own bookings"),
    ],
)
def test_a_scope_is_explained_to_whoever_grants_it(scope: str, words: str) -> None:
    assert scope_in_words(scope) == words


# Client credentials


def client_credentials(sandbox: Sandbox) -> Caller:
    application = an_application(sandbox)
    return application.api(application.token(grant_type="client_credentials").json["access_token"])


@pytest.fixture
def agencies(mock: Mock) -> Sandbox:
    """Two accounts of which the client's own application is installed on the first and the second, and a third without it."""
    return mock.sandbox(
        a_scenario(
            accounts=[{"id": number, "business_name": f"Agency {number}"} for number in (1, 2, 3)],
            applications=[{"id": 17, "name": "Your application", "client": True, "accounts": [1, 2]}],
            rentals=[
                {"id": 16, "account": 1, "name": "Chalet"},
                {"id": 17, "account": 1, "name": "Secret", "published": False},
                {"id": 18, "account": 2, "name": "Villa"},
                {"id": 19, "account": 3, "name": "Castle"},
            ],
            bookings=[
                a_booking(),
                a_booking(id=81, rental=18, conversation=12),
                a_booking(id=82, rental=18, conversation=13, start_at="+50d", end_at="+57d", canceled_at="-1h"),
                a_booking(id=83, rental=18, conversation=14, start_at="-20d", end_at="-10d"),
                a_booking(id=84, rental=19, conversation=15),
            ],
        )
    )


def test_client_credentials_span_every_account_that_has_the_application(agencies: Sandbox) -> None:
    assert client_credentials(agencies).get("/accounts").ids == [1, 2]


def test_client_credentials_do_not_see_the_inbox_address_of_an_account(agencies: Sandbox) -> None:
    assert all("inbox_email" not in record for record in client_credentials(agencies).get("/accounts").records)


def test_client_credentials_see_published_rentals_only(agencies: Sandbox) -> None:
    assert client_credentials(agencies).get("/rentals").ids == [16, 18]
    assert client_credentials(agencies).get("/rentals/17").status == 404
    assert client_credentials(agencies).get("/rentals/19").status == 404


def test_client_credentials_see_the_public_part_of_future_bookings(agencies: Sandbox) -> None:
    answer = client_credentials(agencies).get("/bookings")

    assert answer.ids == [80, 81]
    assert set(answer.records[0]) == PUBLIC
    assert set(answer.records[0]["links"]) == PUBLIC_LINKS


@pytest.mark.parametrize("booking_id", [82, 83, 84])
def test_client_credentials_find_no_cancelled_past_or_foreign_booking(agencies: Sandbox, booking_id: int) -> None:
    assert client_credentials(agencies).get(f"/bookings/{booking_id}", include_canceled="true").status == 404


def test_client_credentials_learn_which_bookings_were_cancelled(agencies: Sandbox) -> None:
    answer = client_credentials(agencies).get("/bookings", updated_since="2030-01-01T00:00:00Z")

    assert answer.meta["deleted_ids"] == [82]


def test_client_credentials_are_no_account(agencies: Sandbox) -> None:
    answer = client_credentials(agencies).get("/auth").json["auth"]

    assert answer == {"account_id": None, "accounts_user_id": None, "scopes": ["public"], "user_id": None}


# What else a scope shows


def test_the_inbox_address_of_an_account_needs_the_inbox(waiting: Sandbox) -> None:
    without: JSON = waiting.api_with("bookings_read").get("/accounts").record

    assert "inbox_email" not in without
    assert waiting.api_with("inbox_read").get("/accounts").record["inbox_email"] == "account-1@inbox.example.com"


def test_include_needs_the_scope_of_what_it_includes(waiting: Sandbox) -> None:
    answer = waiting.api_with("inbox_read").get("/inbox/participants/1", include="member")

    assert answer.status == 200
    assert "member" not in answer.record
    assert "clients_read" in answer.headers["X-Mock-Why"]
