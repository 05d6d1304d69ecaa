"""The attacks on trial: a broken server is found, what is drawn comes from the seed alone, and what is no HTTP is told."""

from pathlib import Path
from typing import Any

import pytest

from fake import Mock
from hostile import drivers, fuzzed, mixed, scenarios
from hostile.attacks import Run, every
from hostile.calls import operations
from hostile.children import TRACEBACK, Ended
from hostile.wire import Malformed, Reply, replies
from mutants.servers.breaking import Asked, Mutant, Result, serving

REQUESTS = 150


class Counted(Run):
    """A run that is over after so many requests, on a machine of any speed."""

    @property
    def is_over(self) -> bool:
        self.asked = getattr(self, "asked", 0) + 1
        return self.asked > REQUESTS


def fail_at_messages(asked: Asked, reply: Result) -> None:
    """An error nobody ordered."""
    if (asked.method, asked.path) == ("POST", "/inbox/messages"):
        reply.become(500, b'{"errors":[]}', "application/vnd.api+json")


def tell_of_others(_: Asked, reply: Result) -> None:
    """Every answer contains a secret of a sandbox that is not the caller's."""
    reply.set("X-Cached", "secret-0123456789abcdef")


def forget_what_is_written(asked: Asked) -> None:
    """A change is acknowledged, and another one is made."""
    if asked.method == "PUT" and asked.path.startswith("/inbox/messages/"):
        asked.body = b'{"messages":[{"content":"lost"}]}'


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Counted("test", 1, 0, tmp_path)


def broken(**how: Any) -> Mutant:
    return Mutant(name="broken", fault="", killed_by="", **how)


@pytest.mark.parametrize(
    ("mutant", "found"),
    [
        (broken(edit=fail_at_messages), "is answered 500"),
        (broken(edit=tell_of_others), "with the secret of another sandbox"),
        (broken(turn=forget_what_is_written), "was acknowledged, and is 'lost'"),
    ],
    ids=["500", "cross-read", "lost write"],
)
def test_mixed_load_finds_a_broken_server(run: Run, mutant: Mutant, found: str) -> None:
    with serving(mutant) as root:
        mixed.load(run, root, threads=2)
    assert any(found in wrong for wrong in run.wrongs), run.wrongs


def test_fuzzed_requests_find_errors_that_nobody_ordered(run: Run) -> None:
    with serving(broken(edit=lambda _, reply: reply.become(500, b"", "text/plain"))) as root:
        assert fuzzed.fuzz(run, root, threads=2)
    assert any("is answered 500" in wrong for wrong in run.wrongs), run.wrongs


def test_the_same_seed_draws_the_same(run: Run, mock: Mock) -> None:
    sandbox = mock.sandbox("empty")
    known = operations(mock)
    first, second = (
        [fuzzed.changed(fuzzed.base(known, sandbox, random), random) for _ in range(100)] for random in (run.random(), run.random())
    )
    assert first == second


def test_every_operation_is_drawn(mock: Mock) -> None:
    names = {operation.name for operation in operations(mock)}
    assert {"list_messages", "create_message", "issue_token", "fork_sandbox", "get_report"} <= names


def test_no_request_removes_the_sandboxes_of_others(mock: Mock, tmp_path: Path) -> None:
    run = Run("prune", 0, 0, tmp_path)
    prune = next(each for each in operations(mock) if each.name == "prune_sandboxes")
    bodies = [prune.drawn(run.random(number)).payload for number in range(1000)]

    assert not [body for body in bodies if isinstance(body, dict) and "older_than" in body]


def test_answers_are_read_one_after_the_other() -> None:
    received = (
        b"HTTP/1.1 100 Continue\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
        b"HTTP/1.1 204 No Content\r\n\r\n"
    )
    assert [(reply.status, reply.body) for reply in replies(received)] == [(100, b""), (200, b"ok"), (200, b"ok"), (204, b"")]


def test_an_answer_to_head_has_no_body() -> None:
    assert replies(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", to_head=True) == [Reply(200, {"content-length": "2"}, b"")]


@pytest.mark.parametrize(
    "received",
    [
        b"<html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    ],
)
def test_what_is_no_answer_is_told(received: bytes) -> None:
    with pytest.raises(Malformed):
        replies(received)


@pytest.mark.parametrize(
    ("ended", "found"),
    [
        (Ended(None, "", "", 10, 60), "hangs"),
        (Ended(3, "", "", 10, 1), "ends with 3"),
        (Ended(1, "", TRACEBACK, 10, 1), "traceback"),
        (Ended(1, "", "a mistake", 5000, 1), "5000 MB"),
        (Ended(1, "", "a mistake", 10, 1), ""),
    ],
)
def test_a_check_of_scenarios_is_judged_by_its_end(ended: Ended, found: str) -> None:
    assert found in scenarios.wrong(ended)
    assert bool(scenarios.wrong(ended)) == bool(found)


@pytest.mark.parametrize(
    ("ended", "found"),
    [
        (Ended(None, "", "", 10, 60), "hangs"),
        (Ended(1, "MSG001: something else", "", 10, 1), "expected one of"),
        (Ended(1, "CRASH: it ended", f"{TRACEBACK}\n  File inbox_contracts", 10, 1), "a traceback"),
        (Ended(1, "CRASH: \x1b[2J", "", 10, 1), "control characters"),
        (Ended(1, "CRASH: it ended", "", 5000, 1), "5000 MB"),
    ],
)
def test_the_trial_of_a_driver_is_judged_by_its_end(run: Run, ended: Ended, found: str) -> None:
    drivers.judge(run, "ends with code 3", drivers.FAULTS["ends with code 3"], ended)
    assert any(found in wrong for wrong in run.wrongs), run.wrongs


def test_a_verdict_that_names_the_fault_is_right(run: Run) -> None:
    drivers.judge(run, "ends with code 3", drivers.FAULTS["ends with code 3"], Ended(1, "CRASH: it ended", "", 10, 1))
    assert run.wrongs == []


def test_the_attacks_share_the_whole_time() -> None:
    assert sum(attack.share for attack in every().values()) == 100
