"""Calls of the admin API that look: webhooks and their deliveries, journal, report, and what the page shows."""

from collections.abc import Iterator

from wire.call import Box, Call, a_body, a_busy_scenario, a_message

NOBODY = "http://127.0.0.1:9/hook"


def deliveries() -> Iterator[Call]:
    """Webhooks to an address at which nobody listens."""
    box = Box("hooks")
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("POST", "S/webhooks", {"url": NOBODY, "events": ["inbox_message_created", "booking_updated"], "retries": 2}),
        ("POST", "S/webhooks", {"url": NOBODY, "events": ["client_created"], "latency_seconds": 30, "application_id": 65}),
        ("POST", "S/webhooks", {"url": NOBODY}),
        ("GET", "S/webhooks"),
        ("DELETE", "S/webhooks/3"),
        ("POST", "/inbox/messages", a_message()),
        ("POST", "/clients", a_body("clients", fullname="Ada Lindner")),
        ("PUT", "/bookings/80", a_body("bookings", expected_checkin_time="14:45")),
        ("POST", "S/clock/advance", {"by": "1s"}),
        ("GET", "S/deliveries"),
        ("GET", "S/timeline"),
        ("POST", "S/clock/advance", {"by": "1h"}),
        ("GET", "S/deliveries?limit=1"),
        ("GET", "S/deliveries"),
        ("POST", "S/deliveries/1/redeliver"),
        ("GET", "S/journal"),
    )


def journal() -> Iterator[Call]:
    """A client that does much wrong, and what is told of it."""
    box = Box("judged")
    yield box.made(a_busy_scenario())
    yield from box.steps(
        ("GET", "S/journal"),
        ("GET", "S/report?format=json"),
        ("GET", "S/report?format=text"),
        ("GET", "/inbox/messages?per_page=1"),
        ("GET", "/inbox/conversations"),
        ("GET", "/inbox/conversations"),
        ("POST", "/inbox/conversations", a_body("conversations", default_channel="airbnb")),
        ("PUT", "/inbox/conversations/12/connect_booking", a_body("bookings", id=80)),
        ("POST", "/inbox/messages", a_message(sender_id=1, content="In the guest's name.")),
        ("POST", "/inbox/messages", a_message(channel=None)),
        ("POST", "/inbox/messages", a_message(content="")),
        ("POST", "/inbox/messages", a_message(content="Twice.")),
        ("POST", "/inbox/messages", a_message(content="Twice.")),
        ("GET", "/nothing"),
        ("GET", "/inbox/messages/999"),
        ("POST", "S/clock/advance", {"by": "5m"}),
        ("GET", "/inbox/conversations?page=2"),
        ("GET", "S/journal"),
        ("GET", "S/journal?after=8"),
        ("GET", "S/journal?after=3&wait=1"),
        ("GET", "S/report"),
        ("GET", "S/report?format=json"),
        ("GET", "S/report?format=text"),
        ("GET", "S/report?format=junit"),
    )


def views() -> Iterator[Call]:
    """What the page at / asks for."""
    box = Box("seen")
    yield box.made()
    yield from box.steps(
        ("POST", "/inbox/messages", a_message(conversation_id=4, sender_id=6)),
        ("POST", "S/bookings", {"conversation_delay": "never"}),
        ("POST", "S/clock/advance", {"by": "1m"}),
        ("GET", "S/inbox"),
        ("GET", "S/inbox?show=open&limit=3&skip=1"),
        ("GET", "S/inbox?show=closed&limit=2"),
        ("GET", "S/inbox?search=Noor"),
        ("GET", "S/inbox?booking_id=80"),
        ("GET", "S/inbox/4"),
        ("GET", "S/inbox/4?limit=2&skip=1"),
        ("GET", "S/messages/12"),
        ("GET", "S/directory"),
        ("GET", "S/changes"),
        ("GET", "S/changes?version=0&wait=1"),
    )
