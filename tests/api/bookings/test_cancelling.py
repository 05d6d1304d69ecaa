"""Cancelling a booking, and what is left of it."""

import pytest

from api.bookings.stays import URL
from builders import a_body, a_booking, a_scenario
from fake import Mock, Sandbox


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


def test_a_booking_cancelled_before_its_conversation_never_gets_one(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-1m")]))

    sandbox.api.delete(f"{URL}/80")
    sandbox.advance("1d")

    assert sandbox.api.get("/inbox/conversations").ids == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_booking_that_is_not_there_is_not_found(agency: Sandbox, method: str) -> None:
    assert agency.api.call(method, f"{URL}/99", a_body("bookings")).status == 404
