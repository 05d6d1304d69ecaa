"""Sandboxes with bookings."""

import pytest

from api.bookings.stays import RENTALS, STAY, a_stay
from builders import a_body, a_booking, a_scenario
from fake import Mock, Sandbox

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


@pytest.fixture
def own(agency: Sandbox) -> Sandbox:
    """The same, and a booking (81) of the client's own application; a minute later."""
    assert agency.api.post("/rentals/16/bookings", a_body("bookings", **STAY)).record["id"] == 81
    agency.advance("1m")
    return agency
