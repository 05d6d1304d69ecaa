"""When the guest expects an answer, and what a guest's message does to a conversation."""

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import JSON, Mock, Sandbox

MESSAGES = "/inbox/messages"


def conversation(sandbox: Sandbox, conversation_id: int = 11) -> JSON:
    found: JSON = sandbox.api.get(f"/inbox/conversations/{conversation_id}").record
    return found


def guest_writes(sandbox: Sandbox) -> None:
    sandbox.handle.write(11, "What time can we arrive?")


@pytest.fixture
def asked(inbox: Sandbox) -> Sandbox:
    """A sandbox whose guest has just asked something."""
    guest_writes(inbox)
    return inbox


def test_without_a_question_there_is_no_deadline(inbox: Sandbox) -> None:
    assert conversation(inbox)["deadline_response_at"] is None


@pytest.mark.parametrize("channel", ["airbnb", "booking-com"])
def test_a_guest_is_to_be_answered_within_a_day(mock: Mock, channel: str) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(channel=channel)]))

    guest_writes(sandbox)

    assert conversation(sandbox)["deadline_response_at"] == "2030-06-02T12:00:00Z"


def test_the_deadline_goes_with_an_answer_that_is_relayed(asked: Sandbox) -> None:
    asked.api.post(MESSAGES, a_message())

    assert conversation(asked)["deadline_response_at"] is None


def test_the_deadline_goes_with_an_answer_in_the_channels_app(asked: Sandbox) -> None:
    asked.admin.post("/conversations/11/messages", {"from": "host", "content": "From four."})

    assert conversation(asked)["deadline_response_at"] is None


@pytest.mark.parametrize("changes", [{"channel": None}, {"channel": None, "visibility": "internal"}, {"channel": "email"}])
def test_the_deadline_stays_while_the_guest_has_no_answer(asked: Sandbox, changes: JSON) -> None:
    asked.api.post(MESSAGES, a_message(**changes))

    assert conversation(asked)["deadline_response_at"] == "2030-06-02T12:00:00Z"


def test_another_question_moves_the_deadline(asked: Sandbox) -> None:
    asked.advance("1h")
    guest_writes(asked)

    assert conversation(asked)["deadline_response_at"] == "2030-06-02T13:00:00Z"


def test_a_guest_reopens_a_closed_conversation(inbox: Sandbox) -> None:
    inbox.api.put("/inbox/conversations/11", a_body("conversations", closed=True))
    assert conversation(inbox)["closed_at"] == "2030-06-01T12:00:00Z"
    inbox.advance("1h")

    guest_writes(inbox)

    assert conversation(inbox)["closed_at"] is None
    assert conversation(inbox)["updated_at"] == "2030-06-01T13:00:00Z"


def test_a_host_does_not_reopen_a_closed_conversation(inbox: Sandbox) -> None:
    inbox.api.put("/inbox/conversations/11", a_body("conversations", closed=True))

    inbox.api.post(MESSAGES, a_message())

    assert conversation(inbox)["closed_at"] == "2030-06-01T12:00:00Z"


def test_whether_a_guest_reopens_it_is_an_assumption(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking()], assume={"guest_reopens_closed": False}))
    sandbox.api.put("/inbox/conversations/11", a_body("conversations", closed=True))

    guest_writes(sandbox)

    assert conversation(sandbox)["closed_at"] == "2030-06-01T12:00:00Z"


def test_a_guests_message_moves_the_conversation_and_the_guest(inbox: Sandbox) -> None:
    inbox.advance("1h")
    guest_writes(inbox)

    assert conversation(inbox)["last_message_at"] == "2030-06-01T13:00:00Z"
    assert inbox.api.get("/inbox/participants/1").record["last_message_sent_at"] == "2030-06-01T13:00:00Z"


def test_a_poller_finds_what_a_guest_has_moved(inbox: Sandbox) -> None:
    inbox.advance("1h")
    synced_at = inbox.now()
    inbox.advance("1h")
    guest_writes(inbox)

    assert inbox.api.get("/inbox/conversations", updated_since=synced_at).ids == [11]
    assert len(inbox.api.get(MESSAGES, updated_since=synced_at).ids) == 1


def test_a_poller_finds_the_booking_whose_conversation_has_arrived(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(created_at="-0s")]))
    sandbox.advance("1m")
    synced_at = sandbox.now()
    assert sandbox.api.get("/bookings", updated_since=synced_at).ids == []

    sandbox.advance("10m")

    (found,) = sandbox.api.get("/bookings", updated_since=synced_at).records
    assert (found["updated_at"], found["links"]["conversations"]) == ("2030-06-01T12:10:00Z", [11])
    assert sandbox.api.get("/inbox/conversations", updated_since=synced_at).meta["deleted_ids"] == []


def test_a_poller_learns_of_a_cancelled_booking(inbox: Sandbox) -> None:
    inbox.advance("1h")
    synced_at = inbox.now()
    inbox.admin.post("/bookings/80/cancel")

    answer = inbox.api.get("/bookings", updated_since=synced_at)

    assert (answer.ids, answer.meta["deleted_ids"]) == ([], [80])
