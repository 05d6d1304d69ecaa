"""SYN003: the client sent an updated_since later than any synced-at that it was given."""

import pytest

from builders import a_body
from fake import Sandbox
from faulty import set_fault
from inbox_contracts.rules.synchronisation import ask_from_the_synced_at
from rules.judged import NOON, an_entry, blamed, evidence, some_evidence, violations_of
from whole import CONVERSATIONS, MESSAGES

CODE = "SYN003"
SYNCED_AT = "x-updated-since-request-synced-at"


def test_a_time_that_nobody_gave_was_sent(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    inbox.api.get(MESSAGES, updated_since="2030-06-01T12:00:01Z")

    assert blamed(inbox) == [CODE]
    assert evidence(inbox, CODE) == ["GET /inbox/messages 200"]


@pytest.mark.parametrize("written", ["2031-01-01", "2030-06-01 14:00:01 +0200", "2030-06-01T12:00:00.5Z"])
def test_however_it_is_written(inbox: Sandbox, written: str) -> None:
    inbox.api.get(MESSAGES)
    inbox.api.get(MESSAGES, updated_since=written)

    assert blamed(inbox) == [CODE]


def test_an_answer_from_the_past_gives_a_time_from_the_past(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    set_fault(inbox, "stale_read", **{"for": "1h"})
    inbox.advance("10m")
    inbox.api.get(MESSAGES, updated_since="2030-06-01 12:00:00 UTC")
    inbox.api.get(MESSAGES, updated_since="2030-06-01 12:10:00 UTC")

    assert blamed(inbox) == [CODE]


def test_an_answer_that_was_lost_gave_nothing() -> None:
    lost = an_entry(2, status=None, synced_at=None)
    later = an_entry(3, query=f"updated_since={lost.at.isoformat().replace('+00:00', 'Z')}")

    assert [violation.entries for violation in violations_of(ask_from_the_synced_at, some_evidence(an_entry(1), lost, later))] == [(3,)]


# Not when.


def test_the_time_that_was_given_may_be_sent(inbox: Sandbox) -> None:
    for _ in range(3):
        synced_at = inbox.api.get(MESSAGES).headers[SYNCED_AT]
        inbox.advance("10m")
        inbox.api.get(MESSAGES, updated_since=synced_at)
        inbox.advance("10m")

    assert CODE not in blamed(inbox)


def test_an_earlier_time_may_be_sent(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    inbox.api.get(MESSAGES, updated_since="2030-06-01T11:59:00Z")

    assert blamed(inbox) == []


def test_a_time_that_another_answer_gave_may_be_sent(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    inbox.advance("10m")
    given = inbox.api.post(CONVERSATIONS, a_body("conversations", subject="Ours")).headers[SYNCED_AT]
    inbox.api.get(MESSAGES, updated_since=given)

    assert blamed(inbox) == []


def test_a_time_may_be_brought_along_from_earlier(inbox: Sandbox) -> None:
    inbox.api.get("/bookings")
    inbox.api.get(MESSAGES, updated_since="2030-07-01T12:00:00Z")
    inbox.api.get(CONVERSATIONS, updated_since="2030-07-01T12:00:01Z")

    assert blamed(inbox) == []


def test_what_is_no_time_is_no_later_one(inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    inbox.api.get(MESSAGES, updated_since="tomorrow", include="sender")

    assert blamed(inbox) == []


def test_what_was_given_before_the_journal_begins_counts() -> None:
    first = an_entry(11, status=None, synced_at=None)
    second = an_entry(12, synced_at=NOON)
    asked = an_entry(13, query="updated_since=2030-06-01T12:00:10Z")

    assert violations_of(ask_from_the_synced_at, some_evidence(first, second, asked, lost=10)) == []
    assert violations_of(ask_from_the_synced_at, some_evidence(first, second, asked)) != []
