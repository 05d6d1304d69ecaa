"""CNV001: the client made a conversation for a channel's booking that was still waiting for its own."""

from typing import Any

import pytest

from builders import a_body, a_booking, a_scenario
from fake import Mock, Sandbox
from rules.judged import blamed, connect, evidence, make_conversation, the_report
from whole import CONVERSATIONS

CODE = "CNV001"


def still_waiting(**changes: Any) -> dict[str, Any]:
    return a_booking(created_at="-0s", conversation_delay="10m") | changes


@pytest.fixture
def sandbox(mock: Mock) -> Sandbox:
    """An Airbnb booking (80) whose conversation comes in ten minutes."""
    return mock.sandbox(a_scenario(bookings=[still_waiting()]))


def test_a_waiting_booking_was_connected_to_a_conversation_of_the_clients_own(sandbox: Sandbox) -> None:
    connect(sandbox, make_conversation(sandbox), 80)

    assert blamed(sandbox) == [CODE]
    assert evidence(sandbox, CODE) == ["POST /inbox/conversations 201", "PUT /inbox/conversations/1/connect_booking 200"]


def test_it_stays_a_violation_when_the_channel_has_opened_its_own_since(sandbox: Sandbox) -> None:
    connect(sandbox, make_conversation(sandbox), 80)
    sandbox.advance("10m")

    assert blamed(sandbox) == [CODE]


def test_connecting_twice_is_one_violation(sandbox: Sandbox) -> None:
    own = make_conversation(sandbox)
    connect(sandbox, own, 80)
    connect(sandbox, own, 80)

    assert blamed(sandbox) == [CODE]


def test_a_conversation_with_the_channels_default_channel_is_meant_for_the_waiting_booking(sandbox: Sandbox) -> None:
    make_conversation(sandbox, default_channel="airbnb")

    assert "booking 80" in the_report(sandbox)["violations"][0]["about"]
    assert evidence(sandbox, CODE) == ["POST /inbox/conversations 201"]


def test_a_strict_sandbox_refuses_it_and_it_is_a_violation_all_the_same(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[still_waiting()]), strict=True)

    assert sandbox.api.post(CONVERSATIONS, a_body("conversations", default_channel="airbnb")).status == 422
    connect(sandbox, make_conversation(sandbox), 80)

    assert blamed(sandbox) == [CODE, CODE]


# Not when.


def test_a_conversation_of_another_channel_is_none_for_the_booking(sandbox: Sandbox) -> None:
    make_conversation(sandbox, default_channel="email")
    make_conversation(sandbox)

    assert blamed(sandbox) == []


def test_nothing_was_made_when_it_was_refused(sandbox: Sandbox) -> None:
    sandbox.api.post(CONVERSATIONS, a_body("conversations", default_channel="airbnb", assignee_id=99))
    connect(sandbox, make_conversation(sandbox), 99)

    assert blamed(sandbox) == []


def test_a_direct_booking_waits_for_no_channel(mock: Mock) -> None:
    direct = {"id": 81, "channel": "direct", "rental": 16, "guest": {"fullname": "Ada"}, "start_at": "+50d", "end_at": "+52d"}
    sandbox = mock.sandbox(a_scenario(bookings=[direct]))

    connect(sandbox, make_conversation(sandbox, default_channel="email"), 81)

    assert blamed(sandbox) == []


def test_a_conversation_that_went_to_a_direct_booking_is_not_held_against_a_waiting_one(mock: Mock) -> None:
    direct = {"id": 81, "channel": "direct", "rental": 16, "guest": {"fullname": "Ada"}, "start_at": "+50d", "end_at": "+52d"}
    sandbox = mock.sandbox(a_scenario(bookings=[still_waiting(), direct]))

    connect(sandbox, make_conversation(sandbox, default_channel="airbnb"), 81)

    assert blamed(sandbox) == []


def test_a_cancelled_booking_waits_no_more(sandbox: Sandbox) -> None:
    sandbox.admin.post("/bookings/80/cancel")

    connect(sandbox, make_conversation(sandbox, default_channel="airbnb"), 80)

    assert blamed(sandbox) == []


def test_a_channel_that_never_opens_one_is_waited_for_a_day(mock: Mock) -> None:
    never = still_waiting(conversation_delay="never")
    del never["conversation"]
    hasty, patient = (mock.sandbox(a_scenario(bookings=[never])) for _ in range(2))
    connect(hasty, make_conversation(hasty), 80)
    assert blamed(hasty) == [CODE]

    patient.advance("1d")
    connect(patient, make_conversation(patient), 80)
    assert blamed(patient) == []


def test_a_booking_that_came_later_was_not_waiting_then(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    make_conversation(sandbox, default_channel="airbnb")
    sandbox.advance("1m")
    sandbox.admin.post("/bookings", {"channel": "airbnb", "rental_id": 16, "conversation_delay": "10m"})

    assert blamed(sandbox) == []
