"""/bookings."""

from typing import Any

import pytest

from builders import START, a_body, a_booking, a_scenario
from fake import Mock, Sandbox

URL = "/bookings"
RENTALS = [{"id": 16, "timezone": "Europe/Paris", "currency": "EUR"}, {"id": 17, "timezone": "UTC"}]
STAY = {"booked": True, "start_at": "2030-09-01T16:00:00Z", "end_at": "2030-09-08T10:00:00Z"}
PUBLIC = {"id", "links", "start_at", "end_at", "start_at_global", "end_at_global", "status", "updated_at", "reference", "owned_by_app"}
BLANK = "can't be blank"


def a_stay(booking_id: int, rental: int, start_at: str, end_at: str, **more: object) -> dict[str, object]:
    """A direct booking of a scenario, made three hours ago."""
    return {"id": booking_id, "rental": rental, "start_at": start_at, "end_at": end_at, "created_at": "-3h"} | more


LISTED = a_scenario(
    rentals=RENTALS,
    clients=[{"id": 37, "fullname": "Ada"}, {"id": 38, "fullname": "Otto"}],
    bookings=[
        a_stay(1, 17, "-10d", "-5d"),
        a_stay(2, 17, "-1d", "+3d", client=37),
        a_stay(3, 17, "+30d", "+37d", client=38),
        a_stay(4, 16, "+60d", "+67d", created_at="-1h"),
        a_stay(5, 16, "+10d", "+12d", canceled_at="-1h", client=37),
        a_stay(6, 16, "+20d", "+25d", status="Tentative"),
        a_stay(7, 17, "+40d", "+42d", status="Unavailable"),
    ],
)


@pytest.fixture
def listed(mock: Mock) -> Sandbox:
    """Seven bookings of two rentals: past (1), under way (2), future (3, 4), cancelled (5), tentative (6), unavailable (7)."""
    return mock.sandbox(LISTED)


@pytest.fixture
def agency(mock: Mock) -> Sandbox:
    """Two rentals, an Airbnb booking (80) of the one in Paris, and two clients."""
    return mock.sandbox(a_scenario(rentals=RENTALS, bookings=[a_booking()], clients=[{"id": 37, "fullname": "Ada"}]))


def test_a_booking_made_on_a_channel(inbox: Sandbox) -> None:
    booking = inbox.api.get(f"{URL}/80").record

    assert booking["links"] == {
        "account": 1,
        "rental": 16,
        "client": 1,
        "inquiry": None,
        "rental_agreement": None,
        "source": 1,
        "bookings_fees": [],
        "bookings_payments": [],
        "bookings_taxes": [],
        "bookings_tags": [],
        "booking_comments": [],
        "conversations": [11],
        "payments": [],
        "rentals_tags": [],
        "discount_code_usage": None,
    }
    assert (booking["status"], booking["booked"], booking["unavailable"], booking["tentative_expires_at"]) == ("Booked", True, False, None)
    assert (booking["start_at"], booking["end_at"]) == ("2030-07-01T16:00:00Z", "2030-07-08T10:00:00Z")
    assert (booking["locked"], booking["owned_by_app"]) == ("doorkeeper/application-65", False)
    assert (booking["created_by_id"], booking["created_by_type"]) == (65, "Doorkeeper::Application")
    assert (booking["created_at"], booking["updated_at"], booking["canceled_at"]) == ("2030-06-01T10:00:00Z", "2030-06-01T10:10:00Z", None)


@pytest.mark.parametrize(("channel", "imported"), [("airbnb", True), ("booking-com", True), ("direct", False)])
def test_a_booking_of_a_channel_is_imported(mock: Mock, channel: str, imported: object) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(channel=channel)]))

    assert sandbox.api.get(f"{URL}/80").record["imported"] is imported


def test_a_booking_has_neither_payments_nor_requests_for_a_review(inbox: Sandbox) -> None:
    booking = inbox.api.get(f"{URL}/80").record

    assert (booking["bookings_payments_count"], booking["review_requests_count"], booking["payment_url"]) == (0, 0, None)


def test_the_sample_has_no_template_for_conversations(inbox: Sandbox) -> None:
    links = inbox.api.get(URL).json["links"]

    assert "bookings.conversations" not in links
    assert links["bookings.client"] == f"{inbox.transport.root}/api/v3/clients/{{bookings.client}}"


# Lists and their filters


