"""Servers that are no good at all: what they send is up to the test."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from processes import Ran

Check = Callable[..., Ran]
"""Runs ``inbox-mock check server`` with some words."""
Respond = Callable[[socket.socket, str], None]
CONVERSATIONS = b'{"links":{},"conversations":[],"meta":{}}'


@contextmanager
def listening(respond: Respond) -> Iterator[str]:
    """Read each request's head, let ``respond`` answer it, given the request line, and close; the server's root."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head and (more := connection.recv(65_536)):
                    head += more
                respond(connection, head.decode(errors="replace").partition("\r\n")[0])

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def http(status: str, body: bytes, content_type: str = "text/html", *more: str, length: int | None = None) -> bytes:
    """An answer's bytes; ``length`` may lie."""
    announced = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {announced}", *more, "Connection: close", "", ""]
    return "\r\n".join(head).encode() + body


def always(answer: bytes) -> Respond:
    """Answer the same bytes whatever is asked."""
    return lambda connection, _: connection.sendall(answer)


@contextmanager
def silent() -> Iterator[str]:
    """Hear, and say nothing."""
    over = Event()

    def wait(_connection: socket.socket, _line: str) -> None:
        over.wait()

    with listening(wait) as url:
        yield url
        over.set()


@contextmanager
def trickling() -> Iterator[str]:
    """Say one byte after another, without end, each well in time."""
    over = Event()

    def trickle(connection: socket.socket, _line: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not over.wait(0.02):
            connection.sendall(b"a")

    with listening(trickle) as url:
        yield url
        over.set()


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
