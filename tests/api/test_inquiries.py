"""/inquiries."""

import pytest

from builders import START, a_body, a_scenario, without
from fake import Mock, Sandbox

URL = "/inquiries"
MAKE = "/rentals/16/inquiries"
JOHN = {
    "firstname": "John",
    "lastname": "Smith",
    "email": "john@example.com",
    "start_at": "2030-12-12",
    "end_at": "2030-12-13",
}


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """An inquiry (1) that came by another way than an application, about a rental (16) with check-in at 16 and check-out at 10."""
    rental = {"id": 16, "checkin_time": 16, "checkout_time": 10}
    given = {"rental": 16, "firstname": "Ada", "lastname": "Bauer", "email": "ada@example.com", "start_at": "+30d", "end_at": "+33d"}
    return mock.sandbox(a_scenario(rentals=[rental, {"id": 17, "checkin_time": 15}], inquiries=[given]))


def test_a_new_inquiry(sandbox: Sandbox) -> None:
    made = sandbox.api.post(MAKE, {"inquiries": [JOHN]})

    assert made.status == 201
    assert made.headers["Location"] == f"{sandbox.transport.root}/api/v3{URL}/2"
    assert made.record == {
        "links": {"account": 1, "rental": 16, "source": None, "booking": None, "conversation": None},
        "id": 2,
        "firstname": "John",
        "lastname": "Smith",
        "email": "john@example.com",
        "country_code": None,
        "phone": None,
        "start_at": "2030-12-12T16:00:00Z",
        "end_at": "2030-12-13T10:00:00Z",
        "adults": None,
        "children": None,
        "message": None,
        "locked": "doorkeeper/application-17",
        "created_at": START,
        "updated_at": START,
    }


def test_the_day_of_a_time_with_an_offset_is_the_rentals(mock: Mock) -> None:
    tokyo = mock.sandbox(a_scenario(rentals=[{"id": 16, "timezone": "Asia/Tokyo"}]))

    made = tokyo.api.post(MAKE, {"inquiries": [JOHN | {"start_at": "2030-12-11 16:00:00 +0100"}]}).record

    assert made["start_at"] == "2030-12-12T16:00:00Z"


def test_three_associations_have_a_template_at_least(sandbox: Sandbox) -> None:
    base = f"{sandbox.transport.root}/api/v3"
    links = sandbox.api.get(URL).json["links"]

    assert links["inquiries.rental"] == f"{base}/rentals/{{inquiries.rental}}"
    assert links["inquiries.source"] == f"{base}/sources/{{inquiries.source}}"
    assert links["inquiries.booking"] == f"{base}/bookings/{{inquiries.booking}}"


@pytest.mark.parametrize("attribute", JOHN)
def test_who_asks_and_for_when_cannot_be_left_out(sandbox: Sandbox, attribute: str) -> None:
    answer = sandbox.api.post(MAKE, without({"inquiries": [JOHN]}, attribute))

    assert answer.errors == [{"code": "validation_failed", "field": attribute, "title": "can't be blank"}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"firstname": "x" * 51}, "firstname"),
        ({"lastname": "x" * 100}, "lastname"),
        ({"message": "x" * 501}, "message"),
        ({"email": "john"}, "email"),
        ({"adults": 0}, "adults"),
        ({"children": -1}, "children"),
        ({"phone": "+33 6"}, "country_code"),
        ({"source_id": 999}, "source"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(sandbox: Sandbox, changes: dict[str, object], field: str) -> None:
    answer = sandbox.api.post(MAKE, {"inquiries": [JOHN | changes]})

    assert answer.status == 422
    assert [error["field"] for error in answer.errors] == [field]


def test_at_the_limits_all_is_well(sandbox: Sandbox) -> None:
    full = {
        "firstname": "x" * 50,
        "lastname": "x" * 99,
        "message": "x" * 500,
        "adults": 1,
        "children": 0,
        "phone": "1",
        "country_code": "FR",
    }

    made = sandbox.api.post(MAKE, {"inquiries": [JOHN | full | {"accept_privacy_policy": True, "source_id": 1}]})

    assert made.status == 201
    assert made.record | full == made.record
    assert made.record["links"]["source"] == 1
    assert "accept_privacy_policy" not in made.record


def test_an_inquiry_changes_and_moves_to_another_rental(sandbox: Sandbox) -> None:
    changed = sandbox.api.put(f"{URL}/1", a_body("inquiries", rental_id=17, message="With a dog.")).record

    assert (changed["links"]["rental"], changed["message"], changed["updated_at"]) == (17, "With a dog.", START)
    assert changed["start_at"] == "2030-07-01T15:00:00Z"


def test_a_stay_ends_after_it_starts(sandbox: Sandbox) -> None:
    assert sandbox.api.post(MAKE, {"inquiries": [JOHN | {"end_at": "2030-12-11"}]}).status == 422
    assert sandbox.api.put(f"{URL}/1", a_body("inquiries", end_at="2030-06-02")).status == 422


def test_an_inquiry_that_no_application_made_is_not_locked(sandbox: Sandbox) -> None:
    assert sandbox.api.get(f"{URL}/1").record["locked"] is None


def test_with_write_owned_only_own_inquiries_show(sandbox: Sandbox) -> None:
    owner = sandbox.api_with("inquiries_write_owned")
    owner.post(MAKE, {"inquiries": [JOHN]})

    assert owner.get(URL).ids == [2]
    assert owner.get(f"{URL}/1").status == 404
    assert owner.put(f"{URL}/2", a_body("inquiries", message="x")).status == 200
    assert owner.put(f"{URL}/1", a_body("inquiries", message="x")).status in {403, 404}
    assert sandbox.api_with("inquiries_read").get(URL).ids == [1, 2]


def test_inquiries_take_a_scope_of_their_own(sandbox: Sandbox) -> None:
    assert sandbox.api_with("bookings_write", "inbox_write").get(URL).status == 403
    assert sandbox.api_with("inquiries_read").post(MAKE, {"inquiries": [JOHN]}).status == 403


def test_a_booking_that_came_of_an_inquiry_says_so(mock: Mock) -> None:
    booking = {"id": 80, "rental": 16, "start_at": "+30d", "end_at": "+33d", "created_at": "-2h"}
    sandbox = mock.sandbox(
        a_scenario(bookings=[booking], inquiries=[JOHN | {"rental": 16, "booking": 80, "start_at": "+30d", "end_at": "+33d"}])
    )

    assert sandbox.api.get(f"{URL}/1").record["links"]["booking"] == 80
    assert sandbox.api.get("/bookings/80").record["links"]["inquiry"] == 1


def test_a_rental_or_an_inquiry_that_is_not_there_is_not_found(sandbox: Sandbox) -> None:
    assert sandbox.api.post("/rentals/99/inquiries", {"inquiries": [JOHN]}).status == 404
    assert sandbox.api.get(f"{URL}/99").status == 404
    assert sandbox.api.put(f"{URL}/99", a_body("inquiries")).status == 404
    assert sandbox.api.delete(f"{URL}/1").status == 405
