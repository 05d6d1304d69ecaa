"""Examples of the OpenAPI document: each is answered with success in a new sandbox of the scenario `agency`."""

from typing import Any

from inbox_mock.api.operation import Operation
from inbox_mock.resources import RESOURCES

JSON = dict[str, Any]
IDS = {
    "accounts": 1,
    "applications": 17,
    "attachments": 1,
    "bookings": 67,
    "clients": 10,
    "conversations": 4,
    "hosts": 2,
    "inquiries": 31,
    "messages": 44,
    "participants": 6,
    "rentals": 16,
    "sources": 1,
}
"""A record of each resource."""
ADDRESSED = {"connect_booking": 13, "disconnect_booking": 13, "update_booking": 60, "cancel_booking": 60}
"""Other records, for operations that the usual one does not suit: a direct booking, and the conversation of one."""
RECORDS: dict[str, JSON] = {
    "create_conversation": {"subject": "Your stay in June", "default_channel": "email"},
    "update_conversation": {"assignee_id": 4, "closed": True},
    "connect_booking": {"id": 60},
    "disconnect_booking": {"id": 71},
    "create_participant": {"conversation_id": 4, "member_id": 3, "member_type": "Host"},
    "update_participant": {"read": True},
    "create_message": {
        "conversation_id": 4,
        "sender_id": 6,
        "content": "You can arrive from four o'clock.",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": "airbnb",
        "sent_at": "2030-06-01T12:00:00Z",
    },
    "update_message": {"content": "You can arrive from three o'clock."},
    "add_attachment": {"id": 1},
    "create_attachment": {"name": "arrival.txt", "file": "data:text/plain;base64,VGhlIGtleSBpcyB1bmRlciB0aGUgbWF0Lg=="},
    "update_attachment": {"name": "arrival-2030.txt"},
    "create_host": {"firstname": "Jan", "lastname": "Kowalski", "email": "jan@example.com"},
    "update_host": {"lastname": "Kowalska"},
    "create_booking": {"start_at": "2031-03-01", "end_at": "2031-03-08", "booked": True, "client_id": 10, "final_price": "2700.0"},
    "update_booking": {"door_key_code": "1234"},
    "cancel_booking": {"cancelation_reason": "payment_failed"},
    "create_client": {"fullname": "Clementina Kling", "emails": [{"label": "home", "email": "clementina@example.com"}]},
    "update_client": {"notes": "Travels with a dog."},
    "create_source": {"name": "Our website"},
    "update_source": {"position": 2},
    "create_inquiry": {
        "firstname": "Clementina",
        "lastname": "Kling",
        "email": "clementina@example.com",
        "start_at": "2031-03-01",
        "end_at": "2031-03-08",
        "adults": 2,
    },
    "update_inquiry": {"adults": 3},
    "update_application": {"default_price_increase": "10.0"},
}
"""What the body of each operation holds."""
QUERY = {
    "page": "1",
    "per_page": "20",
    "updated_since": "2016-01-01T00:00:00Z",
    "from": "2030-06-01T00:00:00Z",
    "until": "2030-07-01T00:00:00Z",
    "months": "3",
    "status": "booked",
    "include_canceled": "true",
    "rental_id": "16",
    "client_id": "10",
}


def record_id(operation: Operation) -> int:
    """Return the id of the record that an operation names in its path."""
    return ADDRESSED.get(operation.name, IDS[operation.resource.plural])


def of_query(operation: Operation, name: str) -> str:
    """Return an example of a query parameter; those of one operation, taken together, find something."""
    resource = operation.resource
    if name == "ids":
        return str(IDS[resource.plural])
    if name == "fields":
        return ",".join(attribute.name for attribute in resource.attributes if attribute.read)
    if name == "include":
        return next((link.name for link in resource.links if link.target in RESOURCES), "none")
    return QUERY[name]
