"""PRT001: the client created a Client participant in a channel's conversation."""

from typing import Any

from builders import a_body, a_booking, a_scenario
from fake import Answer, Mock, Sandbox
from rules.judged import blamed, evidence, make_conversation
from whole import PARTICIPANTS

CODE = "PRT001"


def join(sandbox: Sandbox, **changes: Any) -> Answer:
    wanted = {"conversation_id": 11, "member_id": 1, "member_type": "Client"} | changes
    return sandbox.api.post(PARTICIPANTS, a_body("participants", **wanted))


def test_a_guest_was_added_to_a_channels_conversation(inbox: Sandbox) -> None:
    assert join(inbox).status == 201

    assert blamed(inbox) == [CODE]
    assert evidence(inbox, CODE) == ["POST /inbox/participants 201"]


def test_ids_may_be_written_as_text(inbox: Sandbox) -> None:
    join(inbox, conversation_id="11", member_id="1")

    assert blamed(inbox) == [CODE]


def test_a_strict_sandbox_refuses_it_and_it_is_a_violation_all_the_same(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]), strict=True)
    assert join(sandbox).status == 422

    assert blamed(sandbox) == [CODE]


# Not when.


def test_hosts_may_be_added(inbox: Sandbox) -> None:
    assert join(inbox, member_type="Host", member_id=2).status == 201

    assert blamed(inbox) == []


def test_a_guest_may_be_added_to_a_conversation_that_no_channel_opened(inbox: Sandbox) -> None:
    assert join(inbox, conversation_id=make_conversation(inbox)).status == 201

    assert blamed(inbox) == []


def test_a_guest_who_was_refused_for_another_reason_was_not_added(inbox: Sandbox) -> None:
    assert join(inbox, member_id=99).status == 422

    assert blamed(inbox) == []
