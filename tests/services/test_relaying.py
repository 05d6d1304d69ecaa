"""What the guest sees on the channel, and what stays in Smily."""

from typing import Any

import pytest

from builders import START, a_body, a_booking, a_message, a_scenario
from fake import Mock, Sandbox

MESSAGES = "/inbox/messages"
LONGEST_RELAY = "5s"


def said(sandbox: Sandbox, conversation_id: int = 11) -> list[tuple[str, str]]:
    return [(message["from"], message["content"]) for message in sandbox.handle.thread(conversation_id)]


def a_client_of(sandbox: Sandbox) -> int:
    """A Client participant that the client itself added to the channel's conversation."""
    client = sandbox.api.post("/clients", a_body("clients", fullname="Another Guest")).record["id"]
    wanted = a_body("participants", conversation_id=11, member_id=client, member_type="Client")
    return int(sandbox.api.post("/inbox/participants", wanted).record["id"])


def test_the_thread_shows_both_directions(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"content": "What time can we arrive?"})
    answer = inbox.api.post(MESSAGES, a_message(content="From four."))
    inbox.advance(LONGEST_RELAY)

    assert said(inbox) == [("guest", "What time can we arrive?"), ("host", "From four.")]
    assert inbox.handle.thread(11)[1]["message_id"] == answer.record["id"]
    assert list(inbox.handle.thread(11)[0]) == ["from", "content", "at", "message_id", "attachments"]


def test_what_is_relayed_has_no_hindrance(inbox: Sandbox) -> None:
    assert "X-Mock-Why" not in inbox.api.post(MESSAGES, a_message()).headers


def test_a_message_is_on_its_way_until_the_relay_delay_is_over(inbox: Sandbox) -> None:
    inbox.api.post(MESSAGES, a_message())
    (event,) = inbox.handle.timeline()["pending"]
    assert (event["kind"], "2030-06-01T12:00:01Z" <= event["due_at"] <= "2030-06-01T12:00:05Z") == ("message_relayed", True)
    assert inbox.handle.thread(11) == []

    inbox.admin.post("/clock/advance", {"until": "message_relayed"})

    assert [message["at"] for message in inbox.handle.thread(11)] == [event["due_at"]]


def test_what_comes_from_the_channel_is_there_at_once(inbox: Sandbox) -> None:
    written = inbox.admin.post("/conversations/11/messages", {"content": "Hello"}).json["message"]

    (message,) = inbox.handle.thread(11)
    assert message == {"from": "guest", "content": "Hello", "at": START, "message_id": written["id"], "attachments": []}


@pytest.mark.parametrize(("channel", "default_channel", "origin"), [("airbnb",) * 2 + ("airbnb_message",), ("booking-com",) * 3])
def test_what_comes_from_the_channel_says_where_it_was_written(mock: Mock, channel: str, default_channel: str, origin: str) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(channel=channel)]))

    written = sandbox.admin.post("/conversations/11/messages", {"content": "Hello"}).json["message"]

    assert (written["channel"], written["origin"], written["visibility"]) == (default_channel, origin, "external")
    assert sandbox.api.get(f"{MESSAGES}/{written['id']}").record == written
    application = {"id": {"airbnb": 65, "booking-com": 66}[channel], "type": "Doorkeeper::Application"}
    assert written["links"]["created_by"] == application


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"channel": None}, "channel is null, and the conversation's default_channel is airbnb"),
        ({"channel": "email"}, "channel is email, and the conversation's default_channel is airbnb"),
        ({"channel": "booking-com"}, "channel is booking-com, and the conversation's default_channel is airbnb"),
        ({"channel": None, "visibility": "internal"}, "the message is internal"),
        ({"sender_id": 1}, "only a Host participant's messages are relayed, and the sender is a Client participant"),
    ],
)
def test_what_is_not_relayed_is_stored_and_says_why(inbox: Sandbox, changes: dict[str, Any], why: str) -> None:
    answer = inbox.api.post(MESSAGES, a_message(**changes))
    inbox.advance("1d")

    assert answer.status == 201
    assert inbox.api.get(f"{MESSAGES}/{answer.record['id']}").status == 200
    assert answer.headers["X-Mock-Why"] == f"not relayed: {why}"
    assert inbox.handle.journal()[0]["why"] == f"not relayed: {why}"
    assert inbox.handle.thread(11) == []


def test_only_the_answer_with_the_channel_reaches_the_guest(inbox: Sandbox) -> None:
    inbox.api.post(MESSAGES, a_message(content="with"))
    inbox.api.post(MESSAGES, a_message(content="without", channel=None))
    inbox.advance(LONGEST_RELAY)

    assert said(inbox) == [("host", "with")]


def test_an_edit_of_what_was_relayed_is_not(inbox: Sandbox) -> None:
    message = inbox.api.post(MESSAGES, a_message(content="From four.")).record
    inbox.advance(LONGEST_RELAY)

    inbox.api.put(f"{MESSAGES}/{message['id']}", a_body("messages", content="From five."))
    inbox.api.put(f"{MESSAGES}/{message['id']}", a_body("messages", content="From six."))
    inbox.advance("1d")

    assert inbox.api.get(f"{MESSAGES}/{message['id']}").record["content"] == "From six."
    assert said(inbox) == [("host", "From four.")]


