"""Changing a booking."""

import pytest

from api.bookings.stays import STAY, URL
from builders import START, a_body, a_booking, a_scenario
from fake import Mock, Sandbox


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
