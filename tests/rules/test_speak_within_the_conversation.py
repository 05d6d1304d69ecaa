"""MSG004: the client sent from a participant of another conversation."""

from typing import Any

import pytest

from builders import a_booking, a_scenario
from fake import Mock, Sandbox
from rules.judged import blamed, evidence, send

CODE = "MSG004"


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """Two Airbnb bookings with their conversations, 11 and 12; jan takes part as 13 and 14."""
    second = a_booking(id=81, start_at="+40d", end_at="+42d", conversation=12)
    hosts = [{"id": 13, "booking": 80, "host": "jan", "at": "-1h"}, {"id": 14, "booking": 81, "host": "jan", "at": "-1h"}]
    return mock.sandbox(a_scenario(bookings=[a_booking(), second], participants=hosts))


def test_a_message_was_sent_by_somebody_of_another_conversation(sandbox: Sandbox) -> None:
    assert send(sandbox, sender_id=14).status == 422

    assert blamed(sandbox) == [CODE]
    assert evidence(sandbox, CODE) == ["POST /inbox/messages 422"]


# Not when.


def test_each_host_may_speak_where_he_takes_part(sandbox: Sandbox) -> None:
    send(sandbox, sender_id=13)
    send(sandbox, conversation_id=12, sender_id=14)

    assert blamed(sandbox) == []


@pytest.mark.parametrize(
    "changes", [{"sender_id": 99}, {"conversation_id": 99, "sender_id": 13}, {"sender_id": "jan"}, {"sender_id": None}]
)
def test_what_does_not_exist_is_no_other_conversation(sandbox: Sandbox, changes: dict[str, Any]) -> None:
    assert send(sandbox, **changes).status == 422

    assert blamed(sandbox) == []
