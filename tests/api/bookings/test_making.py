"""Bookings that a client makes, and those that are refused."""

import pytest

from api.bookings.stays import STAY, URL
from builders import a_body
from fake import Sandbox

BLANK = "can't be blank"


def test_a_booking_that_a_client_makes(agency: Sandbox) -> None:
    made = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY, client_id=37, adults=5, final_price="2700.0"))

    assert made.status == 201
    assert made.headers["Location"] == f"{agency.transport.root}/api/v3/bookings/{made.record['id']}"
    assert made.meta == {}
    assert made.record["links"] | {"client": 37, "rental": 16, "account": 1, "conversations": []} == made.record["links"]
    assert (made.record["adults"], made.record["final_price"], made.record["currency"]) == (5, "2700.0", "EUR")
    assert (made.record["locked"], made.record["owned_by_app"]) == ("doorkeeper/application-17", True)
    assert len(made.record["reference"]) == 6
    assert agency.api.get(f"{URL}/{made.record['id']}").record == made.record


def test_the_rental_prices_of_a_booking_follow_from_its_prices(agency: Sandbox) -> None:
    prices = {"initial_price": "3000.0", "final_price": "2700.0", "initial_rental_price": "1.0", "final_rental_price": "1.0"}

    made = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY, **prices)).record

    assert (made["initial_price"], made["initial_rental_price"]) == ("3000.0", "3000.0")
    assert (made["final_price"], made["final_rental_price"]) == ("2700.0", "2700.0")


def test_no_channel_opens_a_conversation_for_it(agency: Sandbox) -> None:
    made = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY)).record

    agency.advance("1d")

    assert agency.api.get(f"{URL}/{made['id']}").record["links"]["conversations"] == []


@pytest.mark.parametrize(
    ("state", "status", "booked", "unavailable", "expiry"),
    [
        ({"booked": True}, "Booked", True, False, None),
        ({"booked": "true", "unavailable": False, "tentative_expires_at": None}, "Booked", True, False, None),
        ({"unavailable": True}, "Unavailable", False, True, None),
        ({"tentative_expires_at": "2030-06-08"}, "Tentative", False, False, "2030-06-08T00:00:00Z"),
    ],
)
def test_exactly_one_of_three_says_what_it_is(
    agency: Sandbox, state: dict[str, object], status: str, booked: object, unavailable: object, expiry: object
) -> None:
    made = agency.api.post("/rentals/16/bookings", a_body("bookings", **{**STAY, "booked": False} | state)).record

    assert made["status"] == status
    assert (made["booked"], made["unavailable"], made["tentative_expires_at"]) == (booked, unavailable, expiry)


def test_none_of_the_three_is_too_few(agency: Sandbox) -> None:
    answer = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY | {"booked": False}))

    assert answer.status == 422
    assert answer.errors[0]["title"] == "can't be blank. Set either booked, tentative_expires_at or unavailable attributes"


@pytest.mark.parametrize("more", [{"unavailable": True}, {"tentative_expires_at": "2030-06-08"}])
def test_two_of_the_three_are_too_many(agency: Sandbox, more: dict[str, object]) -> None:
    assert agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY | more)).status == 422


@pytest.mark.parametrize("attribute", ["start_at", "end_at"])
def test_a_stay_has_a_start_and_an_end(agency: Sandbox, attribute: str) -> None:
    answer = agency.api.post("/rentals/16/bookings", a_body("bookings", **{k: v for k, v in STAY.items() if k != attribute}))

    assert answer.errors == [{"code": "validation_failed", "field": attribute, "title": BLANK}]


@pytest.mark.parametrize("end_at", ["2030-09-01T16:00:00Z", "2030-08-01"])
def test_a_stay_ends_after_it_starts(agency: Sandbox, end_at: str) -> None:
    assert agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY | {"end_at": end_at})).status == 422


@pytest.mark.parametrize(
    ("start_at", "end_at", "used"),
    [
        ("2030-07-01T16:00:00Z", "2030-07-08T10:00:00Z", ["start_at", "end_at"]),
        ("2030-07-03", "2030-07-04", ["start_at", "end_at"]),
        ("2030-06-28", "2030-07-02", ["end_at"]),
        ("2030-06-28", "2030-07-08T10:00:00Z", ["end_at"]),
        ("2030-07-01T16:00:00Z", "2030-07-20", ["start_at"]),
        ("2030-06-01", "2030-08-01", ["start_at", "end_at"]),
    ],
)
def test_each_end_of_a_stay_that_is_within_another_one_is_refused(agency: Sandbox, start_at: str, end_at: str, used: list[str]) -> None:
    answer = agency.api.post("/rentals/16/bookings", a_body("bookings", booked=True, start_at=start_at, end_at=end_at))

    assert answer.status == 422
    assert answer.errors == [{"code": "validation_failed", "field": field, "title": "is within a used period"} for field in used]


@pytest.mark.parametrize(
    ("start_at", "end_at"), [("2030-06-24", "2030-07-01T16:00:00Z"), ("2030-07-08T10:00:00Z", "2030-07-09")], ids=["before", "after"]
)
def test_a_stay_may_follow_another_at_once(agency: Sandbox, start_at: str, end_at: str) -> None:
    assert agency.api.post("/rentals/16/bookings", a_body("bookings", booked=True, start_at=start_at, end_at=end_at)).status == 201


def test_all_that_is_wrong_is_said_at_once(agency: Sandbox) -> None:
    answer = agency.api.post("/rentals/16/bookings", a_body("bookings", start_at="2030-07-03", end_at="2030-07-04"))

    assert [(error["field"], error["title"]) for error in answer.errors] == [
        ("start_at", "is within a used period"),
        ("end_at", "is within a used period"),
        ("status", "can't be blank. Set either booked, tentative_expires_at or unavailable attributes"),
    ]


def test_another_rental_and_a_cancelled_booking_are_not_in_the_way(listed: Sandbox) -> None:
    stay = {"booked": True, "start_at": "2030-06-11", "end_at": "2030-06-12"}

    assert [listed.api.post(f"/rentals/{rental}/bookings", a_body("bookings", **stay)).status for rental in (16, 17)] == [201, 201]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"client_id": 999}, "client"), ({"source_id": 999}, "source"), ({"adults": "many"}, "adults"), ({"notes": "x" * 6001}, "notes")],
)
def test_what_is_wrong_is_said_of_its_field(agency: Sandbox, changes: dict[str, object], field: str) -> None:
    answer = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY | changes))

    assert answer.status == 422
    assert answer.errors[0]["field"] == field


@pytest.mark.parametrize("rental", [99, 0, "x"])
def test_a_rental_that_is_not_there_cannot_be_booked(agency: Sandbox, rental: object) -> None:
    assert agency.api.post(f"/rentals/{rental}/bookings", a_body("bookings", **STAY)).status == 404
