"""Several processes that serve one directory: what ends is started anew, nothing is lost by that, and all end together."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from builders import a_booking, a_message, a_scenario
from conftest import OPTIONS
from fake import Mock, OverSocket, Sandbox
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.serving import supervisor
from inbox_mock.serving.listening import listen
from inbox_mock.serving.supervisor import Supervisor, Worker
from inbox_mock.store.homes import Share
from inbox_mock.store.homes.directory.files import claim
from postgres import Postgres
from processes import COMMAND, PATIENCE_SECONDS, run, wait_for
from whole import MESSAGES

WORKERS = 2


@dataclass
class Served:
    """A supervisor with its workers, and what it has said."""

    process: "subprocess.Popen[str]"
    data: Path
    port_file: Path

    @property
    def mock(self) -> Mock:
        """The fake, over connections of their own."""
        return Mock(OverSocket(f"http://127.0.0.1:{wait_for(self.port_file, self.process)}"))

    @property
    def workers(self) -> set[int]:
        """The process ids of the workers."""
        found = set()
        for children in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            found |= set(map(int, children.read_text().split()))
        return found

    def kill(self, number: int) -> None:
        """Kill a worker, known by the order of the starts; return when another one is there."""
        before = self.workers
        os.kill(sorted(before)[number], signal.SIGKILL)
        until(lambda: len(self.workers - before) == 1)


def until(comes_true: Callable[[], bool]) -> None:
    """Wait until something has come true; fail if it never does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not comes_true():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def supervised(folder: Path, *arguments: str, store: str | None = None) -> Iterator[Served]:
    """Run ``inbox-mock serve`` with workers on a directory, or on a database."""
    port_file, data = folder / "port", folder / "data"
    home = ["--data", str(data)] if store is None else ["--store", store]
    command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file), "--workers", str(WORKERS), *home, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(port_file, process)
            yield Served(process, data, port_file)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with supervised(tmp_path_factory.mktemp("workers"), "--scenario", "empty") as found:
        yield found


def a_sandbox_of_each(served: Served) -> list[Sandbox]:
    """A sandbox that each worker serves, by their numbers."""
    found: dict[int, Sandbox] = {}
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    while len(found) < WORKERS:
        made = served.mock.sandbox(a_scenario(bookings=[a_booking()], participants=[host]))
        found[Share(0, WORKERS).owner(made.id)] = made
    return [found[number] for number in range(WORKERS)]


def test_every_worker_answers_for_every_sandbox(served: Served) -> None:
    sandboxes = a_sandbox_of_each(served)
    for _ in range(8):  # connections, which the workers accept as it comes
        for sandbox in sandboxes:
            assert served.mock.caller(sandbox.api.token).get("/me").status == 200

    assert [len(sandbox.handle.journal()) for sandbox in sandboxes] == [8, 8]
    assert {sandbox.id for sandbox in sandboxes} <= {found["id"] for found in served.mock.admin.get("/sandboxes").json["sandboxes"]}


def test_what_is_acknowledged_survives_the_workers(served: Served) -> None:
    sandboxes = a_sandbox_of_each(served)
    acknowledged: list[list[str]] = [[], []]
    for turn in range(3):
        served.kill(turn % WORKERS)
        for number, sandbox in enumerate(sandboxes):
            for which in range(5):
                content = f"{number}/{turn}/{which}"
                caller = served.mock.caller(sandbox.api.token)
                try:
                    if caller.post("/inbox/messages", a_message(content=content)).status == 201:
                        acknowledged[number].append(content)
                except requests.ConnectionError:
                    pass  # it was carried out, or not

    kept = [[message["content"] for message in sandbox.api.get(MESSAGES).records] for sandbox in sandboxes]
    assert [len(found) > 10 for found in acknowledged] == [True, True]
    assert [sorted(set(kept[number]) & set(acknowledged[number])) for number in range(WORKERS)] == list(map(sorted, acknowledged))
    assert [len(set(found)) for found in kept] == list(map(len, kept))


