"""A channel that nobody has heard of is one file, and works end to end."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock import channels
from receiver import receiving, subscribe

PIGEON_POST = '''
"""Pigeon Post opens the conversation when the pigeon has landed."""

from inbox_mock.channels import ChannelPolicy

POLICY = ChannelPolicy(
    name="pigeon",
    title="Pigeon Post",
    opens_after=(3600, 7200),
    host_share=1.0,
    default_channel="homeaway",
    origin="homeaway",
    response_hours=48,
    relays_after=(1800, 1800),
)
'''


@pytest.fixture
def pigeon_post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a new channel, where the package of channels looks for its own."""
    file = tmp_path / "pigeon_post.py"
    file.write_text(PIGEON_POST)
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    channels.policies.cache_clear()
    yield file
    sys.modules.pop("inbox_mock.channels.pigeon_post", None)
    if hasattr(channels, "pigeon_post"):
        del channels.pigeon_post
    channels.policies.cache_clear()


@pytest.fixture
def booked(pigeon_post: Path, mock: Mock) -> Sandbox:
    """A sandbox with a booking (1) made by pigeon, which waits for its conversation."""
    assert pigeon_post.exists()
    sandbox = mock.sandbox(a_scenario(applications=[{"id": 70, "name": "Pigeon Post", "channel": "pigeon"}]))
    assert sandbox.admin.post("/bookings", {"channel": "pigeon"}).status == 201
    return sandbox


def test_a_guest_books_on_it(booked: Sandbox) -> None:
    booking = booked.api.get("/bookings/1").record

    assert (booking["created_by_id"], booking["created_by_type"]) == (70, "Doorkeeper::Application")
    assert booking["links"]["conversations"] == []


def test_it_opens_the_conversation_in_its_own_time_and_manner(booked: Sandbox) -> None:
    booked.advance("3599s")
    assert booked.api.get("/inbox/conversations").records == []

    booked.advance("3601s")

    conversation = booked.api.get("/inbox/conversations").record
    assert (conversation["default_channel"], conversation["links"]["bookings"]) == ("homeaway", [1])
    assert conversation["links"]["created_by"] == {"id": 70, "type": "Doorkeeper::Application"}
    members = [participant["links"]["member"]["type"] for participant in booked.api.get("/inbox/participants").records]
    assert members == ["Client", "Host"]


def test_it_carries_messages_in_both_directions(booked: Sandbox) -> None:
    booked.advance("2h")
    (conversation_id,) = booked.api.get("/inbox/conversations").ids
    guest = booked.admin.post(f"/conversations/{conversation_id}/messages", {"content": "Coo?"}).json["message"]
    assert (guest["origin"], guest["channel"]) == ("homeaway", "homeaway")
    assert booked.api.get("/inbox/conversations").record["deadline_response_at"] == "2030-06-03T14:00:00Z"

    answer = a_message(conversation_id=conversation_id, channel="homeaway", content="Coo.")
    assert booked.api.post("/inbox/messages", answer).status == 201
    booked.advance("1799s")
    assert len(booked.admin.get(f"/conversations/{conversation_id}/thread").json["messages"]) == 1
    booked.advance("1s")

    thread = booked.admin.get(f"/conversations/{conversation_id}/thread").json["messages"]
    assert [(message["from"], message["content"]) for message in thread] == [("guest", "Coo?"), ("host", "Coo.")]


def test_its_conversations_are_told_by_webhook(booked: Sandbox) -> None:
    with receiving() as receiver:
        subscribe(booked, receiver.url, "inbox_conversation_created")
        booked.advance("2h")

    assert receiver.last.json["resource"]["conversation"]["created_by_id"] == 70


def test_scenarios_know_it(pigeon_post: Path, mock: Mock) -> None:
    assert pigeon_post.exists()

    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(channel="pigeon")]))

    assert sandbox.api.get("/inbox/conversations/11").record["default_channel"] == "homeaway"


def test_a_strict_sandbox_protects_it(pigeon_post: Path, mock: Mock) -> None:
    assert pigeon_post.exists()
    sandbox = mock.sandbox(a_scenario(), strict=True)

    answer = sandbox.api.post("/inbox/conversations", {"conversations": [{"default_channel": "homeaway"}]})

    assert (answer.status, answer.errors[0]["field"]) == (422, "default_channel")


def test_without_its_file_it_is_unknown(mock: Mock) -> None:
    answer = mock.sandbox(a_scenario()).admin.post("/bookings", {"channel": "pigeon"})

    assert (answer.status, answer.errors[0]["field"]) == (422, "channel")


def test_a_file_without_policy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lost_channel.py").write_text('"""No policy."""\n')
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    channels.policies.cache_clear()

    with pytest.raises(TypeError, match="lost_channel must define POLICY"):
        channels.policies()

    sys.modules.pop("inbox_mock.channels.lost_channel", None)
    channels.policies.cache_clear()