@pytest.mark.parametrize("scope", ["public", "bookings_read", "bookings_write", "bookings_write_owned"])
def test_the_list_is_what_lies_ahead_by_rental_and_then_by_arrival(listed: Sandbox, scope: str) -> None:
    assert listed.api_with(scope).get(URL).ids == [6, 4, 2, 3, 7]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"from": "2030-05-20"}, [6, 4, 1, 2, 3, 7]),
        ({"from": "20300520"}, [6, 4, 1, 2, 3, 7]),
        ({"from": "2030-07-05T00:00:00Z"}, [4, 3, 7]),
        ({"from": "2030-07-05 00:00:00 UTC"}, [4, 3, 7]),
        ({"from": "whenever"}, [6, 4, 2, 3, 7]),
        ({"until": "2030-07-01"}, [6, 2]),
        ({"until": "2030-07-01T16:00:01Z"}, [6, 2, 3]),
        ({"from": "2030-06-25", "until": "2030-07-20"}, [6, 3, 7]),
        ({"months": "1"}, [6, 2]),
        ({"months": "2"}, [6, 4, 2, 3, 7]),
        ({"from": "2030-05-20", "months": "1"}, [1, 2]),
        ({"months": "soon"}, [6, 4, 2, 3, 7]),
        ({"status": "booked"}, [4, 2, 3]),
        ({"status": "tentative"}, [6]),
        ({"status": "unavailable,tentative"}, [6, 7]),
        ({"status": ""}, [6, 4, 2, 3, 7]),
        ({"include_canceled": "true"}, [5, 6, 4, 2, 3, 7]),
        ({"include_canceled": "false"}, [6, 4, 2, 3, 7]),
        ({"rental_id": "16"}, [6, 4]),
        ({"rental_id": "16,17"}, [6, 4, 2, 3, 7]),
        ({"rental_id": "99"}, []),
        ({"client_id": "37"}, [2]),
        ({"client_id": "37,38"}, [2, 3]),
        ({"client_id": "37", "include_canceled": "true"}, [5, 2]),
        ({"ids": "7,4,5"}, [4, 7]),
        ({"updated_since": "2030-06-01T10:00:00Z"}, [4]),
        ({"colour": "red"}, [6, 4, 2, 3, 7]),
    ],
)
def test_a_filter_narrows_or_widens_the_list(listed: Sandbox, query: dict[str, Any], ids: list[int]) -> None:
    answer = listed.api.get(URL, **query)

    assert answer.status == 200
    assert answer.ids == ids
    assert answer.headers["X-Total-Count"] == str(len(ids))


@pytest.mark.parametrize("scope", ["public", "bookings_write_owned"])
@pytest.mark.parametrize(
    ("query", "ids"),
    [({"from": "2030-05-20"}, [6, 4, 2, 3, 7]), ({"from": "2030-07-05"}, [4, 3, 7]), ({"include_canceled": "true"}, [6, 4, 2, 3, 7])],
)
def test_without_a_read_scope_nothing_past_or_cancelled_shows(listed: Sandbox, scope: str, query: dict[str, Any], ids: list[int]) -> None:
    assert listed.api_with(scope).get(URL, **query).ids == ids


def test_cancelled_bookings_are_deleted_ids(listed: Sandbox) -> None:
    early, late = (listed.api.get(URL, updated_since=f"2030-06-01T1{hour}:00:00Z").meta["deleted_ids"] for hour in (0, 2))

    assert (early, late) == ([5], [])


def test_what_lies_ahead_is_told_by_true_instants(mock: Mock) -> None:
    sandbox = mock.sandbox(
        a_scenario(
            rentals=[{"id": 1, "timezone": "Pacific/Honolulu"}, {"id": 2, "timezone": "Pacific/Auckland"}],
            bookings=[a_stay(1, 1, "2030-05-25", "2030-06-01T10:00:00Z"), a_stay(2, 2, "2030-05-25", "2030-06-01T20:00:00Z")],
        )
    )

    assert sandbox.api.get(URL).ids == [1]
    assert sandbox.api_with("public").get(f"{URL}/2").status == 404


def test_the_list_shrinks_as_time_goes_by(listed: Sandbox) -> None:
    listed.advance("3d")

    assert listed.api.get(URL).ids == [6, 4, 3, 7]
    assert listed.api.get(f"{URL}/2").status == 200


# How much is shown


