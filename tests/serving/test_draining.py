"""A stop finishes what is under way: requests that have come are answered, and webhooks that are being sent are recorded."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPResponse
from threading import Event, Thread

import pytest

from builders import a_scenario
from inbox_mock.app import Options
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find, from_object
from inbox_mock.serving.server import Server
from inbox_mock.store import webhooks
from processes import listens
from receiver import Received, receiving

LONG = 30
WORK = b"GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass
class Stopping:
    """A server with work that goes on until the test ends it, which is stopped while that is under way."""

    server: Server
    begun: list[object] = field(default_factory=list)
    arrived: Event = field(default_factory=Event)
    goes_on: Event = field(default_factory=Event)
    stopping: Thread | None = None

    def work(self) -> str:
        self.begun.append(None)
        self.arrived.set()
        self.goes_on.wait(LONG)
        return "done"

    def ask(self, stack: ExitStack, sent: bytes = WORK) -> socket.socket:
        opened = stack.enter_context(socket.create_connection(("127.0.0.1", self.server.port), timeout=LONG))
        opened.sendall(sent)
        return opened

    def stop(self, seconds: float = LONG) -> None:
        """Begin to stop, and wait until no connection is accepted."""
        self.stopping = Thread(target=self.server.stop, args=[seconds], daemon=True)
        self.stopping.start()
        while listens(self.server.port):
            self.stopping.join(0.001)

    def end(self) -> None:
        self.goes_on.set()
        self.server.stop()
        if self.stopping is not None:
            self.stopping.join(LONG)
            assert not self.stopping.is_alive()


@pytest.fixture
def prepared() -> Iterator[Stopping]:
    """The same, before it looks for connections."""
    server = Server(Options(scenario=find("empty"), overrides=Overrides(mode="real")), port=0)
    server.prepare()
    found = Stopping(server)
    server.fake.app.add_url_rule("/work", "work", view_func=found.work)
    yield found
    found.end()


@pytest.fixture
def running(prepared: Stopping) -> Stopping:
    Thread(target=prepared.server.serve, daemon=True).start()
    return prepared


def test_a_request_under_way_is_answered_and_its_connection_closed(running: Stopping) -> None:
    with ExitStack() as stack:
        asked = running.ask(stack)
        assert running.arrived.wait(LONG)
        running.stop()
        running.goes_on.set()

        assert read(asked) == (200, b"done", "close")
        assert asked.recv(1) == b""


def test_requests_that_wait_for_a_thread_are_answered(running: Stopping) -> None:
    with ExitStack() as stack:
        asked = [running.ask(stack) for _ in range(9)]
        assert running.arrived.wait(LONG)
        running.stop()
        running.goes_on.set()

        assert [read(one)[0] for one in asked] == [200] * len(asked)


def test_requests_that_nobody_has_read_when_the_stop_begins_are_answered(prepared: Stopping) -> None:
    with ExitStack() as stack:
        asked = [prepared.ask(stack) for _ in range(5)]
        prepared.goes_on.set()
        prepared.stop()

        assert [read(one)[0] for one in asked] == [200] * len(asked)


@pytest.mark.parametrize("begun", [b"", b"GET /work HTTP/1.1\r\n"])
def test_connections_without_a_request_are_closed(running: Stopping, begun: bytes) -> None:
    with ExitStack() as stack:
        answered = running.ask(stack, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read(answered)[0] == 200
        answered.sendall(begun)
        running.ask(stack)
        assert running.arrived.wait(LONG)
        running.stop()

        assert answered.recv(1) == b""


def test_a_stop_does_not_wait_for_ever(running: Stopping) -> None:
    with ExitStack() as stack:
        running.ask(stack)
        assert running.arrived.wait(LONG)
        running.server.stop(seconds=0.01)

        assert not running.goes_on.is_set()


def test_a_webhook_that_is_being_sent_is_recorded_before_the_home_is_closed(running: Stopping, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:

        def hold(_received: Received) -> None:
            running.arrived.set()
            running.goes_on.wait(LONG)

        receiver.on_request = hold
        events = [{"at": "+0s", "guest_books": {"rental": 16, "start_at": f"+{day}d", "end_at": f"+{day + 1}d"}} for day in (10, 20)]
        subscription = {"url": receiver.url, "events": ["booking_created"], "latency": "0s"}
        scenario = from_object(a_scenario(timeline=events, webhooks=[subscription]))
        sandbox = running.server.fake.factory.create(scenario, Overrides(mode="real"))
        left: list[object] = []
        monkeypatch.setattr(running.server.fake.sandboxes.home, "close", lambda: left.append(outcomes(sandbox)))
        assert running.arrived.wait(LONG)
        running.stop()
        running.end()

        assert left[0] == ["delivered", "pending"]
        assert len(receiver.received) == 1


def read(opened: socket.socket) -> tuple[int, bytes, str | None]:
    """The status and body of an answer, and what it says of the connection."""
    found = HTTPResponse(opened)
    found.begin()
    return found.status, found.read(), found.getheader("Connection")


def outcomes(sandbox: Sandbox) -> list[object]:
    with sandbox.work() as work:
        return [delivery["outcome"] for delivery in webhooks.deliveries(work.db, 10, 0)]
