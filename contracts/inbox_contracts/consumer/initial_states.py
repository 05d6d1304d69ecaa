"""How worlds begin: one agency, and parts that may be there. There are few beginnings, so that each is an image that is made once."""

from collections.abc import Set as AbstractSet
from typing import Any

from inbox_contracts.consumer.worlds import RECEIVER
from inbox_mock.channels import opening

JSON = dict[str, Any]

PAST, SETTLED, SELF_MADE = 70, 80, 90
SMALL_PAGE = 2
LATENCY = "5s"

AGENCY: JSON = {
    "seed": 7,
    "clock": {"mode": "manual"},
    "applications": [
        {
            "id": 17,
            "name": "The client on trial",
            "client": True,
            "scopes": ["inbox_write", "bookings_read", "clients_read", "applications_read"],
        },
    ],
    "rentals": [{"id": 16, "name": "Chalet Les Robles", "timezone": "Europe/Paris"}],
    "users": [{"id": 2, "fullname": "Jan Kowalski"}, {"id": 3, "fullname": "Léa Fontaine"}],
    "hosts": [
        {"id": 2, "firstname": "Jan", "lastname": "Kowalski", "user": 2},
        {"id": 3, "firstname": "Léa", "lastname": "Fontaine", "user": 3},
    ],
}

BOOKINGS: dict[str, JSON] = {
    "past": {
        "id": PAST,
        "channel": opening()[-1].name,
        "rental": 16,
        "guest": {"fullname": "Grace Okafor"},
        "start_at": "-40d",
        "end_at": "-33d",
        "created_at": "-60d",
        "conversation_delay": "10m",
        "host_participant": 3,
    },
    "settled": {
        "id": SETTLED,
        "channel": opening()[0].name,
        "rental": 16,
        "guest": {"fullname": "Clementina Kling"},
        "start_at": "+9d",
        "end_at": "+12d",
        "created_at": "-3h",
        "conversation_delay": "10m",
        "host_participant": 2,
    },
    "self_made": {
        "id": SELF_MADE,
        "channel": opening()[0].name,
        "rental": 16,
        "guest": {"fullname": "Otto Lindt"},
        "start_at": "+50d",
        "end_at": "+57d",
        "created_at": "-10m",
        "conversation_delay": "1h",
        "host_participant": False,
    },
}
"""Bookings that a world may begin with, by the part that they make up."""

PARTS = (*BOOKINGS, "small_pages", "webhooks")


def beginning(parts: AbstractSet[str]) -> JSON:
    """Return the scenario that a world with these parts begins with."""
    found = dict(AGENCY)
    if "small_pages" in parts:
        found["page_cap"] = SMALL_PAGE
    bookings = [booking for part, booking in BOOKINGS.items() if part in parts]
    if bookings:
        found["bookings"] = bookings
    if "self_made" in parts:
        found["conversations"] = [{"id": 40, "booking": SELF_MADE, "subject": "Your stay", "created_at": "-5m"}]
    if "webhooks" in parts:
        found["webhooks"] = [{"url": RECEIVER, "latency": LATENCY}]
    return found
