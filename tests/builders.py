"""Builders: records with sensible values, of which a test changes those that it is about."""

from typing import Any

JSON = dict[str, Any]

START = "2030-06-01T12:00:00Z"


def a_scenario(**changes: Any) -> JSON:
    """An agency with a rental in Paris and a host called jan (2), and what the test adds."""
    return {
        "seed": 7,
        "rentals": [{"id": 16, "name": "Chalet Les Robles", "timezone": "Europe/Paris"}],
        "users": [{"id": 2, "fullname": "Jan Kowalski"}],
        "hosts": [{"id": 2, "as": "jan", "firstname": "Jan", "lastname": "Kowalski", "user": 2}],
    } | changes


def a_booking(**changes: Any) -> JSON:
    """A scenario's booking (80), made on Airbnb two hours ago, whose conversation came after ten minutes without a host."""
    return {
        "id": 80,
        "channel": "airbnb",
        "rental": 16,
        "guest": {"fullname": "Clementina Kling"},
        "start_at": "+30d",
        "end_at": "+37d",
        "created_at": "-2h",
        "conversation_delay": "10m",
        "conversation": 11,
        "host_participant": False,
    } | changes


def a_message(**changes: Any) -> JSON:
    """The body of a message from the host's participant, relayed to a guest on Airbnb."""
    message = {
        "conversation_id": 11,
        "sender_id": 2,
        "content": "You can arrive from four o'clock.",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": "airbnb",
        "sent_at": START,
    }
    return {"messages": [message | changes]}


def a_body(plural: str, **attributes: Any) -> JSON:
    """The body of one record."""
    return {plural: [attributes]}


def without(body: JSON, attribute: str) -> JSON:
    """The same body without one attribute of its record."""
    ((plural, (record,)),) = body.items()
    return {plural: [{name: value for name, value in record.items() if name != attribute}]}
