"""bookings_write_owned and inquiries_write_owned: an application's own records, and what it sees of others'."""

from typing import Any

import pytest

from api.bookings.stays import PUBLIC, PUBLIC_LINKS
from builders import a_body, a_scenario
from fake import Answer, Caller, Mock, Sandbox

FORBIDDEN = [{"code": "forbidden"}]
NOT_FOUND = [{"code": "not_found"}]
STAY = {"start_at": "2030-09-01T16:00:00Z", "end_at": "2030-09-08T10:00:00Z", "booked": True}


@pytest.fixture
def owner(waiting: Sandbox) -> Caller:
    """A token that may do with its own bookings what it wants, in a sandbox with one of Airbnb's (80)."""
    return waiting.api_with("bookings_write_owned")


def book(caller: Caller, **changes: Any) -> Answer:
    return caller.post("/rentals/16/bookings", a_body("bookings", **STAY | changes))


def test_an_owner_books_and_sees_all_of_its_booking(owner: Caller) -> None:
    made = book(owner, notes="Late arrival")

    assert made.status == 201
    assert made.record["locked"] == "doorkeeper/application-17"
    assert made.record["owned_by_app"] is True
    assert made.record["notes"] == "Late arrival"
    assert owner.get(f"/bookings/{made.record['id']}").record == made.record


def test_an_owner_sees_the_public_part_of_others_bookings(owner: Caller) -> None:
    record = owner.get("/bookings/80").record

    assert set(record) == PUBLIC
    assert set(record["links"]) == PUBLIC_LINKS
    assert record["owned_by_app"] is False


def test_a_list_shows_an_owner_each_booking_as_far_as_it_may_see_it(owner: Caller) -> None:
    own = book(owner).record["id"]

    shown = {record["id"]: record for record in owner.get("/bookings").records}

    assert set(shown[80]) == PUBLIC
    assert "notes" in shown[own]


def test_fields_do_not_show_an_owner_more(owner: Caller) -> None:
    assert set(owner.get("/bookings/80", fields="notes,client,status").record) == {"links", "id", "status"}


def test_include_does_not_show_an_owner_more(waiting: Sandbox) -> None:
    owner = waiting.api_with("bookings_write_owned", "clients_read", "inbox_read")

    record = owner.get("/bookings/80", include="client,source,conversations,rental").record

    assert record["rental"]["id"] == 16
    assert record.keys().isdisjoint({"client", "source", "conversations"})


def test_an_owner_includes_what_its_own_booking_is_tied_to(waiting: Sandbox) -> None:
    owner = waiting.api_with("bookings_write_owned", "clients_write")
    client = owner.post("/clients", a_body("clients", fullname="Halldor Helgason")).record["id"]
    booking = book(owner, client_id=client).record["id"]

    shown = {record["id"]: record for record in owner.get("/bookings", include="client").records}

    assert shown[booking]["client"]["fullname"] == "Halldor Helgason"
    assert "client" not in shown[80]


def test_an_owner_changes_and_cancels_its_own_booking(owner: Caller) -> None:
    booking = book(owner).record["id"]

    assert owner.put(f"/bookings/{booking}", a_body("bookings", notes="Early")).record["notes"] == "Early"
    assert owner.delete(f"/bookings/{booking}").status == 204


@pytest.mark.parametrize("more", [(), ("bookings_read",)])
def test_an_owner_cannot_change_or_cancel_others_bookings(waiting: Sandbox, more: tuple[str, ...]) -> None:
    owner = waiting.api_with("bookings_write_owned", *more)

    assert owner.put("/bookings/80", a_body("bookings", expected_checkin_time="14:45")).errors == FORBIDDEN
    assert owner.delete("/bookings/80").errors == FORBIDDEN
    assert waiting.api.get("/bookings/80").record["status"] == "Booked"


def test_with_the_read_scope_an_owner_sees_others_bookings_whole(waiting: Sandbox) -> None:
    reader = waiting.api_with("bookings_write_owned", "bookings_read")

    assert reader.get("/bookings/80").record["locked"] == "doorkeeper/application-65"


