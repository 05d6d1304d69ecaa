"""One HTTP exchange ends by its deadline, whatever the peer does, and shows what was received as it was written."""

import socket
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead
from threading import Event, Thread
from time import monotonic

import pytest

from inbox_mock.domain import limits
from inbox_mock.http import HttpClient, TooLong
from lowered import lower
from provider.hostile import always, http, listening, nobody, trickling


@pytest.fixture
def deaf() -> Iterator[str]:
    """A server that accepts a connection and never reads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = Event()

        def accept() -> None:
            accepted, _ = listener.accept()
            over.wait(timeout=60)
            accepted.close()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        thread.join(timeout=10)


def test_headers_are_shown_in_their_order_and_case() -> None:
    answer = http("200 OK", b"hello", "text/plain", "X-One: 1", "x-two: 2")

    with listening(always(answer)) as url:
        response = HttpClient(url).exchange("GET", "/", {}, seconds=5)

    names = [name for name, _ in response.headers]
    assert names == ["Content-Type", "Content-Length", "X-One", "x-two", "Connection"]
    assert (response.status, response.body, response.header("X-TWO")) == (200, b"hello", "2")


def test_a_request_is_written_with_its_headers_in_their_order() -> None:
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            accepted, _ = listener.accept()
            with accepted:
                received.append(accepted.recv(65_536))
                accepted.sendall(http("204 No Content", b""))

        thread = Thread(target=answer)
        thread.start()
        HttpClient(f"http://127.0.0.1:{port}").exchange("POST", "/hook", {"X-Second": "b", "X-First": "a"}, b"", seconds=5)
        thread.join(timeout=10)

    assert received == [f"POST /hook HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Second: b\r\nX-First: a\r\nContent-Length: 0\r\n\r\n".encode()]


def test_a_redirect_is_not_followed() -> None:
    with listening(always(http("302 Found", b"", "text/plain", "Location: /elsewhere"))) as url:
        assert HttpClient(url).exchange("GET", "/", {}, seconds=5).status == 302


def test_a_peer_that_trickles_bytes_does_not_hold_it() -> None:
    began = monotonic()

    with trickling() as url, pytest.raises(TimeoutError):
        HttpClient(url).exchange("GET", "/", {}, seconds=0.3)

    assert monotonic() - began < 5


def test_a_peer_that_never_reads_does_not_hold_it(deaf: str) -> None:
    began = monotonic()

    with pytest.raises(TimeoutError):
        HttpClient(deaf).exchange("POST", "/", {}, b"x" * 50_000_000, seconds=0.3)

    assert monotonic() - began < 5


def test_a_body_that_breaks_off_is_an_error() -> None:
    with listening(always(http("200 OK", b"short", length=10))) as url, pytest.raises(IncompleteRead):
        HttpClient(url).exchange("GET", "/", {}, seconds=5)


def test_of_a_beginning_it_is_what_there_was() -> None:
    with listening(always(http("200 OK", b"short", length=10))) as url:
        assert HttpClient(url).exchange("GET", "/", {}, seconds=5, beginning=3).body == b"sho"
        assert HttpClient(url).exchange("GET", "/", {}, seconds=5, beginning=100).body == b"short"


def test_a_body_that_is_announced_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "ANSWER", 1024)
    with listening(always(http("200 OK", b"", length=1025))) as url, pytest.raises(TooLong, match="its body has more than 1 KiB"):
        HttpClient(url, most=limits.ANSWER).exchange("GET", "/", {}, seconds=5)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ids=["without a length", "in chunks"],
)
def test_a_body_without_an_end_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    lower(monkeypatch, "ANSWER", 100_000)
    part = b"1000\r\n" + bytes(4096) + b"\r\n"
    with listening(always(head + part * 100)) as url, pytest.raises(TooLong, match="its body has more than 100,000 bytes"):
        HttpClient(url, most=limits.ANSWER).exchange("GET", "/", {}, seconds=5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * (limits.INTERIM + 1) + b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"y" * 100_000 + b"\r\n\r\n",
    ],
    ids=["interim answers", "headers", "a long header", "a long first line"],
)
def test_a_head_without_an_end_is_an_error(answer: bytes) -> None:
    with listening(always(answer)) as url, pytest.raises(HTTPException):
        HttpClient(url).exchange("GET", "/", {}, seconds=5)


def test_where_nothing_listens_it_is_refused() -> None:
    with pytest.raises(ConnectionRefusedError):
        HttpClient(nobody()).exchange("GET", "/", {}, seconds=5)


def test_a_connection_is_kept_for_the_next_exchange(served: str) -> None:
    client = HttpClient(served, keep_alive=True)
    client.exchange("GET", "/livez", {}, seconds=5)
    first = client._connection  # noqa: SLF001
    client.exchange("GET", "/livez", {}, seconds=5)

    assert first is not None
    assert client._connection is first  # noqa: SLF001
    client.close()


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints", b"199 Unknown"])
def test_interim_answers_are_skipped(interim: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                hint = b"HTTP/1.1 " + interim + b"\r\nLink: </style.css>; rel=preload\r\n\r\n"
                connection.sendall(hint * 2 + b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        found = HttpClient(f"http://127.0.0.1:{listener.getsockname()[1]}").exchange("GET", "/", {}, seconds=10)
        thread.join(10)

    assert (found.status, found.headers, found.body) == (204, (), b"")
