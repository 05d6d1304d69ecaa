"""Shipped scenarios of conversations that come late, or not at all."""

from builders import START
from fake import Mock
from receiver import Receiver
from scenarios.library.seen import BOOKING, CONVERSATION, CONVERSATIONS, answer, conversations_of, heard, thread


def test_conversation_delayed(mock: Mock) -> None:
    sandbox = mock.sandbox("conversation-delayed")

    sandbox.advance("59m")
    before = conversations_of(sandbox)
    sandbox.advance("1m")

    assert (before, conversations_of(sandbox)) == ([], [11])
    assert sandbox.api.get("/bookings", updated_since="2030-06-01T13:00:00Z").ids == [80]


def test_conversation_never(mock: Mock) -> None:
    sandbox = mock.sandbox("conversation-never")

    sandbox.advance("30d")

    assert (conversations_of(sandbox), conversations_of(sandbox, 81)) == ([], [12])


def test_conversation_before_webhook(mock: Mock, receiver: Receiver) -> None:
    sandbox = heard(mock, "conversation-before-webhook", receiver)

    sandbox.advance("1m")
    polled, told = sandbox.api.get(CONVERSATIONS).ids, list(receiver.events)
    sandbox.advance("4m")

    assert (polled, told) == ([11], [])
    assert receiver.events == ["inbox_conversation_created"]


def test_cancelled_before_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox("cancelled-before-conversation")

    sandbox.advance("1h")

    booking = sandbox.api.get(BOOKING, include_canceled="true").record
    assert (booking["status"], booking["links"]["conversations"]) == ("Canceled", [])
    assert sandbox.api.get(CONVERSATIONS).ids == []


def test_cancelled_after_conversation(mock: Mock) -> None:
    sandbox = mock.sandbox("cancelled-after-conversation")

    sandbox.advance("5m")
    answer(sandbox, content="A pity!", sent_at="2030-06-01T12:05:00Z")
    sandbox.advance("1m")

    assert sandbox.api.get("/bookings", updated_since=START).meta["deleted_ids"] == [80]
    assert sandbox.api.get(CONVERSATION).record["links"]["bookings"] == [80]
    assert thread(sandbox)[-1] == ("host", "A pity!")


def test_rebooked(mock: Mock) -> None:
    sandbox = mock.sandbox("rebooked")

    sandbox.advance("10m")

    assert sandbox.api.get("/bookings").ids == [81]
    assert (sandbox.api.get(CONVERSATIONS).ids, conversations_of(sandbox, 81)) == ([11, 12], [12])
    assert thread(sandbox, 12) == [("guest", "We had to move our holiday, sorry!")]
