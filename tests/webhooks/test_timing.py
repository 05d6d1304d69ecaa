"""When a webhook leaves: due at its cause plus the latency, and never during a request of the API."""

import pytest

from builders import START, a_body, a_message
from fake import Sandbox
from receiver import Receiver, deliveries, subscribe

pytestmark = pytest.mark.both_transports


def pending(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(event["kind"], event["due_at"]) for event in sandbox.handle.timeline()["pending"]]


def test_a_request_of_the_api_never_delivers(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url)

    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    inbox.api.get("/clients")
    inbox.admin.get("/timeline")

    assert receiver.received == []
    assert pending(inbox) == [("webhook_sent", START)]


def test_it_leaves_during_an_advance_by_nothing(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url)
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    found = inbox.advance("0s")

    assert receiver.events == ["client_created"]
    assert found["now"] == START
    assert [(event["kind"], event["about"]["outcome"]) for event in found["happened"]] == [("webhook_sent", "delivered")]


def test_advancing_returns_after_the_attempts(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url)
    for number in range(20):
        inbox.api.post("/clients", a_body("clients", fullname=f"Client {number}"))

    inbox.advance("1d")

    assert len(receiver.received) == 20
    assert {delivery["outcome"] for delivery in deliveries(inbox)} == {"delivered"}


def test_with_a_latency_it_leaves_later(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, latency_seconds=90)
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))
    assert pending(inbox) == [("webhook_sent", "2030-06-01T12:01:30Z")]

    inbox.advance("89s")
    assert receiver.received == []

    inbox.advance("1s")
    assert receiver.events == ["client_created"]


def test_an_attempt_is_dated_by_the_sandbox(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, latency_seconds=90)
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    inbox.advance("1h")

    (delivery,) = deliveries(inbox)
    assert delivery["created_at"] == START
    assert [attempt["at"] for attempt in delivery["attempts"]] == ["2030-06-01T12:01:30Z"]


def test_the_world_is_at_the_time_of_the_webhook_when_it_arrives(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "booking_created", latency_seconds=60)
    seen: list[str] = []
    receiver.on_request = lambda _received: seen.append(inbox.api.get("/clients").headers["x-updated-since-request-synced-at"])
    inbox.admin.post("/bookings", {})

    inbox.advance("1h")

    assert seen == ["2030-06-01 12:01:00 UTC"]


def test_webhooks_leave_in_the_order_of_their_causes(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, f"{receiver.url}/slow", "inbox_message_created", latency_seconds=60)
    subscribe(inbox, f"{receiver.url}/quick", "inbox_message_created")
    inbox.api.post("/inbox/messages", a_message(content="first"))
    inbox.advance("30s")
    inbox.api.post("/inbox/messages", a_message(content="second"))

    inbox.advance("1h")

    told = [(received.path, received.json["resource"]["message"]["content"]) for received in receiver.received]
    assert told == [("/hook/quick", "first"), ("/hook/quick", "second"), ("/hook/slow", "first"), ("/hook/slow", "second")]


def test_it_can_be_advanced_until_a_webhook_is_sent(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "booking_created", latency_seconds=60)
    inbox.admin.post("/bookings", {"conversation_delay": "10m"})

    answer = inbox.admin.post("/clock/advance", {"until": "webhook_sent"})

    assert answer.json["now"] == "2030-06-01T12:01:00Z"
    assert len(receiver.received) == 1


def test_what_was_pending_is_gone_after_a_reset(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url)
    inbox.api.post("/clients", a_body("clients", fullname="Ada Lindner"))

    inbox.admin.post("/reset")
    inbox.advance("1d")

    assert receiver.received == []
    assert deliveries(inbox) == []
