"""The times of a booking: the forms that are taken, and the true instants."""

import pytest

from api.bookings.stays import STAY, URL
from builders import START, a_body, a_scenario
from fake import Mock, Sandbox


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
