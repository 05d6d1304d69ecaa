"""What is true of every booking."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_mock.domain.errors import Invalid
from inbox_mock.services import bookings

IDS = st.integers(1, 2**63 - 1)
DAY = "2030-06-08T00:00:00Z"


@given(IDS)
def test_a_reference_has_six_digits_or_more_and_tells_the_id(booking_id: int) -> None:
    reference = bookings.reference(booking_id)

    assert len(reference) >= 6
    assert reference == reference.upper()
    assert int(reference, 36) == booking_id


@given(IDS, IDS)
def test_two_bookings_never_share_a_reference(one: int, other: int) -> None:
    assert (bookings.reference(one) == bookings.reference(other)) is (one == other)


def test_a_lock_names_its_application_in_small_letters() -> None:
    assert bookings.lock_of(17) == "doorkeeper/application-17"
    assert bookings.lock_of(None) is None


@pytest.mark.parametrize(("booked", "unavailable", "expiry"), list(product([None, False, True], [None, False, True], [None, DAY])))
def test_exactly_one_of_three_says_what_a_booking_is(booked: object, unavailable: object, expiry: object) -> None:
    written = {"booked": booked, "unavailable": unavailable, "tentative_expires_at": expiry}
    said = [status for status, word in (("Booked", booked), ("Unavailable", unavailable), ("Tentative", expiry)) if word]

    if len(said) == 1:
        found = bookings.state_of(written)
        assert found == {
            "status": said[0],
            "booked": said == ["Booked"],
            "unavailable": said == ["Unavailable"],
            "tentative_expires_at": DAY if said == ["Tentative"] else None,
        }
    else:
        with pytest.raises(Invalid):
            bookings.state_of(written)


@pytest.mark.parametrize(
    ("end_at", "ends_after"), [("2030-06-01T10:00:01Z", True), ("2030-06-01T10:00:00Z", False), ("2030-05-31T23:00:00Z", False)]
)
def test_a_stay_ends_after_it_starts(end_at: str, ends_after: object) -> None:
    if ends_after:
        bookings.check_period("2030-06-01T10:00:00Z", end_at)
    else:
        with pytest.raises(Invalid, match="end_at"):
            bookings.check_period("2030-06-01T10:00:00Z", end_at)


def test_each_end_of_a_stay_has_its_own_offset() -> None:
    assert bookings.global_times("2030-10-26T16:00:00Z", "2030-10-28T10:00:00Z", "Europe/Paris") == {
        "start_at_global": "2030-10-26T14:00:00Z",
        "end_at_global": "2030-10-28T09:00:00Z",
    }
