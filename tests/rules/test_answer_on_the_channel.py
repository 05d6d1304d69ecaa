"""MSG002: the client answered in a channel's conversation without channel = default_channel."""

from typing import Any

import pytest

from builders import a_body, a_booking, a_scenario
from fake import Mock, Sandbox
from rules.judged import blamed, evidence, make_conversation, send, the_report
from whole import CONVERSATIONS, MESSAGES, PARTICIPANTS

CODE = "MSG002"
NOTE: dict[str, Any] = {"visibility": "internal", "channel": None}


def ask(sandbox: Sandbox) -> None:
    """The guest writes."""
    assert sandbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "When?"}).status == 201


@pytest.mark.parametrize("channel", [None, "booking-com", "email"])
def test_an_answer_went_elsewhere(inbox: Sandbox, channel: str | None) -> None:
    send(inbox, channel=channel)

    assert blamed(inbox) == [CODE]
    assert evidence(inbox, CODE) == ["POST /inbox/messages 201"]
    assert f"with channel {channel or 'null'}" in the_report(inbox)["violations"][0]["about"]


def test_it_stays_a_violation_when_another_answer_was_relayed(inbox: Sandbox) -> None:
    send(inbox, "Lost", channel=None)
    send(inbox, "Found")

    assert blamed(inbox) == [CODE]


def test_a_note_is_no_answer_to_a_guest_who_waits_for_one(inbox: Sandbox) -> None:
    ask(inbox)
    send(inbox, **NOTE)

    assert blamed(inbox) == [CODE]


def test_an_edit_does_not_mend_it(inbox: Sandbox) -> None:
    send(inbox, channel=None)
    inbox.api.put(f"{MESSAGES}/1", a_body("messages", channel="airbnb"))

    assert blamed(inbox) == [CODE]


# Not when.


@pytest.mark.parametrize("seconds", ["0s", "1h"])
def test_an_answer_on_the_channel_is_right_even_while_it_is_on_its_way(inbox: Sandbox, seconds: str) -> None:
    send(inbox)
    inbox.advance(seconds)

    assert blamed(inbox) == []


def test_a_note_may_stand_beside_an_answer(inbox: Sandbox) -> None:
    ask(inbox)
    send(inbox, **NOTE)
    inbox.advance("1m")
    send(inbox, "From four.")

    assert blamed(inbox) == []


def test_a_note_may_follow_what_the_host_answered_in_the_channels_own_app(inbox: Sandbox) -> None:
    ask(inbox)
    inbox.admin.post("/conversations/11/messages", {"from": "host", "content": "From four."})
    send(inbox, **NOTE)

    assert blamed(inbox) == []


def test_a_note_may_be_written_when_the_guest_has_not(inbox: Sandbox) -> None:
    send(inbox, **NOTE)

    assert blamed(inbox) == []


def test_the_default_channel_counts_as_it_was_at_the_time(inbox: Sandbox) -> None:
    send(inbox, "Before")
    inbox.api.put(f"{CONVERSATIONS}/11", a_body("conversations", default_channel="email"))
    send(inbox, "After", channel="email")

    assert blamed(inbox) == []


def test_a_channel_that_fails_to_relay_is_not_the_clients_doing(mock: Mock) -> None:
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    fails = {"at": "1m", "relay_fails": {"booking": 80}}
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host], timeline=[fails]))
    sandbox.advance("2m")
    send(sandbox)
    sandbox.advance("1h")

    assert sandbox.handle.thread(11) == []
    assert blamed(sandbox) == []


def test_a_conversation_that_no_channel_opened_has_no_channel_to_answer_on(inbox: Sandbox) -> None:
    own = make_conversation(inbox)
    joined = inbox.api.post(PARTICIPANTS, a_body("participants", conversation_id=own, member_id=2, member_type="Host"))
    send(inbox, conversation_id=own, sender_id=joined.record["id"], channel=None)

    assert blamed(inbox) == []


def test_a_message_in_the_guests_name_is_judged_by_another_rule(inbox: Sandbox) -> None:
    send(inbox, sender_id=1, channel=None)

    assert blamed(inbox) == ["MSG001"]
