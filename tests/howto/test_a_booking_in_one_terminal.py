"""A booking on Airbnb from a terminal: what the channel does, what a client does, and what the guest sees of it."""

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from processes import run
from receiver import Receiver, receiving

JAN = 2
GUEST = ("--guest", "Ada Bauer", "--conversation-delay", "10m", "--no-host")


@dataclass
class Terminal:
    """Types ``inbox-mock`` for one sandbox, and calls the API with its token."""

    root: str
    sandbox: Any

    def type(self, *arguments: str) -> str:
        ran = run(*arguments, "--url", self.root, "--sandbox", self.sandbox["id"])
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def book(self, *more: str) -> int:
        found = re.match(r"Booking (\d+):", self.type("book", *GUEST, *more))
        assert found is not None
        return int(found[1])

    def admin(self, path: str, body: object = None) -> Any:
        method = "GET" if body is None else "POST"
        return requests.request(method, f"{self.root}/__admin/sandboxes/{self.sandbox['id']}{path}", json=body, timeout=10).json()

    def api(self, path: str, body: object = None) -> requests.Response:
        method, headers = "GET" if body is None else "POST", {"Authorization": f"Bearer {self.sandbox['token']}"}
        answer = requests.request(method, f"{self.root}/api/v3{path}", json=body, headers=headers, timeout=10)
        answer.raise_for_status()
        return answer

    def conversation_of(self, booking_id: int) -> Any:
        (booking,) = self.api(f"/bookings/{booking_id}").json()["bookings"]
        found = booking["links"]["conversations"]
        return self.api(f"/inbox/conversations/{found[0]}?include=participants").json()["conversations"][0] if found else None

    def join(self, conversation: Any, host_id: int) -> int:
        seat = {"conversation_id": conversation["id"], "member_id": host_id, "member_type": "Host"}
        joined: int = self.api("/inbox/participants", {"participants": [seat]}).json()["participants"][0]["id"]
        return joined

    def answer(self, conversation: Any, sender_id: int, content: str, **more: object) -> requests.Response:
        message = {
            "conversation_id": conversation["id"],
            "sender_id": sender_id,
            "content": content,
            "origin": "bookingsync_inbox",
            "visibility": "external",
            "sent_at": self.sandbox["clock"]["now"],
        }
        return self.api("/inbox/messages", {"messages": [message | more]})

    def thread(self, conversation: Any) -> list[tuple[str, str]]:
        found = self.admin(f"/conversations/{conversation['id']}/thread")["messages"]
        return [(message["from"], message["content"]) for message in found]


@pytest.fixture
def terminal(served: str) -> Terminal:
    """The agency, in a sandbox of its own."""
    return Terminal(served, requests.post(f"{served}/__admin/sandboxes", json={"scenario": "agency"}, timeout=10).json())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA1 over the Base64 of the body, which has a newline after every 60 characters and at the end."""
    lines = re.sub(r"(.{1,60})", r"\1\n", base64.b64encode(body).decode())
    return hmac.new(secret.encode(), lines.encode(), "sha1").hexdigest()


def test_a_booking_on_airbnb_has_no_conversation_at_first(terminal: Terminal) -> None:
    assert terminal.conversation_of(terminal.book()) is None


def test_time_passes_and_the_channel_opens_it_with_the_guest_in_it(terminal: Terminal) -> None:
    booking_id = terminal.book()

    printed = terminal.type("clock", "advance", "10m")

    conversation = terminal.conversation_of(booking_id)
    assert f"conversation_opened  booking {booking_id}, conversation {conversation['id']}\n" in printed
    assert conversation["default_channel"] == "airbnb"
    assert [participant["links"]["member"]["type"] for participant in conversation["participants"]] == ["Client"]


def test_its_webhook_arrives_signed(terminal: Terminal, receiver: Receiver) -> None:
    webhook = terminal.admin("/webhooks", {"url": receiver.url, "events": ["inbox_conversation_created"]})
    booking_id = terminal.book()

    terminal.type("clock", "advance", "--until", "idle")

    conversation = terminal.conversation_of(booking_id)
    assert len(receiver.received) == 2  # the agency's own booking 80 was waiting too
    for given, body in ((one.header("X-Content-Signature"), one.body) for one in receiver.received):
        assert given == signature(webhook["secret"], body)
    assert f'"id":{conversation["id"]}'.encode() in receiver.last.body


def test_only_the_answer_with_the_channel_reaches_the_guest(terminal: Terminal) -> None:
    booking_id = terminal.book()
    terminal.type("clock", "advance", "10m")
    conversation = terminal.conversation_of(booking_id)
    jan = terminal.join(conversation, JAN)

    relayed = terminal.answer(conversation, jan, "Welcome, Ada!", channel=conversation["default_channel"])
    stored = terminal.answer(conversation, jan, "Ada never reads this.")
    terminal.type("clock", "advance", "1m")

    assert terminal.thread(conversation) == [("host", "Welcome, Ada!")]
    assert "X-Mock-Why" not in relayed.headers
    assert stored.headers["X-Mock-Why"] == "not relayed: channel is null, and the conversation's default_channel is airbnb"
    assert len(terminal.conversation_of(booking_id)["links"]["messages"]) == 2


def test_the_guest_and_staff_write_from_the_terminal(terminal: Terminal) -> None:
    booking_id = terminal.book("--conversation-delay", "0s")
    conversation = terminal.conversation_of(booking_id)

    terminal.type("write", str(conversation["id"]), "Is there a garage?", "--as", "guest")
    terminal.type("write", str(conversation["id"]), "There is.", "--as", "staff")
    terminal.type("clock", "advance", "1m")

    assert terminal.thread(conversation) == [("guest", "Is there a garage?"), ("host", "There is.")]


def test_the_journal_tells_what_each_call_came_to(terminal: Terminal) -> None:
    booking_id = terminal.book()
    terminal.type("clock", "advance", "10m")
    conversation = terminal.conversation_of(booking_id)
    terminal.answer(conversation, terminal.join(conversation, JAN), "Ada never reads this.")

    last = terminal.type("journal").splitlines()[-1]

    assert "POST   /api/v3/inbox/messages  201  caused inbox_message_created" in last
    assert "(not relayed: channel is null, and the conversation's default_channel is airbnb)" in last
