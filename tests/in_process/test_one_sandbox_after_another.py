"""Sandboxes that follow each other in one process: a database that a sandbox has left as it was serves the next one."""

from collections.abc import Callable

import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inbox_mock.testing import InboxMock, SandboxInProcess, inbox_mock
from inbox_mock.testing.sandboxes import judged

API = "https://www.bookingsync.com/api/v3"
MESSAGE = {
    "conversation_id": 4,
    "sender_id": 6,
    "origin": "bookingsync_inbox",
    "visibility": "external",
    "channel": "airbnb",
    "content": "Yes.",
    "sent_at": "2030-06-01T12:00:00Z",
}


def ask(sandbox: SandboxInProcess, path: str, body: object = None) -> requests.Response:
    """Ask the real address, with the sandbox's token."""
    headers = {"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/vnd.api+json"}
    return requests.request("GET" if body is None else "POST", f"{API}{path}", headers=headers, json=body, timeout=5)


def judge(context: InboxMock, sandbox: SandboxInProcess) -> None:
    """Judge what was asked so far, as the fixtures do."""
    judged(context.fake.sandboxes.get(sandbox.id))


def rewind(sandbox: SandboxInProcess) -> None:
    """Go back before the first deed, if there is one."""
    points = sandbox.clock.points()
    if points:
        sandbox.clock.rewind(point=points[0]["id"])


def restore(sandbox: SandboxInProcess) -> None:
    """Keep the present, change it, and go back."""
    sandbox.snapshot("now")
    ask(sandbox, "/inbox/messages", {"messages": [MESSAGE]})
    sandbox.restore("now")


Deed = Callable[[InboxMock, SandboxInProcess], object]
DEEDS: dict[str, Deed] = {
    "read": lambda _, sandbox: ask(sandbox, "/inbox/conversations/4?include=messages"),
    "ask for what there is not": lambda _, sandbox: ask(sandbox, "/bookings/999999"),
    "write": lambda _, sandbox: ask(sandbox, "/inbox/messages", {"messages": [MESSAGE]}),
    "judge": judge,
    "read the journal": lambda _, sandbox: sandbox.journal(),
    "advance": lambda _, sandbox: sandbox.clock.advance("10m"),
    "set a fault": lambda _, sandbox: sandbox.fault("expired_token"),
    "reset": lambda _, sandbox: sandbox.reset(),
    "sleep": lambda context, sandbox: context.fake.sandboxes.get(sandbox.id).sleep(),
    "rewind": lambda _, sandbox: rewind(sandbox),
    "restore": lambda _, sandbox: restore(sandbox),
    "fork": lambda _, sandbox: sandbox.fork(),
    "take an image": lambda context, sandbox: context.fake.sandboxes.get(sandbox.id).image(),
}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.sampled_from([*DEEDS]), max_size=4), min_size=1, max_size=4))
@example([["read", "judge"], ["write"], [], ["reset", "read", "judge"], []])
def test_each_is_its_scenario_to_the_byte_whatever_was_done_in_those_before(deeds: list[list[str]]) -> None:
    found = []
    for done in [*deeds, []]:
        context = inbox_mock("agency")
        with context as sandbox:
            held = context.fake.sandboxes.get(sandbox.id)
            found.append((held.image(), held.generation, held.last_entry, held.storage.size))
            for deed in done:
                DEEDS[deed](context, sandbox)

    assert all(one == found[0] for one in found)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([*DEEDS]), max_size=6))
@example(["read", "reset", "read", "reset", "write", "reset"])
@example(["read", "write", "rewind", "write", "reset", "fork", "write", "reset", "restore"])
def test_a_reset_leaves_what_a_new_sandbox_is_to_the_byte_whatever_was_done_before(deeds: list[str]) -> None:
    context = inbox_mock("agency")
    with context as sandbox:
        held = context.fake.sandboxes.get(sandbox.id)
        new = held.image()
        for deed in deeds:
            DEEDS[deed](context, sandbox)

        sandbox.reset()

        assert held.image() == new
        assert sandbox.journal() == []


def test_a_request_of_one_is_neither_in_the_journal_of_the_next_nor_counted_there() -> None:
    left = []
    for _ in range(3):
        context = inbox_mock("agency")
        with context as sandbox:
            assert sandbox.journal() == []
            left.append(ask(sandbox, "/me").headers["X-RateLimit-Remaining"])
            judge(context, sandbox)

    assert len(set(left)) == 1


def test_to_judge_changes_nothing() -> None:
    context = inbox_mock("agency")
    with context as sandbox:
        held = context.fake.sandboxes.get(sandbox.id)
        ask(sandbox, "/inbox/conversations/999999")
        before = held.version, held.last_entry

        judge(context, sandbox)

        assert (held.version, held.last_entry) == before
        ask(sandbox, "/me")
        assert [(entry["id"], entry["status"]) for entry in sandbox.journal()] == [(1, 404), (2, 200)]