@pytest.mark.parametrize("scope", ["public", "bookings_write_owned"])
def test_without_a_read_scope_a_booking_shows_its_outside(listed: Sandbox, scope: str) -> None:
    booking = listed.api_with(scope).get(f"{URL}/3").record

    assert booking.keys() == PUBLIC
    assert booking["links"] == {"account": 1, "rental": 17, "bookings_tags": [], "rentals_tags": [], "discount_code_usage": None}


def test_the_maker_of_a_booking_sees_all_of_it(listed: Sandbox) -> None:
    owner = listed.api_with("bookings_write_owned")

    made = owner.post("/rentals/16/bookings", a_body("bookings", **STAY, notes="No smoking."))

    assert made.record["notes"] == "No smoking."
    assert {b["id"]: b.keys() == PUBLIC for b in owner.get(URL).records} == {6: True, 4: True, 8: False, 2: True, 3: True, 7: True}


# Booking


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


# Times


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2030-09-01T16:00:00Z", "2030-09-01T16:00:00Z"),
        ("2030-09-01", "2030-09-01T00:00:00Z"),
        ("2030-09-01 16:00:00 UTC", "2030-09-01T16:00:00Z"),
        ("2030-09-01 16:00:00 +0200", "2030-09-01T16:00:00Z"),
        ("2030-09-01T16:00:00.750+02:00", "2030-09-01T16:00:00Z"),
        ("2030-09-01T16:00:00+00:00", "2030-09-01T18:00:00Z"),
        ("2030-09-01T09:00:00-05:00", "2030-09-01T16:00:00Z"),
        ("2030-09-01T16:00:00", "2030-09-01T16:00:00Z"),
    ],
)
def test_times_are_written_in_many_forms_and_shown_in_one(agency: Sandbox, written: str, shown: str) -> None:
    assert agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY | {"start_at": written})).record["start_at"] == shown


@pytest.mark.parametrize(
    ("timezone", "start", "start_global", "end", "end_global"),
    [
        ("UTC", "2030-09-01T16:00:00Z", "2030-09-01T16:00:00Z", "2030-09-08T10:00:00Z", "2030-09-08T10:00:00Z"),
        ("Europe/Paris", "2030-10-26T16:00:00Z", "2030-10-26T14:00:00Z", "2030-10-28T10:00:00Z", "2030-10-28T09:00:00Z"),
        ("Europe/Paris", "2031-03-29T16:00:00Z", "2031-03-29T15:00:00Z", "2031-03-31T10:00:00Z", "2031-03-31T08:00:00Z"),
        ("America/New_York", "2030-11-02T16:00:00Z", "2030-11-02T20:00:00Z", "2030-11-04T10:00:00Z", "2030-11-04T15:00:00Z"),
        ("Asia/Kathmandu", "2030-09-01T03:00:00Z", "2030-08-31T21:15:00Z", "2030-09-08T10:00:00Z", "2030-09-08T04:15:00Z"),
    ],
    ids=["UTC", "Paris, into winter", "Paris, into summer", "New York, into winter", "Kathmandu"],
)
def test_the_rentals_clock_is_shown_with_a_false_z_beside_the_true_instants(
    mock: Mock, timezone: str, start: str, start_global: str, end: str, end_global: str
) -> None:
    sandbox = mock.sandbox(a_scenario(rentals=[{"id": 16, "timezone": timezone}]))

    made = sandbox.api.post("/rentals/16/bookings", a_body("bookings", booked=True, start_at=start, end_at=end)).record

    assert (made["start_at"], made["end_at"]) == (start, end)
    assert (made["start_at_global"], made["end_at_global"]) == (start_global, end_global)


def test_the_true_instants_follow_a_change_and_cannot_be_written(agency: Sandbox) -> None:
    made = agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY)).record

    moved = agency.api.put(f"{URL}/{made['id']}", a_body("bookings", end_at="2030-12-01T10:00:00Z", end_at_global=START)).record

    assert (moved["start_at_global"], moved["end_at_global"]) == ("2030-09-01T14:00:00Z", "2030-12-01T09:00:00Z")


# Changing


