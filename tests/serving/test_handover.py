"""A request about a sandbox of another worker's: its connection is handed over, and goes on as if it had come in there."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from select import select

import orjson
import pytest

from api.oauth import Application
from builders import a_booking, a_message, a_scenario
from fake import Sandbox
from faulty import set_fault
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.serving import handover
from inbox_mock.serving.handover import Handed, Handover
from inbox_mock.serving.heads import Head
from inbox_mock.store.homes import Share
from serving.handed import Connection, Workers, workers, written
from whole import MESSAGES


@pytest.fixture(scope="module")
def two() -> Iterator[Workers]:
    with workers() as found:
        yield found


@pytest.fixture
def connection(two: Workers) -> Iterator[Connection]:
    """A connection to the first worker."""
    opened = two.connect(0)
    with opened.socket, opened.file:
        yield opened


def a_sandbox(two: Workers, number: int) -> Sandbox:
    """A sandbox that a worker serves, because it made it."""
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    return two.mock(number).sandbox(a_scenario(bookings=[a_booking()], participants=[host]))


@pytest.fixture
def here(two: Workers) -> Sandbox:
    return a_sandbox(two, 0)


@pytest.fixture
def there(two: Workers) -> Sandbox:
    return a_sandbox(two, 1)


def test_a_worker_serves_what_it_makes(two: Workers, here: Sandbox, there: Sandbox) -> None:
    assert [two.handovers[0].share.owner(sandbox.id) for sandbox in (here, there)] == [0, 1]


def test_a_request_to_another_worker_is_carried_out_once(there: Sandbox, connection: Connection) -> None:
    body = orjson.dumps(a_message(content="Once"))
    answer = connection.ask(there, "POST", "/api/v3/inbox/messages", f"Content-Length: {len(body)}", body=body)

    assert (answer.status, answer.json["messages"][0]["content"]) == (201, "Once")
    assert [entry["path"] for entry in there.handle.journal()] == ["/api/v3/inbox/messages"]
    assert [message["content"] for message in there.api.get(MESSAGES).records].count("Once") == 1


def test_a_connection_goes_on_over_several_owners(here: Sandbox, there: Sandbox, connection: Connection) -> None:
    statuses = [connection.ask(sandbox, "GET", f"/api/v3{MESSAGES}").status for sandbox in (here, there, there, here, there, here)]

    assert statuses == [200] * 6
    assert [len(sandbox.handle.journal()) for sandbox in (here, there)] == [3, 3]


def test_requests_that_are_sent_together_are_answered_in_order(here: Sandbox, there: Sandbox, connection: Connection) -> None:
    sandboxes = (there, here, there, there, here)
    sent = [written(sandbox, "GET", f"/api/v3/me?fields=id&number={number}") for number, sandbox in enumerate(sandboxes)]
    connection.socket.sendall(b"".join(sent))
    answers = [connection.answer() for _ in sandboxes]

    assert [answer.status for answer in answers] == [200] * 5
    assert [entry["query"][-1] for entry in there.handle.journal()] == ["0", "2", "3"]
    assert [entry["query"][-1] for entry in here.handle.journal()] == ["1", "4"]


def test_a_body_goes_along(there: Sandbox, connection: Connection) -> None:
    content = "é" * 1_000_000
    body = orjson.dumps(a_message(content=content))
    whole = connection.ask(there, "POST", "/api/v3/inbox/messages", f"Content-Length: {len(body)}", body=body)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    chunked = connection.ask(there, "POST", "/api/v3/inbox/messages", "Transfer-Encoding: chunked", body=chunks)

    assert [answer.json["messages"][0]["content"] for answer in (whole, chunked)] == [content, content]


def test_a_client_that_waits_for_100_is_told_once_to_continue(there: Sandbox, connection: Connection) -> None:
    body = orjson.dumps(a_message())
    connection.send(there, "POST", "/api/v3/inbox/messages", "Expect: 100-continue", f"Content-Length: {len(body)}")
    interim = connection.socket.recv(1000)
    connection.socket.sendall(body)

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert connection.answer().status == 201


def test_waiting_for_news_works_through_another_worker(there: Sandbox, connection: Connection) -> None:
    connection.send(there, "GET", f"/__admin/sandboxes/{there.id}/journal?wait=1")
    there.api.get("/me")
    answer = connection.answer()

    assert [entry["path"] for entry in answer.json["entries"]] == ["/api/v3/me"]


@pytest.mark.parametrize(("kind", "error"), [("dropped", ConnectionResetError), ("timeout_before", ConnectionError)])
def test_faults_of_connections_reach_the_client(there: Sandbox, connection: Connection, kind: str, error: type[Exception]) -> None:
    set_fault(there, kind)
    connection.send(there, "GET", "/api/v3/me")

    with pytest.raises(error):
        connection.answer()


def test_a_token_of_no_sandbox_is_refused_by_the_default_one(two: Workers) -> None:
    nobody = two.mock(1).caller("1" * 64)

    assert nobody.get("/me").status == 401


def test_a_token_request_reaches_the_sandbox_of_its_client(two: Workers, there: Sandbox) -> None:
    given = {"grant_type": "client_credentials", **Application(there).credentials}
    answer = two.mock(0).caller(base="/oauth").post("/token", given)

    assert answer.status == 200
    assert answer.json["access_token"].startswith(there.id)


def test_what_cannot_be_read_is_refused_by_the_sandbox_of_its_token(there: Sandbox, connection: Connection) -> None:
    answer = connection.ask(there, "POST", "/api/v3/inbox/messages", "Content-Length: 1x")

    assert answer.status == 400
    assert [(entry["path"], entry["status"]) for entry in there.handle.journal()] == [("/api/v3/inbox/messages", 400)]


@pytest.fixture
def nobody_takes(two: Workers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody takes what the first worker hands over, and it waits for a moment only."""
    inbox, own = socket.socketpair()
    with inbox, own:
        monkeypatch.setattr(two.servers[0]._http, "handover", Handover(Share(0, 2), [inbox, inbox], own))  # noqa: SLF001
        monkeypatch.setattr(handover, "WAITING_SECONDS", 0.05)
        yield


