"""AUT003: the client holds scopes that it never used."""

from collections.abc import Iterator

import pytest

from builders import a_body, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock.domain.access import ALL_SCOPES
from lowered import lower
from receiver import Receiver, receiving, subscribe
from rules.judged import blamed, make_conversation, the_report
from whole import CONVERSATIONS, MESSAGES

CODE = "AUT003"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_a_scope_was_never_used(inbox: Sandbox) -> None:
    inbox.api_with("inbox_write", "clients_read", "bookings_read").get(MESSAGES)

    (violation,) = the_report(inbox)["violations"]
    assert (violation["code"], violation["severity"]) == (CODE, "note")
    assert violation["about"] == "holds bookings_read, clients_read, and did nothing that needs them"
    assert the_report(inbox)["verdict"] == "notes"


def test_writing_was_never_needed(inbox: Sandbox) -> None:
    inbox.api_with("inbox_read", "inbox_write").get(CONVERSATIONS)

    assert "holds inbox_write," in the_report(inbox)["violations"][0]["about"]


# Not when.


def test_there_was_nothing_to_write_about(mock: Mock) -> None:
    sandbox = mock.sandbox(a_scenario())
    api = sandbox.api_with("inbox_read", "inbox_write", "bookings_read", "rentals_read")
    for path in (CONVERSATIONS, MESSAGES, "/bookings", "/rentals"):
        api.get(path)

    assert blamed(sandbox) == []


def test_every_scope_was_used(inbox: Sandbox) -> None:
    api = inbox.api_with("inbox_write", "clients_read", "bookings_read", "applications_read")
    for path in (MESSAGES, "/clients", "/bookings", "/applications"):
        api.get(path)
    api.put(f"{MESSAGES}/1", a_body("messages", content="x"))

    assert blamed(inbox) == []


def test_what_a_used_scope_implies_needs_no_use(inbox: Sandbox) -> None:
    inbox.api_with("inbox_read", "inbox_write").post(MESSAGES, a_message())

    assert blamed(inbox) == []


def test_webhooks_need_scopes_too(inbox: Sandbox, receiver: Receiver) -> None:
    subscribe(inbox, receiver.url, "client_created")
    inbox.api_with("inbox_read", "clients_read").get(MESSAGES)
    inbox.admin.post("/bookings", {"channel": "airbnb", "rental_id": 16, "guest": {"fullname": "Ada"}})
    inbox.advance("0s")

    assert len(receiver.received) == 1
    assert blamed(inbox) == []


def test_a_token_with_every_scope_was_not_asked_for(inbox: Sandbox) -> None:
    inbox.api_with(*ALL_SCOPES).get(MESSAGES)

    assert blamed(inbox) == []


def test_who_has_not_called_has_not_begun(inbox: Sandbox) -> None:
    inbox.api_with("clients_read").get(MESSAGES)

    assert blamed(inbox) == []


def test_nothing_is_said_when_the_journal_is_no_longer_whole(inbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "JOURNAL", 3)
    api = inbox.api_with("inbox_read", "clients_read")
    for _ in range(4):
        api.get(f"{MESSAGES}/1,2")
        make_conversation(inbox)

    report = the_report(inbox)
    assert report["violations"] == []
    assert report["lost"] == 5
    (rule,) = [rule for rule in report["rules"] if rule["code"] == CODE]
    assert rule["not_judged"] == "the oldest 5 entries are no longer in the journal"
