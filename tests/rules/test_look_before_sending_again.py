"""MSG003: the client sent the same message twice after a time-out or 5xx."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from builders import a_body, a_booking, a_message, a_scenario
from fake import Caller, Mock, OverSocket, Sandbox
from faulty import set_fault
from inbox_contracts.rules.messages import look_before_sending_again
from inbox_mock.conduct.facts import MessageFact, ParticipantFact
from rules.judged import NOON, an_entry, blamed, evidence, make_conversation, send, some_evidence, unanswered, violations_of
from whole import CONVERSATIONS, MESSAGES

CODE = "MSG003"


@pytest.fixture
def mock(served: str) -> Iterator[Mock]:
    """Answers get lost on the wire only."""
    transport = OverSocket(served)
    yield Mock(transport)
    transport.session.close()


@pytest.fixture
def first_lost(inbox: Sandbox) -> Sandbox:
    """A message was sent and stored, and the answer was lost."""
    set_fault(inbox, "timeout_after", match={"method": "POST"}, times=1)
    unanswered(send, inbox)
    return inbox


@pytest.mark.parametrize(
    ("kind", "options"), [("timeout_after", {}), ("timeout_before", {}), ("dropped", {}), ("dropped", {"applied": True})]
)
def test_it_was_sent_again_after_no_answer(inbox: Sandbox, kind: str, options: dict[str, Any]) -> None:
    set_fault(inbox, kind, times=1, **options)
    unanswered(send, inbox)
    send(inbox)

    assert blamed(inbox) == [CODE]
    assert evidence(inbox, CODE) == ["POST /inbox/messages None", "POST /inbox/messages 201"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_it_was_sent_again_after_an_error(inbox: Sandbox, status: int) -> None:
    set_fault(inbox, "status", status=status, times=1)
    send(inbox)
    send(inbox)

    assert blamed(inbox) == [CODE]


def test_it_was_sent_again_after_an_answer_that_could_not_be_read(inbox: Sandbox) -> None:
    set_fault(inbox, "malformed", times=1)
    send(inbox)
    send(inbox)

    assert blamed(inbox) == [CODE]


def test_it_was_sent_again_after_an_answer_that_was_cut_short(inbox: Sandbox) -> None:
    set_fault(inbox, "truncated", times=1)
    with pytest.raises(Exception, match=r"IncompleteRead|Connection broken"):
        send(inbox)
    send(inbox)

    assert blamed(inbox) == [CODE]


def test_each_blind_try_counts(inbox: Sandbox) -> None:
    set_fault(inbox, "status", times=2)
    for _ in range(3):
        send(inbox)

    assert blamed(inbox) == [CODE, CODE]


def test_a_refusal_in_between_settles_nothing(inbox: Sandbox) -> None:
    set_fault(inbox, "status", status=503, times=1)
    set_fault(inbox, "status", status=429, times=1)
    for _ in range(3):
        send(inbox)

    assert CODE in blamed(inbox)


def test_it_was_sent_again_although_it_was_seen(first_lost: Sandbox) -> None:
    assert first_lost.api.get(MESSAGES).ids == [1]
    send(first_lost)

    assert blamed(first_lost) == [CODE]


def test_it_was_sent_again_although_the_conversation_named_it(first_lost: Sandbox) -> None:
    first_lost.api.get(f"{CONVERSATIONS}/11")
    send(first_lost)

    assert blamed(first_lost) == [CODE]


def test_a_look_that_failed_is_none(first_lost: Sandbox) -> None:
    set_fault(first_lost, "status", match={"method": "GET"})
    first_lost.api.get(MESSAGES)
    send(first_lost)

    assert blamed(first_lost) == [CODE]


@pytest.mark.parametrize("path", ["/inbox/participants", "/bookings", "/inbox/conversations/12"])
def test_a_look_elsewhere_is_none(inbox: Sandbox, path: str) -> None:
    make_conversation(inbox)
    set_fault(inbox, "timeout_before", match={"method": "POST"}, times=1)
    unanswered(send, inbox)
    inbox.api.get(path)
    send(inbox)

    assert blamed(inbox) == [CODE]


def test_a_list_from_a_later_time_is_no_look(inbox: Sandbox) -> None:
    set_fault(inbox, "timeout_before", match={"method": "POST"}, times=1)
    unanswered(send, inbox)
    inbox.advance("1m")
    inbox.api.get(MESSAGES, updated_since=inbox.now())
    send(inbox)

    assert blamed(inbox) == [CODE]


def test_what_the_journal_does_not_keep_whole_is_compared_as_far_as_it_goes(inbox: Sandbox) -> None:
    set_fault(inbox, "timeout_before", match={"method": "POST"}, times=1)
    unanswered(send, inbox, "x" * 20_000)
    send(inbox, "x" * 20_000)

    assert blamed(inbox) == [CODE]


def test_a_look_at_another_account_is_none() -> None:
    body = json.dumps(a_message())
    sent, again = an_entry(1, "POST", asked_body=body, status=503), an_entry(3, "POST", asked_body=body, status=201)

    for account_id, found in ((1, []), (2, [(1, 3)])):
        look = an_entry(2, account_id=account_id, body='{"messages":[]}')
        assert [violation.entries for violation in violations_of(look_before_sending_again, some_evidence(sent, look, again))] == found


# Not when.


@pytest.mark.parametrize("path", [MESSAGES, CONVERSATIONS, f"{CONVERSATIONS}/11"])
def test_it_may_be_sent_again_when_a_look_did_not_show_it(inbox: Sandbox, path: str) -> None:
    set_fault(inbox, "timeout_before", match={"method": "POST"}, times=1)
    unanswered(send, inbox)
    inbox.api.get(path)
    send(inbox)

    assert blamed(inbox) == []


def test_one_who_looks_and_finds_it_does_not_send_it_again(first_lost: Sandbox) -> None:
    first_lost.api.get(MESSAGES, updated_since="2030-06-01 12:00:00 UTC")
    send(first_lost, "Something else")

    assert blamed(first_lost) == []


def test_a_look_that_shows_the_past_deceives_the_client(inbox: Sandbox) -> None:
    set_fault(inbox, "stale_read", match={"method": "GET"})
    set_fault(inbox, "timeout_after", match={"method": "POST"}, times=1)
    unanswered(send, inbox)
    assert inbox.api.get(MESSAGES).records == []
    send(inbox)

    assert blamed(inbox) == []


@pytest.mark.parametrize(("changes", "status"), [({"sender_id": 99}, 422), ({"visibility": "secret"}, 422)])
def test_what_was_refused_was_not_stored(inbox: Sandbox, changes: dict[str, Any], status: int) -> None:
    assert send(inbox, **changes).status == status
    send(inbox)

    assert blamed(inbox) == []


def test_a_429_says_that_nothing_was_stored(inbox: Sandbox) -> None:
    set_fault(inbox, "rate_limit", times=1)
    assert send(inbox).status == 429
    inbox.advance("1h")
    send(inbox)

    assert blamed(inbox) == []


def test_the_same_words_may_go_to_another_guest(mock: Mock) -> None:
    hosts = [{"id": 13, "booking": 80, "host": "jan", "at": "-1h"}, {"id": 14, "booking": 81, "host": "jan", "at": "-1h"}]
    second = a_booking(id=81, start_at="+40d", end_at="+42d", conversation=12)
    sandbox = mock.sandbox(a_scenario(bookings=[a_booking(), second], participants=hosts))
    set_fault(sandbox, "status", times=1)
    send(sandbox, sender_id=13)
    send(sandbox, sender_id=14, conversation_id=12)

    assert blamed(sandbox) == []


def test_the_same_words_may_be_sent_twice_when_both_were_answered(inbox: Sandbox) -> None:
    send(inbox)
    send(inbox)

    assert blamed(inbox) == []


def test_the_same_words_may_answer_another_question(first_lost: Sandbox) -> None:
    first_lost.api.get(MESSAGES)
    first_lost.advance("1h")
    first_lost.admin.post("/conversations/11/messages", {"from": "guest", "content": "And tomorrow?"})
    send(first_lost)

    assert blamed(first_lost) == []


def test_other_words_are_another_message(first_lost: Sandbox) -> None:
    send(first_lost, "Welcome!")

    assert blamed(first_lost) == []


def test_another_application_is_another_client(first_lost: Sandbox) -> None:
    other = Caller(first_lost.transport, first_lost.application("Airbnb")["token"])
    other.post(MESSAGES, a_message())

    assert blamed(first_lost) == []


# What the journal does not keep whole.


def answered(*, last: bool, synced_at: Any) -> list[str]:
    """The entries that are blamed when a long list was read in between, on its last page or before."""
    body = json.dumps(a_message())
    pages = {"X-Current-Page": "3" if last else "2", "X-Total-Pages": "3"}
    first = an_entry(1, "POST", asked_body=body, status=None, caused=(("inbox_message_created", 7),))
    look = an_entry(2, headers=pages, body='{"messages":[{"id":', synced_at=synced_at)
    stored = MessageFact(
        id=7, account_id=1, conversation_id=11, sender_id=2, visibility="external", channel="airbnb", created_at=NOON, relayed=True
    )
    world = some_evidence(
        first,
        look,
        an_entry(3, "POST", asked_body=body, status=201),
        messages={7: stored},
        participants={2: ParticipantFact(id=2, conversation_id=11, kind="Host")},
    )
    return [violation.about for violation in violations_of(look_before_sending_again, world)]


def test_the_newest_message_is_on_the_last_page() -> None:
    later = an_entry(2).at
    assert answered(last=True, synced_at=later)
    assert not answered(last=False, synced_at=later)
    assert not answered(last=True, synced_at=NOON)


def test_an_edit_is_not_sent_again(inbox: Sandbox) -> None:
    send(inbox)
    for _ in range(2):
        inbox.api.put(f"{MESSAGES}/1", a_body("messages", content="Edited"))

    assert blamed(inbox) == []
