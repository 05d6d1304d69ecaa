"""Requests that come while others are being answered: the journal tells that their client cannot have known of those answers."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from unittest.mock import patch

from fake import JSON, Mock, OverSocket, Sandbox
from inbox_mock.app import Fake
from whole import CONVERSATIONS, MESSAGES


def entries(inbox: Sandbox) -> list[JSON]:
    """The journal's entries, oldest first."""
    found: list[JSON] = inbox.admin.get("/journal").json["entries"]
    return found


class OthersFirst:
    """The lock of a sandbox, for which another request is let in before the first one."""

    def __init__(self, lock: AbstractContextManager[object], other: Callable[[], object]) -> None:
        self.lock, self.other = lock, [other]

    def __enter__(self) -> object:
        if self.other:
            self.other.pop()()
        return self.lock.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        return self.lock.__exit__(kind, error, trace)


def answered_while_waiting(fake: Fake, inbox: Sandbox, first: str, other: str) -> list[JSON]:
    """The journal's entries of two requests, of which the first to come was answered last."""
    sandbox = fake.sandboxes.get(inbox.id)
    with patch.object(sandbox, "lock", OthersFirst(sandbox.lock, lambda: inbox.api.get(other))):
        inbox.api.get(first)
    return entries(inbox)[-2:]


def test_the_journal_tells_after_which_entry_a_request_came(fake: Fake, inbox: Sandbox) -> None:
    inbox.api.get(MESSAGES)
    newest = entries(inbox)[-1]["id"]

    other, waited = answered_while_waiting(fake, inbox, MESSAGES, CONVERSATIONS)

    assert other["path"].endswith(CONVERSATIONS)
    assert waited["request"]["arrived_after"] == newest
    assert "arrived_after" not in other["request"]


def test_it_says_so_of_that_request_alone_and_not_of_others_that_are_answered_the_same(fake: Fake, inbox: Sandbox) -> None:
    answered_while_waiting(fake, inbox, MESSAGES, CONVERSATIONS)
    inbox.api.get(MESSAGES)

    assert "arrived_after" not in entries(inbox)[-1]["request"]


def over_two_connections(served: str, sandbox: Sandbox) -> list[int | None]:
    """Ask by turns on two new connections; return what the journal says of them."""
    for connection in (one := OverSocket(served), OverSocket(served), one):
        Sandbox(connection, sandbox.made).api.get(MESSAGES)
    return [entry["request"].get("connection") for entry in entries(sandbox)]


def test_connections_have_numbers_so_that_the_same_calls_leave_the_same_journal(served: str) -> None:
    mock = Mock(OverSocket(served))
    sandbox = mock.sandbox()

    first = over_two_connections(served, sandbox)
    other = over_two_connections(served, mock.sandbox())
    sandbox.admin.post("/reset")

    assert first == [None, 2, None]
    assert other == first
    assert over_two_connections(served, sandbox) == first