@pytest.fixture
def own(agency: Sandbox) -> Sandbox:
    """The same, and a booking (81) of the client's own application; a minute later."""
    assert agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY)).record["id"] == 81
    agency.advance("1m")
    return agency


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("adults", 3),
        ("notes", "Late."),
        ("final_price", "10.5"),
        ("door_key_code", "1234"),
        ("imported", True),
        ("reconciliation", "12.5"),
        ("cancelation_reason", "payment_failed"),
        ("end_at", "2030-09-09T10:00:00Z"),
        ("adults", None),
    ],
)
def test_a_booking_changes_in_what_is_named(own: Sandbox, attribute: str, value: object) -> None:
    before = own.api.get(f"{URL}/81").record

    changed = own.api.put(f"{URL}/81", a_body("bookings", **{attribute: value}))

    assert changed.status == 200
    with_it = {"end_at": {"end_at_global": "2030-09-09T08:00:00Z"}, "final_price": {"final_rental_price": "10.5"}}
    assert changed.record == before | {attribute: value, "updated_at": "2030-06-01T12:01:00Z"} | with_it.get(attribute, {})


@pytest.mark.parametrize(
    "read_only",
    [
        {"status": "Canceled"},
        {"reference": "X"},
        {"canceled_at": START},
        {"paid_amount": "1.0"},
        {"cancelation_message_to_guest": "x"},
        {"cancelation_message_to_channel": "x"},
    ],
)
def test_read_only_attributes_are_ignored(own: Sandbox, read_only: dict[str, object]) -> None:
    before = own.api.get(f"{URL}/81").record

    assert own.api.put(f"{URL}/81", a_body("bookings", **read_only)).record == before | {"updated_at": "2030-06-01T12:01:00Z"}


def test_a_booking_becomes_another_kind(own: Sandbox) -> None:
    tentative = own.api.put(f"{URL}/81", a_body("bookings", tentative_expires_at="2030-06-08")).record
    unavailable = own.api.put(f"{URL}/81", a_body("bookings", booked=False, unavailable=True)).record

    assert (tentative["status"], tentative["booked"]) == ("Tentative", False)
    assert (unavailable["status"], unavailable["tentative_expires_at"]) == ("Unavailable", None)


def test_a_booking_cannot_become_nothing(own: Sandbox) -> None:
    assert own.api.put(f"{URL}/81", a_body("bookings", booked=False)).status == 422
    assert own.api.put(f"{URL}/81", a_body("bookings", unavailable=False)).status == 200
    assert own.api.get(f"{URL}/81").record["booked"] is True


def test_a_booking_moves_over_its_own_days_but_not_into_anothers(own: Sandbox) -> None:
    assert own.api.put(f"{URL}/81", a_body("bookings", start_at="2030-09-02T16:00:00Z")).status == 200
    assert own.api.put(f"{URL}/81", a_body("bookings", start_at="2030-07-03")).errors[0]["title"] == "is within a used period"


@pytest.mark.parametrize(
    ("attribute", "value"), [("expected_checkin_time", "14:45"), ("expected_checkout_time", "09:30"), ("rental_payback_to_owner", "9.5")]
)
def test_a_booking_that_another_application_locked_takes_three_attributes(agency: Sandbox, attribute: str, value: str) -> None:
    assert agency.api.put(f"{URL}/80", a_body("bookings", **{attribute: value})).record[attribute] == value


@pytest.mark.parametrize("attribute", ["notes", "start_at", "booked"])
def test_and_no_others(agency: Sandbox, attribute: str) -> None:
    values: dict[str, object] = {"notes": "x", "start_at": "2030-07-02", "booked": False}
    before = agency.api.get(f"{URL}/80").record

    answer = agency.api.put(f"{URL}/80", a_body("bookings", **{attribute: values[attribute]}, expected_checkin_time="14:45"))

    assert answer.status == 422
    assert agency.api.get(f"{URL}/80").record == before


def test_a_booking_that_overlaps_already_can_still_be_changed(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(), a_booking(id=81, conversation=12)]))

    assert sandbox.api.put(f"{URL}/81", a_body("bookings", expected_checkin_time="14:45")).status == 200


def test_with_write_owned_only_own_bookings_can_be_changed(own: Sandbox) -> None:
    owner = own.api_with("bookings_write_owned")

    assert owner.put(f"{URL}/81", a_body("bookings", notes="x")).status == 200
    assert owner.put(f"{URL}/80", a_body("bookings", expected_checkin_time="14:45")).status == 403
    assert owner.delete(f"{URL}/80").status == 403


# Cancelling


@pytest.mark.parametrize("body", [None, {}, {"bookings": [{"cancelation_reason": "payment_failed"}]}])
def test_a_cancelled_booking_answers_with_nothing(agency: Sandbox, body: object) -> None:
    answer = agency.api.delete(f"{URL}/80", body)

    assert (answer.status, answer.body) == (204, b"")
    assert "ETag" not in answer.headers
    assert "Link" not in answer.headers


