"""The sandbox that is acted in, and rewound."""

import pytest

from builders import a_booking, a_scenario
from fake import Mock, Sandbox


@pytest.fixture
def booked(mock: Mock) -> Sandbox:
    """jan is in the conversation of an Airbnb booking (11); that of another booking (81) opens in ten minutes."""
    waiting = a_booking(id=81, start_at="+40d", end_at="+45d", created_at="-0s", conversation=12)
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    return mock.sandbox(a_scenario(bookings=[a_booking(), waiting], participants=[host]))
