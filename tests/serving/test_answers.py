"""Answers as they leave: in one piece, framed as HTTP says, whatever the application leaves to the server. Sections are of RFC 9112."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from inbox_mock.serving.connection import COPIED, Connection, Host
from inbox_mock.serving.request import answer_next

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
OLD = b"GET / HTTP/1.0\r\n\r\n"
OLD_KEPT = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
HEAD = GET.replace(b"GET", b"HEAD")
DATED = [("Date", "today"), ("Server", "x")]
LENGTH = [("Content-Length", "2"), *DATED]


class Counting(socket.socket):
    """A socket that notes what is sent at once; ``between`` is called before each piece but the first."""

    def __init__(self, opened: socket.socket) -> None:
        super().__init__(fileno=opened.detach())
        self.pieces: list[Any] = []
        self.between: Callable[[], object] = lambda: None

    def getsockname(self) -> tuple[str, int]:
        return "127.0.0.1", 80

    def send(self, data: Any, _flags: int = 0) -> int:
        if self.pieces:
            self.between()
        self.pieces.append(data)
        return super().send(data)


def an_application(status: str, headers: list[tuple[str, str]], *parts: bytes) -> Callable[..., Iterable[bytes]]:
    def application(_environ: object, start_response: Any) -> Iterable[bytes]:
        start_response(status, headers)
        return parts

    return application


@contextmanager
def connected(app: Any) -> Iterator[tuple[Connection, Counting, socket.socket]]:
    """A connection of a server to a client, which has both ends here."""
    ours, theirs = socket.socketpair()
    with theirs, Counting(ours) as counting:
        yield Connection(Host(("127.0.0.1", 80), app, timeout=0.01), counting, ("127.0.0.1", 1)), counting, theirs


def answered(app: Any, request: bytes) -> tuple[list[bytes], bool]:
    """The pieces in which a request is answered, and whether the connection stays open."""
    with connected(app) as (connection, counting, theirs):
        theirs.sendall(request)
        stays_open = answer_next(connection)
        return [bytes(piece) for piece in counting.pieces], stays_open


@pytest.mark.parametrize("parts", [(b"ok",), (b"", b"ok"), (b"ok", b"")])
def test_head_and_body_leave_in_one_piece(parts: tuple[bytes, ...]) -> None:
    pieces, stays_open = answered(an_application("200 OK", LENGTH, *parts), GET)

    assert pieces == [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDate: today\r\nServer: x\r\n\r\nok"]
    assert stays_open


def test_a_large_body_follows_its_head_and_is_not_copied() -> None:
    body = bytes(COPIED + 1)
    with connected(an_application("200 OK", [("Content-Length", str(len(body))), *DATED], body)) as (connection, counting, theirs):
        theirs.sendall(GET)
        answer_next(connection)

        assert counting.pieces[1] is body or counting.pieces[1].obj is body


# what: (status, headers, parts, request, what is sent, whether the connection stays open)
FRAMED: dict[str, tuple[str, list[tuple[str, str]], tuple[bytes, ...], bytes, bytes, bool]] = {
    "chunks without a length, 7.1": (
        *("200 OK", DATED, (b"one", b"sixteen letters!"), GET),
        *(b"Date: today\r\nServer: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n10\r\nsixteen letters!\r\n0\r\n\r\n", True),
    ),
    "no chunks for HTTP/1.0, whose end is that of the connection, 6.3": (
        *("200 OK", DATED, (b"one", b"two"), OLD_KEPT),
        *(b"Date: today\r\nServer: x\r\n\r\nonetwo", False),
    ),
    "no body where none may be, 6.3": ("204 No Content", DATED, (), GET, b"Date: today\r\nServer: x\r\n\r\n", True),
    "no body of what is not modified, 6.3": ("304 Not Modified", DATED, (), GET, b"Date: today\r\nServer: x\r\n\r\n", True),
    "an empty body": (
        *("200 OK", [("Content-Length", "0"), *DATED], (), GET),
        *(b"Content-Length: 0\r\nDate: today\r\nServer: x\r\n\r\n", True),
    ),
    "the head alone": ("200 OK", LENGTH, (), HEAD, b"Content-Length: 2\r\nDate: today\r\nServer: x\r\n\r\n", True),
    "an end that is announced, 9.6": (
        *("200 OK", LENGTH, (b"ok",), GET[:-2] + b"Connection: close\r\n\r\n"),
        *(b"Content-Length: 2\r\nDate: today\r\nServer: x\r\nConnection: close\r\n\r\nok", False),
    ),
    "HTTP/1.0, which closes, 9.3": ("200 OK", LENGTH, (b"ok",), OLD, b"Content-Length: 2\r\nDate: today\r\nServer: x\r\n\r\nok", False),
    "HTTP/1.0 that stays open, 9.3": (
        *("200 OK", LENGTH, (b"ok",), OLD_KEPT),
        *(b"Content-Length: 2\r\nDate: today\r\nServer: x\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=0.01\r\n\r\nok", True),
    ),
    "what is too large, after which the connection is closed": (
        *("413 Too Large", LENGTH, (b"no",), GET),
        *(b"Content-Length: 2\r\nDate: today\r\nServer: x\r\nConnection: close\r\n\r\nno", False),
    ),
}


@pytest.mark.parametrize(("status", "headers", "parts", "request_", "sent", "stays_open"), FRAMED.values(), ids=FRAMED)
def test_an_answer_is_framed(
    status: str,
    headers: list[tuple[str, str]],
    parts: tuple[bytes, ...],
    request_: bytes,
    sent: bytes,
    stays_open: bool,
) -> None:
    pieces, stays = answered(an_application(status, headers, *parts), request_)

    assert b"".join(pieces) == f"HTTP/1.1 {status}\r\n".encode() + sent
    assert stays == stays_open


def test_an_answer_has_a_date_and_a_server() -> None:
    pieces, _ = answered(an_application("200 OK", [("Content-Length", "0")]), GET)

    assert b"\r\nDate: " in pieces[0]
    assert pieces[0].endswith(b" GMT\r\nServer: inbox-mock\r\n\r\n")


@pytest.mark.parametrize("begun", [False, True])
def test_an_application_that_fails_is_500_unless_its_answer_has_begun(capsys: pytest.CaptureFixture[str], *, begun: bool) -> None:
    def application(_environ: object, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", LENGTH)
        if begun:
            yield b"o"
        raise RuntimeError("odd")

    pieces, stays_open = answered(application, GET)

    assert [piece[:12] for piece in pieces] == [b"HTTP/1.1 200" if begun else b"HTTP/1.1 500"]
    assert begun or b"\r\nConnection: close\r\n" in pieces[0]
    assert not stays_open
    assert "odd" in capsys.readouterr().err


def test_who_does_not_take_the_answer_in_time_is_left() -> None:
    body = bytes(64 * 1024 * 1024)
    with connected(an_application("200 OK", [("Content-Length", str(len(body)))], body)) as (connection, _, theirs):
        theirs.sendall(GET)

        assert not answer_next(connection)


def test_who_takes_it_slowly_gets_all_of_it() -> None:
    body, taken = b"x" * (8 * 1024 * 1024), bytearray()
    with connected(an_application("200 OK", [("Content-Length", str(len(body)))], body)) as (connection, counting, theirs):
        theirs.sendall(GET)
        counting.between = lambda: taken.extend(theirs.recv(1024 * 1024))

        assert answer_next(connection)
        theirs.settimeout(0)
        with suppress(BlockingIOError):
            while True:
                counting.between()

    assert bytes(taken).partition(b"\r\n\r\n")[2] == body


def test_a_client_of_http_1_0_is_told_in_seconds_how_long_a_connection_stays_open(served: str) -> None:
    with closing(socket.create_connection((urlsplit(served).hostname, urlsplit(served).port), timeout=10)) as connection:
        connection.sendall(b"GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        answer = connection.recv(4_000)

    assert b"\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=10\r\n" in answer