def test_a_signal_ends_them_all_and_a_killed_one_is_told(tmp_path: Path) -> None:
    with supervised(tmp_path) as served:
        killed = min(served.workers)
        served.kill(0)
        until(lambda: served.mock.caller("demo").get("/me").status == 200)  # 503 if it needs long
        workers = served.workers
        served.process.send_signal(signal.SIGINT)
        said, complaints = served.process.communicate(timeout=PATIENCE_SECONDS)

    assert served.process.returncode == 0
    assert complaints == f"inbox-mock: worker 1 (process {killed}) was ended by SIGKILL; another one is started\n"
    assert said.startswith("Inbox Mock is ready. Scenario agency; its clock runs.")
    assert (len(workers), [pid for pid in workers if Path(f"/proc/{pid}").exists()], served.port_file.exists()) == (WORKERS, [], False)


def test_a_killed_supervisor_takes_its_workers_along(tmp_path: Path) -> None:
    with supervised(tmp_path) as served:
        workers = served.workers
        served.process.kill()
        served.process.wait(PATIENCE_SECONDS)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))

    os.close(claim(served.data))  # it is free


def test_any_worker_serves_any_sandbox_of_a_database(tmp_path: Path, postgresql: Postgres) -> None:
    with supervised(tmp_path, "--scenario", "empty", store=postgresql.url(postgresql.made())) as served:
        sandbox = served.mock.sandbox(a_scenario())
        for number in range(WORKERS):
            served.kill(number)
            assert [served.mock.caller(sandbox.api.token).get("/me").status for _ in range(4)] == [200] * 4

        assert len(sandbox.handle.journal()) == 4 * WORKERS


class Doomed(Supervisor):
    """A supervisor whose workers end at once."""

    complaints: list[str]

    def _complain(self, text: str) -> None:
        self.complaints.append(text)
        if len(self.complaints) == 4:
            self.stop(0)


@pytest.fixture
def doomed(monkeypatch: pytest.MonkeyPatch) -> Doomed:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.01)
    found = Doomed(OPTIONS, "127.0.0.1", 0, 1)
    found.complaints = []
    return found


def test_a_server_whose_worker_ends_at_once_does_not_start(doomed: Doomed) -> None:
    with pytest.raises(HomeUnavailable, match=r"worker 1 \(process \d+\) ended with exit code 1 before it was ready"):
        doomed.prepare()


def test_what_ends_again_and_again_is_started_after_pauses_that_grow(doomed: Doomed) -> None:
    doomed.take(listen("127.0.0.1", 0))
    doomed._workers = [Worker.start(post) for post in doomed._posts()]  # noqa: SLF001 - as if they had begun
    doomed.serve()

    assert [re.sub(r"\d+\)", "N)", text) for text in doomed.complaints] == [
        f"worker 1 (process N) ended with exit code 1; another one is started{pause}"
        for pause in ("", " in 0.01 s", " in 0.02 s", " in 0.04 s")
    ]


def test_a_directory_in_use_is_refused_once(served: Served) -> None:
    ran = run("serve", "--port", "0", "--data", str(served.data), "--workers", "2")

    assert ran.returncode == 2
    assert ran.stderr == (
        f"inbox-mock: {served.data} is in use by process {served.process.pid}; one server at a time owns a directory: stop it, or use "
        "another one\n"
    )


def test_what_no_worker_can_begin_with_is_told_once(tmp_path: Path) -> None:
    os.close(claim(tmp_path))
    index = tmp_path / "index.sqlite"
    index.write_bytes(b"no database" * 1000)
    ran = run("serve", "--port", "0", "--data", str(tmp_path), "--workers", "2")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"inbox-mock: {index}")
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--workers", "2"], "each process has a memory of its own; expected --data DIR or --store URL, too"),
        (["--workers", "0", "--data", "x"], "found '0'; expected a whole number from 1 to 100"),
        (["--workers", "many", "--data", "x"], "found 'many'; expected a whole number from 1 to 100"),
    ],
)
def test_workers_need_something_to_share(arguments: list[str], told: str) -> None:
    ran = run("serve", *arguments)

    assert (ran.returncode, told in ran.stderr) == (2, True), ran.stderr


def test_a_port_that_is_taken_is_refused_before_any_worker_starts(served: Served, tmp_path: Path) -> None:
    port = served.port_file.read_text().strip()
    ran = run("serve", "--port", port, "--data", str(tmp_path), "--workers", "2")

    assert (ran.returncode, "another program listens there already" in ran.stderr) == (2, True)