def test_a_locked_booking_is_closed_to_other_applications(waiting: Sandbox) -> None:
    answer = waiting.api_with("bookings_write").put("/bookings/80", a_body("bookings", notes="Mine now"))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "notes", "title": "is locked by doorkeeper/application-65"}]


@pytest.mark.parametrize(
    ("attribute", "value"), [("expected_checkin_time", "14:45"), ("expected_checkout_time", "09:00"), ("rental_payback_to_owner", "120.5")]
)
def test_three_attributes_of_a_locked_booking_stay_open(waiting: Sandbox, attribute: str, value: str) -> None:
    answer = waiting.api_with("bookings_write").put("/bookings/80", a_body("bookings", **{attribute: value}))

    assert answer.status == 200
    assert answer.record[attribute] == value


def test_a_locked_booking_is_changed_whole_or_not_at_all(waiting: Sandbox) -> None:
    waiting.api.put("/bookings/80", a_body("bookings", expected_checkin_time="14:45", notes="Mine now"))

    assert waiting.api.get("/bookings/80").record["expected_checkin_time"] is None


QUESTION = {
    "firstname": "John",
    "lastname": "Smith",
    "email": "john@example.com",
    "start_at": "2030-09-01",
    "end_at": "2030-09-08",
}


def ask(caller: Caller) -> Answer:
    return caller.post("/rentals/16/inquiries", a_body("inquiries", **QUESTION))


@pytest.fixture
def asked(mock: Mock) -> Sandbox:
    """A sandbox in which Airbnb's application made inquiry 1."""
    sandbox = mock.sandbox(a_scenario())
    assert ask(airbnb(sandbox, "inquiries_write")).record["id"] == 1
    return sandbox


def airbnb(sandbox: Sandbox, *scopes: str) -> Caller:
    return sandbox.api_with(*scopes, application_id=65)


def test_an_owner_asks_and_the_inquiry_is_locked_to_it(asked: Sandbox) -> None:
    made = ask(asked.api_with("inquiries_write_owned"))

    assert made.status == 201
    assert made.record["locked"] == "doorkeeper/application-17"


def test_an_owner_sees_its_own_inquiries_only(asked: Sandbox) -> None:
    owner = asked.api_with("inquiries_write_owned")
    own = ask(owner).record

    assert owner.get("/inquiries").records == [own]
    assert owner.get("/inquiries/1").status == 404


@pytest.mark.parametrize("scope", ["inquiries_read", "inquiries_write"])
def test_the_other_scopes_show_every_inquiry(asked: Sandbox, scope: str) -> None:
    own = ask(asked.api_with("inquiries_write_owned")).record["id"]

    assert asked.api_with(scope).get("/inquiries").ids == [1, own]


def test_an_owner_changes_its_own_inquiry(asked: Sandbox) -> None:
    owner = asked.api_with("inquiries_write_owned")
    own = ask(owner).record["id"]

    assert owner.put(f"/inquiries/{own}", a_body("inquiries", message="Is there a garden?")).record["message"] == "Is there a garden?"


def test_an_owner_cannot_change_others_inquiries(asked: Sandbox) -> None:
    answer = asked.api_with("inquiries_write_owned").put("/inquiries/1", a_body("inquiries", message="Mine now"))

    assert answer.errors == NOT_FOUND


def test_a_locked_inquiry_is_closed_to_other_applications(asked: Sandbox) -> None:
    answer = asked.api_with("inquiries_write").put("/inquiries/1", a_body("inquiries", message="Mine now"))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": "message", "title": "is locked by doorkeeper/application-65"}]


def test_a_locked_inquiry_is_open_to_its_own_application(asked: Sandbox) -> None:
    answer = airbnb(asked, "inquiries_write").put("/inquiries/1", a_body("inquiries", message="Is there a garden?"))

    assert answer.record["message"] == "Is there a garden?"
