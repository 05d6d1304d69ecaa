"""A server that stops lets no request wait any longer."""
# ruff: noqa: SLF001 - that a request waits shows in nothing but the condition on which it waits

from collections.abc import Callable, Iterator
from threading import Condition, Thread
from time import monotonic, sleep

import pytest

from builders import a_scenario
from conftest import OPTIONS
from fake import Answer, Mock, OverSocket, Sandbox
from faulty import set_fault
from inbox_mock.app import Fake
from inbox_mock.serving.server import Server, serving

LONGEST_SECONDS = 15
"""Shorter than any of these requests waits."""

Ask = Callable[[Sandbox], Answer]


def changes(sandbox: Sandbox) -> Answer:
    return sandbox.admin.get("/changes", wait=1, version=sandbox.admin.get("/changes").json["version"])


def journal(sandbox: Sandbox) -> Answer:
    return sandbox.admin.get("/journal", wait=1)


def slow_answer(sandbox: Sandbox) -> Answer:
    set_fault(sandbox, "slow", by="30s", real=True)
    return sandbox.api.get("/hosts")


def news_of(fake: Fake, sandbox: Sandbox) -> Condition:
    return fake.sandboxes.get(sandbox.id)._news


def stopping(fake: Fake, _sandbox: Sandbox) -> Condition:
    condition: Condition = fake.sandboxes.around.stopping._cond  # type: ignore[attr-defined]
    return condition


def until_waiting(condition: Condition) -> None:
    """Wait until somebody waits on a condition; fail if nobody ever does."""
    end = monotonic() + LONGEST_SECONDS
    while not condition._waiters:  # type: ignore[attr-defined]
        assert monotonic() < end
        sleep(0.001)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(OPTIONS) as server:
        yield server


@pytest.mark.parametrize(("ask", "waited_on"), [(changes, news_of), (journal, news_of), (slow_answer, stopping)])
def test_requests_that_wait_are_answered_when_the_server_stops(
    server: Server, ask: Ask, waited_on: Callable[[Fake, Sandbox], Condition]
) -> None:
    sandbox = Mock(OverSocket(server.url)).sandbox(a_scenario())
    answers: list[Answer] = []
    asking = Thread(target=lambda: answers.append(ask(sandbox)), daemon=True)
    asking.start()
    until_waiting(waited_on(server.fake, sandbox))
    Thread(target=server.stop, daemon=True).start()
    asking.join(LONGEST_SECONDS)

    assert [answer.status for answer in answers] == [200]


def test_nobody_waits_for_a_server_that_has_stopped(server: Server) -> None:
    sandbox = server.fake.sandboxes.get("default")
    server.stop()
    waiting = Thread(target=sandbox.wait, args=(2 * LONGEST_SECONDS,), daemon=True)
    waiting.start()
    waiting.join(LONGEST_SECONDS)

    assert not waiting.is_alive()