def test_an_edit_does_not_catch_up_with_what_is_on_its_way(inbox: Sandbox) -> None:
    message = inbox.api.post(MESSAGES, a_message(content="From four.")).record
    inbox.api.put(f"{MESSAGES}/{message['id']}", a_body("messages", content="A note.", visibility="internal", channel=None))

    inbox.advance("1d")

    assert said(inbox) == [("host", "From four.")]


def test_an_edit_does_not_send_what_was_kept_back(inbox: Sandbox) -> None:
    message = inbox.api.post(MESSAGES, a_message(channel=None)).record
    inbox.api.put(f"{MESSAGES}/{message['id']}", a_body("messages", channel="airbnb"))

    inbox.advance("1d")

    assert inbox.handle.thread(11) == []


def test_a_guest_message_that_is_edited_keeps_the_guests_words(inbox: Sandbox) -> None:
    message = inbox.admin.post("/conversations/11/messages", {"content": "Hello"}).json["message"]

    inbox.api.put(f"{MESSAGES}/{message['id']}", a_body("messages", content="Changed"))

    assert said(inbox) == [("guest", "Hello")]


def test_a_self_made_conversation_is_never_seen_on_the_channel(inbox: Sandbox) -> None:
    made = inbox.api.post("/inbox/conversations", a_body("conversations", default_channel="airbnb"))
    conversation = made.record["id"]
    assert made.headers["X-Mock-Why"] == "not synchronised: no channel sees a conversation that a client makes"
    connected = inbox.api.put(f"/inbox/conversations/{conversation}/connect_booking", {"bookings": [{"id": 80}]})
    assert connected.headers["X-Mock-Why"].startswith("not synchronised: ")
    sender = inbox.api.post("/inbox/participants", a_body("participants", conversation_id=conversation, member_id=2, member_type="Host"))

    answer = inbox.api.post(MESSAGES, a_message(conversation_id=conversation, sender_id=sender.record["id"]))
    inbox.advance("1d")

    assert answer.headers["X-Mock-Why"] == "not relayed: no channel opened this conversation, and none sees it"
    assert inbox.admin.get(f"/conversations/{conversation}/thread").status == 404
    assert inbox.handle.thread(11) == []


def test_a_self_made_conversation_does_not_keep_the_channel_from_opening_its_own(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s", conversation=None) | {"conversation": 12}]))
    made = sandbox.api.post("/inbox/conversations", a_body("conversations", default_channel="airbnb")).record["id"]
    sandbox.api.put(f"/inbox/conversations/{made}/connect_booking", {"bookings": [{"id": 80}]})

    sandbox.advance("10m")

    assert sandbox.api.get("/bookings/80").record["links"]["conversations"] == [made, 12]


def test_a_client_participant_that_a_client_adds_is_never_seen_on_the_channel(inbox: Sandbox) -> None:
    added = a_client_of(inbox)
    assert inbox.handle.journal()[-1]["why"].startswith("not synchronised: ")

    inbox.api.post(MESSAGES, a_message(sender_id=added, content="From nowhere"))
    inbox.advance("1d")

    assert inbox.handle.thread(11) == []
    inbox.admin.post("/conversations/11/messages", {"content": "Hello"})
    (seen,) = inbox.handle.thread(11)
    assert inbox.api.get(f"{MESSAGES}/{seen['message_id']}").record["links"]["sender"] == 1


def test_a_host_participant_that_a_client_adds_can_answer(waiting: Sandbox) -> None:
    wanted = a_body("participants", conversation_id=11, member_id=2, member_type="Host")
    sender = waiting.api.post("/inbox/participants", wanted).record["id"]

    waiting.api.post(MESSAGES, a_message(sender_id=sender, content="Welcome."))
    waiting.advance(LONGEST_RELAY)

    assert said(waiting) == [("host", "Welcome.")]


def test_what_the_host_writes_in_the_channels_app_is_in_both_worlds(inbox: Sandbox) -> None:
    written = inbox.admin.post("/conversations/11/messages", {"from": "host", "content": "See you."}).json["message"]

    assert said(inbox) == [("host", "See you.")]
    assert written["links"]["sender"] == 2
    assert written["links"]["created_by"] == {"id": 65, "type": "Doorkeeper::Application"}
    inbox.advance("1d")
    assert said(inbox) == [("host", "See you.")]


def test_staff_who_answer_are_relayed_too(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"from": "staff", "content": "See you."})
    inbox.advance(LONGEST_RELAY)

    assert said(inbox) == [("host", "See you.")]


def test_host_participants_are_notified_and_nobody_else(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"content": "Hello"})

    told = [event for event in inbox.handle.timeline()["past"] if event["kind"] == "hosts_notified"]

    assert [event["about"]["host_ids"] for event in told] == [[2]]
    assert [event["about"]["participant_ids"] for event in told] == [[2]]


def test_nobody_is_notified_of_an_internal_note(inbox: Sandbox) -> None:
    inbox.api.post(MESSAGES, a_message(visibility="internal", channel=None))

    assert [event["kind"] for event in inbox.handle.timeline()["past"]].count("hosts_notified") == 0
