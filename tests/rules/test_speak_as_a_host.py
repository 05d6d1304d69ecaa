"""MSG001: the client sent a message as a Client participant."""

from builders import a_booking, a_scenario
from fake import Mock, Sandbox
from rules.judged import blamed, evidence, send

CODE = "MSG001"


def test_a_message_was_sent_in_the_guests_name(inbox: Sandbox) -> None:
    assert send(inbox, sender_id=1).status == 201

    assert blamed(inbox) == [CODE]
    assert evidence(inbox, CODE) == ["POST /inbox/messages 201"]


def test_a_strict_sandbox_refuses_it_and_it_is_a_violation_all_the_same(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]), strict=True)
    assert send(sandbox, sender_id=1).status == 422

    assert blamed(sandbox) == [CODE]


# Not when.


def test_a_host_may_speak(inbox: Sandbox) -> None:
    send(inbox)

    assert blamed(inbox) == []


def test_what_the_guests_themselves_write_is_not_the_clients_doing(inbox: Sandbox) -> None:
    inbox.admin.post("/conversations/11/messages", {"from": "guest", "content": "Hello"})
    inbox.api.get("/inbox/messages")

    assert blamed(inbox) == []


def test_a_message_that_was_refused_for_another_reason_was_not_sent(inbox: Sandbox) -> None:
    assert send(inbox, sender_id=1, content="").status == 422

    assert blamed(inbox) == []


def test_the_guest_of_another_conversation_is_judged_by_another_rule(mock: Mock) -> None:
    second = a_booking(id=81, start_at="+40d", end_at="+42d", conversation=12)
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(), second]), strict=True)
    assert send(sandbox, sender_id=2).status == 422

    assert blamed(sandbox) == ["MSG004"]
