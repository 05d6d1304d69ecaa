"""CNV002: the client connected a channel's booking, that has the channel's conversation, to one of its own."""

from builders import a_booking, a_scenario
from fake import Mock, Sandbox
from rules.judged import blamed, connect, evidence, make_conversation

CODE = "CNV002"


def test_a_booking_that_has_its_conversation_got_another(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]))
    own = make_conversation(sandbox)
    connect(sandbox, own, 80)
    connect(sandbox, own, 80)

    assert blamed(sandbox) == [CODE]
    assert evidence(sandbox, CODE) == [f"PUT /inbox/conversations/{own}/connect_booking 200"]


def test_a_booking_that_was_taken_from_its_conversation_still_has_it(inbox: Sandbox) -> None:
    inbox.api.put("/inbox/conversations/11/disconnect_booking", {"bookings": [{"id": 80}]})
    connect(inbox, make_conversation(inbox), 80)

    assert blamed(inbox) == [CODE]


def test_a_strict_sandbox_refuses_it_and_it_is_a_violation_all_the_same(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()]), strict=True)
    assert connect(sandbox, make_conversation(sandbox), 80).status == 422

    assert blamed(sandbox) == [CODE]


# Not when.


def test_a_booking_may_be_connected_to_another_conversation_of_a_channel(mock: Mock) -> None:
    second = a_booking(id=81, start_at="+40d", end_at="+42d", conversation=12)
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(), second]))
    connect(sandbox, 12, 80)

    assert blamed(sandbox) == []


def test_a_conversation_that_is_connected_to_nothing_is_no_violation(inbox: Sandbox) -> None:
    make_conversation(inbox, subject="Our own")

    assert blamed(inbox) == []