@pytest.mark.parametrize(
    ("base", "path", "kind"),
    [
        ("/api/v3", "/me", "application/vnd.api+json"),
        ("/oauth", "/authorize?client_id={client}", "application/vnd.api+json"),
        ("/__admin/sandboxes/{id}", "/clock", "application/problem+json"),
    ],
)
@pytest.mark.usefixtures("nobody_takes")
def test_a_worker_that_does_not_come_back_is_503_in_the_format_of_the_api(
    two: Workers, there: Sandbox, base: str, path: str, kind: str
) -> None:
    told = {"id": there.id, "client": Application(there).credentials["client_id"]}
    answer = two.mock(0).caller(there.api.token, base.format(**told)).get(path.format(**told))

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Content-Type"].startswith(kind)
    assert there.handle.journal() == []


@dataclass
class Inbox:
    """The inbox of a worker that is not there yet."""

    handover: Handover
    taken: SimpleQueue[str] = field(default_factory=SimpleQueue)

    def begin(self) -> None:
        """Let the worker take what is there, and what comes."""
        self.handover.take(self.adopt)

    def adopt(self, connected: socket.socket, handed: Handed) -> None:
        connected.close()
        self.taken.put(handed.body.decode())

    def give(self, name: str) -> bool:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            return self.handover.give(ours, Handed(Head(), name.encode(), None, b"", ("127.0.0.1", 1), DEFAULT_SANDBOX))

    def next(self) -> str:
        """The name of what was taken next."""
        return self.taken.get(timeout=20)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    ours, own = socket.socketpair()
    with ours:  # the thread that takes holds the other end
        yield Inbox(Handover(Share(0, 1), [ours], own))


def test_what_was_given_up_is_not_taken_later(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(handover, "WAITING_SECONDS", 0.01)
        given_up = inbox.give("given up")
    inbox.begin()

    assert (given_up, inbox.give("given"), inbox.next()) == (False, True, "given")


def test_what_is_given_waits_for_the_worker(inbox: Inbox) -> None:
    with ThreadPoolExecutor() as pool:
        given = pool.submit(inbox.give, "given")
        select([inbox.handover.own], [], [])
        inbox.begin()

        assert (given.result(), inbox.next()) == (True, "given")


def test_what_a_worker_had_not_taken_at_its_end_is_given_to_the_next(inbox: Inbox) -> None:
    with ThreadPoolExecutor() as pool:
        given = pool.submit(inbox.give, "given")
        _, held, *_ = socket.recv_fds(inbox.handover.own, 1, 2)
        for one in held:
            os.close(one)
        inbox.begin()

        assert (given.result(), inbox.next()) == (True, "given")


def test_a_worker_that_stops_takes_nothing_more_and_waits_for_nobody(inbox: Inbox) -> None:
    inbox.begin()
    inbox.handover.end()

    assert (inbox.give("given"), inbox.taken.empty()) == (False, True)
