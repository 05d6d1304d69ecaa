"""Processes that serve the sandboxes of one PostgreSQL database."""

import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from builders import a_booking, a_message, a_scenario
from fake import JSON, Mock, OverSocket, Sandbox
from postgres import Postgres
from processes import COMMAND, wait_for
from receiver import Receiver, receiving

SCENARIO = a_scenario(bookings=[a_booking()], participants=[{"id": 2, "booking": 80, "host": "jan", "at": "-1h"}])


class Serving:
    """A process that serves."""

    def __init__(self, folder: Path, url: str) -> None:
        port_file = folder / "port"
        command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file), "--scenario", "empty", "--store", url]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._port_file = port_file

    def ready(self) -> Mock:
        return Mock(OverSocket(f"http://127.0.0.1:{wait_for(self._port_file, self.process)}"))

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def processes(postgresql: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mock, Mock]]:
    """Two processes, which start at the same time on an empty database."""
    url = postgresql.empty()
    with ExitStack() as stack:
        started = [Serving(tmp_path_factory.mktemp("serving"), url) for _ in range(2)]
        for one in started:
            stack.callback(one.end, signal.SIGTERM)
        yield started[0].ready(), started[1].ready()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def as_seen_by(mock: Mock, sandbox: Sandbox) -> Sandbox:
    return Sandbox(mock.transport, sandbox.made)


def journal_of(sandbox: Sandbox) -> list[JSON]:
    found: list[JSON] = sandbox.admin.get("/journal").json["entries"]
    return found


def test_processes_that_start_at_the_same_time_make_one_default_sandbox(processes: tuple[Mock, Mock]) -> None:
    made = [mock.admin.get("/sandboxes/default").json for mock in processes]

    assert made[0]["applications"] == made[1]["applications"]
    assert [mock.caller("demo").get("/inbox/conversations").status for mock in processes] == [200, 200]


def test_what_two_processes_acknowledge_at_the_same_time_is_there_in_one_history(processes: tuple[Mock, Mock]) -> None:
    ours = processes[0].sandbox(SCENARIO)
    theirs = as_seen_by(processes[1], ours)

    def post(text: str) -> int:
        return (ours if text[0] == "a" else theirs).api.post("/inbox/messages", a_message(content=text)).status

    texts = [f"{who}{number}" for number in range(20) for who in "ab"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, texts))

    assert answers == [201] * len(texts)
    messages = ours.api.get("/inbox/messages", per_page=100).records
    assert sorted(message["content"] for message in messages) == sorted(texts)
    assert [message["id"] for message in messages] == list(range(messages[0]["id"], messages[0]["id"] + len(texts)))
    assert theirs.api.get("/inbox/messages", per_page=100).records == messages
    assert journal_of(ours) == journal_of(theirs)


def test_who_waits_in_one_process_is_woken_by_a_change_in_the_other_one(processes: tuple[Mock, Mock]) -> None:
    ours = processes[0].sandbox(SCENARIO)
    theirs = as_seen_by(processes[1], ours)
    assert journal_of(theirs) == []

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(theirs.admin.get, "/journal", after=0, wait=1)
        while not waiting.running():
            pass
        ours.api.post("/inbox/messages", a_message(content="news"))
        (entry,) = waiting.result().json["entries"]

    assert entry["path"] == "/api/v3/inbox/messages"


def test_each_webhook_of_a_running_clock_is_delivered_by_one_process(processes: tuple[Mock, Mock], receiver: Receiver) -> None:
    sandboxes = [processes[number % 2].sandbox(SCENARIO, clock={"mode": "real"}, webhook_url=receiver.url) for number in range(6)]
    for sandbox in sandboxes:
        sandbox.admin.post("/webhooks", {"url": receiver.url, "events": ["inbox_message_created"]})
        sandbox.api.post("/inbox/messages", a_message(content=sandbox.id))

    def attempts() -> list[int]:
        return [len(delivery["attempts"]) for sandbox in sandboxes for delivery in sandbox.admin.get("/deliveries").json["deliveries"]]

    while 0 in (made := attempts()):
        pass
    assert set(made) == {1}
    names = [received.header("X-Mock-Delivery") for received in receiver.received]
    assert len(names) == len(set(names)) == len(made) >= len(sandboxes)


def test_a_process_that_is_killed_loses_nothing_that_it_has_acknowledged(
    processes: tuple[Mock, Mock], postgresql: Postgres, tmp_path: Path
) -> None:
    third = Serving(tmp_path, postgresql.url())
    ours = third.ready().sandbox(SCENARIO)
    acknowledged: list[str] = []

    def post() -> None:
        try:
            while True:
                text = f"text {len(acknowledged)}"
                if ours.api.post("/inbox/messages", a_message(content=text)).status == 201:
                    acknowledged.append(text)
        except OSError:
            pass  # it was killed

    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post)
        while len(acknowledged) < 10:
            assert not posting.done()
        third.end()
        posting.result()

    theirs = as_seen_by(processes[0], ours)
    kept = [message["content"] for message in theirs.api.get("/inbox/messages", per_page=100).records]
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1  # what was committed, and not answered any more
    assert theirs.api.post("/inbox/messages", a_message(content="later")).status == 201
