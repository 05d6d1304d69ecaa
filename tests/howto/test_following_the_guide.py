"""Understanding Inbox Messaging, the official guide, step by step against the fake, as an integrator's program would do it."""

from typing import Any

import pytest
import requests

CLEMENTINAS_BOOKING = 80
JAN = 2


class Integration(requests.Session):
    """A program that talks to the API with the client's own token."""

    def __init__(self, root: str, token: str) -> None:
        super().__init__()
        self.api = f"{root}/api/v3"
        self.headers["Authorization"] = f"Bearer {token}"

    def read(self, path: str) -> Any:
        answer = self.get(self.api + path, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def write(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.post(self.api + path, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def sandbox(served: str) -> Any:
    """The agency, with the clock in our hands: Clementina booked on Airbnb, and her conversation is not there yet."""
    answer = requests.post(f"{served}/__admin/sandboxes", json={"scenario": "agency"}, timeout=10)
    return answer.json()


@pytest.fixture
def integration(served: str, sandbox: Any) -> Integration:
    return Integration(served, sandbox["token"])


def ten_minutes_pass(served: str, sandbox: Any) -> None:
    address = f"{served}/__admin/sandboxes/{sandbox['id']}/clock/advance"
    requests.post(address, json={"by": "10m"}, timeout=10).raise_for_status()


def her_conversation(integration: Integration) -> Any:
    (booking,) = integration.read(f"/bookings/{CLEMENTINAS_BOOKING}")["bookings"]
    ids = ",".join(str(number) for number in booking["links"]["conversations"])
    (conversation,) = integration.read(f"/inbox/conversations/{ids}?include=participants")["conversations"]
    return conversation


def test_the_conversations_of_the_account_are_listed(integration: Integration) -> None:
    found = integration.read("/inbox/conversations")

    assert found["conversations"]
    assert {conversation["links"]["account"] for conversation in found["conversations"]} == {1}


def test_a_conversation_is_not_created_right_away_with_its_booking(integration: Integration) -> None:
    (booking,) = integration.read(f"/bookings/{CLEMENTINAS_BOOKING}")["bookings"]

    assert booking["links"]["conversations"] == []


def test_polling_the_booking_finds_its_conversation(served: str, sandbox: Any, integration: Integration) -> None:
    first = integration.get(f"{integration.api}/bookings", timeout=10)
    synced_at = first.headers["x-updated-since-request-synced-at"]
    ten_minutes_pass(served, sandbox)

    answer = integration.get(f"{integration.api}/bookings", params={"updated_since": synced_at}, timeout=10).json()

    (found,) = [booking for booking in answer["bookings"] if booking["id"] == CLEMENTINAS_BOOKING]
    assert len(found["links"]["conversations"]) == 1
    assert answer["meta"]["deleted_ids"] == []


def test_the_creator_tells_the_channel(served: str, sandbox: Any, integration: Integration) -> None:
    ten_minutes_pass(served, sandbox)

    conversation = her_conversation(integration)

    assert conversation["created_by_type"] == "Doorkeeper::Application"
    (application,) = integration.read(f"/applications/{conversation['created_by_id']}")["applications"]
    assert application["name"] == "Airbnb"
    assert conversation["default_channel"] == "airbnb"


def test_a_client_participant_is_there_from_the_start(served: str, sandbox: Any, integration: Integration) -> None:
    ten_minutes_pass(served, sandbox)

    conversation = her_conversation(integration)

    clients = [p for p in conversation["participants"] if p["links"]["member"]["type"] == "Client"]
    assert len(clients) == 1
    (client,) = integration.read(f"/clients/{clients[0]['links']['member']['id']}")["clients"]
    assert client["fullname"] == "Clementina Kling"


def test_a_host_joins_and_answers(served: str, sandbox: Any, integration: Integration) -> None:
    ten_minutes_pass(served, sandbox)
    conversation = her_conversation(integration)
    seat = {"conversation_id": conversation["id"], "member_id": JAN, "member_type": "Host"}
    (host,) = integration.write("/inbox/participants", {"participants": [seat]})["participants"]

    message = {
        "conversation_id": conversation["id"],
        "sender_id": host["id"],
        "content": "Welcome, Clementina! The key is at the bakery.",
        "origin": "bookingsync_inbox",
        "visibility": "external",
        "channel": conversation["default_channel"],
        "sent_at": sandbox["clock"]["now"],
    }
    (posted,) = integration.write("/inbox/messages", {"messages": [message]})["messages"]

    assert posted["links"]["sender"] == host["id"]
    assert posted["id"] in her_conversation(integration)["links"]["messages"]