def test_it_is_there_for_those_who_ask_for_cancelled_ones(agency: Sandbox) -> None:
    reasons = {"cancelation_reason": "payment_failed", "cancelation_message_to_guest": "Sorry", "cancelation_message_to_channel": "Card"}
    agency.advance("1m")

    agency.api.delete(f"{URL}/80", a_body("bookings", **reasons))

    booking = agency.api.get(f"{URL}/80", include_canceled="true").record
    assert (booking["status"], booking["canceled_at"], booking["updated_at"]) == (
        "Canceled",
        "2030-06-01T12:01:00Z",
        "2030-06-01T12:01:00Z",
    )
    assert booking | reasons == booking
    assert booking["links"]["conversations"] == [11]


def test_it_is_gone_for_all_others(agency: Sandbox) -> None:
    agency.api.delete(f"{URL}/80")

    assert agency.api.get(f"{URL}/80").status == 404
    assert agency.api_with("public").get(f"{URL}/80", include_canceled="true").status == 404
    assert agency.api.get(URL).ids == []


def test_what_is_cancelled_is_not_cancelled_again(agency: Sandbox) -> None:
    agency.api.delete(f"{URL}/80")

    assert agency.api.delete(f"{URL}/80").status == 404


def test_what_is_cancelled_can_be_changed_and_stays_cancelled(own: Sandbox) -> None:
    own.api.delete(f"{URL}/81")
    cancelled = own.api.get(f"{URL}/81", include_canceled="true").record
    own.api.post("/rentals/16/bookings", a_body("bookings", **STAY))
    changes = {"unavailable": True, "booked": False, "end_at": "2030-09-07T10:00:00Z", "cancelation_reason": "payment_failed"}

    changed = own.api.put(f"{URL}/81", a_body("bookings", **changes)).record

    assert changed == cancelled | changes | {"end_at_global": "2030-09-07T08:00:00Z"}
    assert changed["status"] == "Canceled"


def test_the_time_of_booking_may_be_written_and_does_not_show(own: Sandbox) -> None:
    before = own.api.get(f"{URL}/81").record

    changed = own.api.put(f"{URL}/81", a_body("bookings", booked_at="2030-05-31T09:00:00Z"))
    refused = own.api.put(f"{URL}/81", a_body("bookings", booked_at="last week"))

    assert (changed.status, changed.record) == (200, before | {"updated_at": "2030-06-01T12:01:00Z"})
    assert [error["field"] for error in refused.errors] == ["booked_at"]


def test_a_booking_cancelled_before_its_conversation_never_gets_one(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-1m")]))

    sandbox.api.delete(f"{URL}/80")
    sandbox.advance("1d")

    assert sandbox.api.get("/inbox/conversations").ids == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_booking_that_is_not_there_is_not_found(agency: Sandbox, method: str) -> None:
    assert agency.api.call(method, f"{URL}/99", a_body("bookings")).status == 404


def test_another_accounts_booking_is_not_found(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], bookings=[a_booking()]))
    stranger = sandbox.api_with("bookings_write", account_id=2)

    assert [stranger.call(method, f"{URL}/80", a_body("bookings")).status for method in ("GET", "PUT", "DELETE")] == [404] * 3
    assert stranger.post("/rentals/16/bookings", a_body("bookings", **STAY)).status == 404


def test_client_credentials_see_the_outside_of_all_accounts_bookings(mock: Mock) -> None:
    rentals = [{"id": 16}, {"id": 17, "account": 2}]
    bookings = [a_stay(1, 16, "+1d", "+2d"), a_stay(2, 17, "+1d", "+2d"), a_stay(3, 17, "+3d", "+4d", canceled_at="-1h")]
    sandbox = mock.sandbox(a_scenario(accounts=[{"id": 1}, {"id": 2}], rentals=rentals, bookings=bookings))
    application = sandbox.application("Your application")
    form = f"grant_type=client_credentials&client_id={application['client_id']}&client_secret={application['client_secret']}".encode()
    answer = sandbox.transport.send("POST", "/oauth/token", {"Content-Type": "application/x-www-form-urlencoded"}, form)
    caller = type(sandbox.api)(sandbox.transport, answer.json["access_token"])

    assert caller.get(URL).ids == [1, 2]
    assert caller.get(URL).records[0].keys() == PUBLIC
    assert caller.get(URL, updated_since="2030-06-01").meta["deleted_ids"] == [3]
