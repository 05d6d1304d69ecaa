"""Connections as odd clients use them: what one request leaves behind does not reach the next, and is not left behind by the answer."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlsplit

import orjson
import pytest
from flask import Flask

from builders import a_booking, a_message, a_scenario
from fake import Mock, OverSocket, Sandbox
from faulty import set_fault
from inbox_mock.app import Options
from inbox_mock.domain import limits
from inbox_mock.scenarios.loading import find
from inbox_mock.serving import server
from inbox_mock.testing.application import Application
from whole import MESSAGES

CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"


@dataclass
class Connection:
    """One connection, on which requests are written by hand."""

    sandbox: Sandbox
    socket: socket.socket

    def ask(self, method: str, target: str, *lines: str, body: bytes = b"", token: str | None = None) -> tuple[int, bytes]:
        """Send one request; return the status and the body of the answer."""
        token = self.sandbox.api.token if token is None else token
        head = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", *lines, "", ""]
        self.socket.sendall("\r\n".join(head).encode() + body)
        answer = HTTPResponse(self.socket, method=method)
        answer.begin()
        return answer.status, answer.read()

    def is_usable(self) -> bool:
        """Whether the next request on this connection is answered as on a new one, or the server has closed it in good order."""
        try:
            return self.ask("GET", "/api/v3/me")[0] == 200
        except ConnectionError:
            return True


@pytest.fixture(scope="module")
def over_socket(served: str) -> Sandbox:
    host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
    return Mock(OverSocket(served)).sandbox(a_scenario(bookings=[a_booking()], participants=[host]))


@pytest.fixture
def connection(over_socket: Sandbox) -> Iterator[Connection]:
    address = urlsplit(over_socket.transport.root)
    with socket.create_connection((address.hostname, address.port), timeout=20) as opened:
        yield Connection(over_socket, opened)


UNREAD = {
    "a list": ("GET", f"/api/v3{MESSAGES}", 200),
    "the head of a list": ("HEAD", f"/api/v3{MESSAGES}", 200),
    "an unknown address": ("POST", "/api/v3/nothing", 404),
    "a method that is not allowed": ("DELETE", f"/api/v3{MESSAGES}", 405),
    "the root": ("GET", "/", 200),
    "health": ("GET", "/livez", 200),
    "the page of consent": ("GET", "/oauth/authorize", 401),
    "the admin API": ("GET", "/__admin/sandboxes", 200),
    "a file": ("GET", "/uploads/000000000000/1/a.png", 404),
}


@pytest.mark.parametrize(("method", "target", "status"), UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize(
    ("line", "body"),
    [
        (CHUNKED, CHUNKS),
        (CHUNKED, b"0\r\n\r\n"),
        (CHUNKED, b"2\r\n{}\r\n0\r\nX-Checksum: 1\r\nX-More: 2\r\n\r\n"),
        (CHUNKED, b"7;name=value\r\n0123456\r\n" * 10_000 + b"0\r\n\r\n"),
        ("Content-Length: 28", b"GET /api/v3 HTTP/1.1\r\nX: y\r\n"),
    ],
    ids=["chunks", "no chunk", "a trailer", "many chunks", "a length"],
)
def test_a_body_that_nobody_reads_is_no_part_of_the_next_request(
    connection: Connection, method: str, target: str, status: int, line: str, body: bytes
) -> None:
    assert connection.ask(method, target, line, body=body)[0] == status
    assert connection.ask("GET", "/api/v3/me")[0] == 200


def test_a_body_in_chunks_that_is_read_is_no_part_of_the_next_request_either(connection: Connection) -> None:
    written = orjson.dumps(a_message())
    body = b"%x\r\n%s\r\n0\r\nX-Checksum: 1\r\n\r\n" % (len(written), written)

    assert connection.ask("POST", f"/api/v3{MESSAGES}", CHUNKED, body=body)[0] == 201
    assert connection.ask("GET", "/api/v3/me")[0] == 200


@pytest.mark.parametrize("line", ["Content-Length: 2", CHUNKED])
def test_a_refused_body_is_no_part_of_the_next_request(connection: Connection, line: str) -> None:
    body = CHUNKS if line == CHUNKED else b"{}"

    assert connection.ask("POST", f"/api/v3{MESSAGES}", line, body=body, token="nobody")[0] == 401
    assert connection.ask("GET", "/api/v3/me")[0] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_asks_whether_to_go_on_is_told_to_and_the_next_request_is_answered(connection: Connection, method: str) -> None:
    head = (f"{method} /api/v3/me HTTP/1.1", "Host: localhost", "Expect: 100-continue", "Content-Length: 2", "", "")
    connection.socket.sendall("\r\n".join(head).encode())
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert connection.socket.recv(len(interim)) == interim
    connection.socket.sendall(b"{}")
    answer = HTTPResponse(connection.socket)
    answer.begin()

    assert answer.status in {401, 405}
    assert answer.read()
    assert connection.ask("GET", "/api/v3/me")[0] == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_that_breaks_off_leaves_no_trace(method: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.05)
    with server.serving(Options(scenario=find("agency"))) as impatient:
        address = urlsplit(impatient.url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as opened:
            head = f"{method} /api/v3/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer demo\r\nContent-Length: 9\r\n\r\n{{"
            opened.sendall(head.encode())
            received = opened.makefile("rb").read()

    assert received.startswith(b"HTTP/1.1 ")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("in_chunks", [False, True])
def test_who_sends_too_much_reads_the_refusal_after_sending(connection: Connection, in_chunks: bool) -> None:
    much = bytes(limits.BODY + 1)
    body = b"10000\r\n%s\r\n" % bytes(65_536) * 1025 + b"0\r\n\r\n" if in_chunks else much
    line = CHUNKED if in_chunks else f"Content-Length: {len(much)}"

    status, answered = connection.ask("POST", f"/api/v3{MESSAGES}", line, body=body)

    assert status == 413
    assert orjson.loads(answered)["errors"]


def test_a_fault_on_the_connection_strikes_a_request_with_an_unread_body(connection: Connection) -> None:
    set_fault(connection.sandbox, "timeout_after", times=1)

    with pytest.raises(ConnectionError):
        connection.ask("GET", f"/api/v3{MESSAGES}", CHUNKED, body=CHUNKS)


SLASHES = ("//api/v3/me", "///api/v3/me", "/api//v3/me", "/api/v3//me", "//api//v3///me")


@pytest.mark.parametrize("target", SLASHES)
def test_any_run_of_slashes_is_one(connection: Connection, target: str) -> None:
    connection.ask("GET", target)
    (entry,) = connection.sandbox.handle.journal()[-1:]

    assert connection.ask("GET", target) == connection.ask("GET", "/api/v3/me")
    assert (entry["path"], entry["status"]) == ("/api/v3/me", 200)


@pytest.mark.parametrize(
    "path", ["/", "/livez", "/docs", "/docs/faults", "/openapi.json", "/oauth/authorize", "/__admin/catalogue", "/dashboard/index.html"]
)
def test_so_it_is_everywhere(connection: Connection, path: str) -> None:
    doubled = path.replace("/", "//")

    assert connection.ask("GET", f"/{path}") == connection.ask("GET", path)
    assert connection.ask("GET", doubled) == connection.ask("GET", path)


def test_slashes_in_a_query_are_kept(connection: Connection) -> None:
    link = orjson.loads(connection.ask("GET", "//api/v3/rentals?next=//a//b")[1])["meta"]["Link"]["first"]

    assert link == "http://localhost/api/v3/rentals?next=%2F%2Fa%2F%2Fb&page=1"


def test_in_process_it_is_the_same(app: Flask) -> None:
    application = Application(app, "http://localhost")
    asked = [
        application.exchange(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), 10)
        for target in ("//livez", "/livez")
    ]

    assert asked[0].startswith(b"HTTP/1.1 200 ")
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "target", ["//evil.example/api/v3/me", "//evil.example", "//evil.example/docs", "///evil.example//", "//evil.example/%2e%2e"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_a_host_in_place_of_a_path_is_no_address_and_leads_nowhere(connection: Connection, method: str, target: str) -> None:
    head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    connection.socket.sendall(head.encode())
    with connection.socket.makefile("rb") as answer:
        received = answer.read()

    assert received.startswith(b"HTTP/1.1 404 ")
    assert b"\r\nlocation:" not in received.lower()
    assert b"\r\nrefresh:" not in received.lower()


def test_who_may_not_use_the_admin_api_may_not_with_more_slashes_either(app: Flask) -> None:
    client = app.test_client()
    for path in ("/__admin/sandboxes", "//__admin/sandboxes", "/__admin//sandboxes", "///__admin///sandboxes"):
        answer = client.get("/", headers={"Host": "localhost"}, environ_overrides={"REMOTE_ADDR": "192.0.2.7", "PATH_INFO": path})

        assert answer.status_code == 403, path


def test_a_fault_on_a_path_strikes_it_with_more_slashes(connection: Connection) -> None:
    set_fault(connection.sandbox, "status", status=503, match={"path": "/inbox/messages"}, times=1)

    assert connection.ask("GET", "//api/v3//inbox//messages")[0] == 503


def test_so_many_requests_are_answered_at_once() -> None:
    with server.serving(Options(scenario=find("empty"))) as served:
        assert served._http.threads.max == limits.THREADS  # noqa: SLF001
