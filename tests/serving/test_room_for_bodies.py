"""The bodies of all requests have one room in the process: what comes takes of it, and every end of a request gives it back."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from fake import InProcess, Mock, Sandbox
from inbox_mock.domain import limits
from inbox_mock.serving import incoming
from inbox_mock.serving.connection import NO_LINGER, Connection, Host
from inbox_mock.serving.request import answer_next
from inbox_mock.testing.application import Application
from lowered import lower
from serving.raw import Received, bytes_of, in_process, received
from whole import MESSAGES

MOST = 1_000
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> incoming.BodyRoom:
    lower(monkeypatch, "BODIES", MOST)
    monkeypatch.setattr(incoming, "ROOM", incoming.BodyRoom())
    return incoming.ROOM


@pytest.fixture(scope="module")
def sandbox(app: Flask) -> Sandbox:
    return Mock(InProcess(app)).sandbox()


Exchange = Callable[[Any, bytes], Received]


@contextmanager
def a_connection(app: Any) -> Iterator[tuple[Any, socket.socket]]:
    """A connection over loopback: the server's end, which answers in this thread, and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as theirs:
        ours, peer = listener.accept()
        connection = Connection(Host(listener.getsockname(), app, timeout=0.01), ours, peer)
        with ours:
            yield connection, theirs


def over_a_socket(app: Any, sent: bytes, *, ends: bool = True) -> Received:
    """Send bytes, and perhaps no end; return the answer."""
    with a_connection(app) as (connection, theirs):
        theirs.sendall(sent)
        if ends:
            theirs.shutdown(socket.SHUT_WR)
        answer_next(connection)
        connection.close()
        with theirs.makefile("rb") as answer:
            return received(answer.read())


@pytest.fixture(params=["in process", "over a socket"])
def send(request: pytest.FixtureRequest) -> Exchange:
    if request.param == "in process":
        return lambda app, sent: in_process(Application(app, "http://localhost"), sent)
    return over_a_socket


def posting(target: str, *lines: str, body: bytes = b"") -> bytes:
    return bytes_of(f"POST {target} HTTP/1.1", "Host: localhost", *lines, body=body)


def in_chunks(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        (f"/api/v3{MESSAGES}", "application/vnd.api+json; charset=utf-8"),
        ("/oauth/token", "application/json; charset=utf-8"),
        ("/__admin/reset", "application/problem+json"),
    ],
)
@pytest.mark.parametrize("others", [0, MOST - 10])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_without_room_is_refused_in_the_format_of_what_was_addressed(
    app: Flask, room: incoming.BodyRoom, send: Exchange, target: str, content_type: str, others: int, *, chunked: bool
) -> None:
    room.take(others)
    body = b"x" * (MOST + 1 - others)
    framing = (CHUNKED,) if chunked else (f"Content-Length: {len(body)}",)

    answer = send(app, posting(target, *framing, body=in_chunks(body) if chunked else body))

    assert (answer.status, answer.header("Retry-After"), answer.header("Connection")) == (503, "1", "close")
    assert answer.header("Content-Type") == content_type
    assert b"all bodies may have 1,000 bytes at one time" in answer.body
    assert room.taken == others


def test_what_is_announced_takes_no_room(app: Flask, send: Exchange) -> None:
    answer = send(app, posting("/api/v3/me", f"Content-Length: {limits.BODY}", body=b"{"))

    assert (answer.status, answer.json["errors"][0]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("target", ["/livez", "/readyz", "/api/v3/me", "/__admin/sandboxes"])
def test_a_request_without_a_body_needs_no_room(app: Flask, sandbox: Sandbox, room: incoming.BodyRoom, send: Exchange, target: str) -> None:
    room.take(MOST)
    lines = ("Host: localhost", "Connection: close", f"Authorization: Bearer {sandbox.api.token}")

    assert send(app, bytes_of(f"GET {target} HTTP/1.1", *lines)).status == 200


def test_a_body_is_counted_until_its_request_is_answered(room: incoming.BodyRoom, send: Exchange) -> None:
    counted = []

    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterator[bytes]:
        environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", "2")])
        counted.append(room.taken)
        yield b"ok"
        counted.append(room.taken)

    answer = send(application, posting("/", "Content-Length: 900", "Connection: close", body=b"x" * 900))

    assert (answer.body, counted, room.taken) == (b"ok", [900, 900], 0)


def failing(*_given: object) -> list[bytes]:
    raise OSError("the application fails")


# name: (application unless it is the fake, status, framing, body)
ENDS: dict[str, tuple[Any, int, str, bytes]] = {
    "an answer": (None, 401, "Content-Length: 900", b"x" * 900),
    "an answer to chunks": (None, 401, CHUNKED, in_chunks(b"x" * 900)),
    "a refusal of what is no chunk": (None, 400, CHUNKED, b"1f4\r\n%s no end" % (b"x" * 500)),
    "a refusal of too much": (None, 413, CHUNKED, b"1f4\r\n%s\r\n%x\r\n" % (b"x" * 500, limits.BODY)),
    "no room": (None, 503, "Content-Length: 1001", b"x" * 1_001),
    "an early end": (None, 400, "Content-Length: 901", b"x" * 900),
    "an early end of chunks": (None, 400, CHUNKED, in_chunks(b"x" * 900)[:-2]),
    "an error": (failing, 500, "Content-Length: 900", b"x" * 900),
}


@pytest.mark.parametrize(("application", "status", "framing", "body"), ENDS.values(), ids=ENDS)
def test_whatever_the_end_the_room_is_given_back(
    app: Flask, room: incoming.BodyRoom, send: Exchange, application: Any, status: int, framing: str, body: bytes
) -> None:
    answer = send(application or app, posting(f"/api/v3{MESSAGES}", framing, "Connection: close", body=body))

    assert (answer.status, room.taken) == (status, 0)


def test_who_stalls_gives_the_room_back(app: Flask, room: incoming.BodyRoom) -> None:
    answer = over_a_socket(app, posting("/api/v3/me", "Content-Length: 901", body=b"x" * 900), ends=False)

    assert (answer.status, room.taken) == (408, 0)


@pytest.mark.parametrize("length", [900, 901])
def test_who_goes_away_gives_the_room_back(app: Flask, room: incoming.BodyRoom, length: int) -> None:
    with a_connection(app) as (connection, theirs):
        theirs.sendall(posting("/api/v3/me", f"Content-Length: {length}", body=b"x" * 900))
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        theirs.close()
        answer_next(connection)
        connection.close()

    assert room.taken == 0


@pytest.mark.parametrize("framing", ["Content-Length: 900", CHUNKED])
def test_the_next_request_on_a_connection_finds_the_room_free(app: Flask, room: incoming.BodyRoom, framing: str) -> None:
    body = b"x" * 900
    with a_connection(app) as (connection, theirs):
        for _ in range(2):
            theirs.sendall(posting("/api/v3/me", framing, body=in_chunks(body) if framing == CHUNKED else body))
            assert (answer_next(connection), room.taken) == (True, 0)
        connection.close()
