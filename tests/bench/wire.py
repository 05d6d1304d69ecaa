"""Two callers that cost next to nothing themselves: one over a kept connection, one that calls the application directly."""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication

import orjson

from inbox_mock.api.rendering import JSON_API

TOKEN = "demo"
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Connection:
    """One connection to a server, kept open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """Send a request as it is, and return the answer as it came."""
        self.send(request)
        return self.answer()

    def send(self, request: bytes) -> None:
        """Send a request as it is."""
        self._socket.sendall(request)

    def answer(self) -> bytes:
        """Return the next answer as it came."""
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        length = int(received[:end].partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        while len(received) < end + 4 + length:
            received += self._more()
        return received

    def call(self, method: str, path: str, payload: object = None, token: str = TOKEN) -> Answer:
        """Call, and insist on success."""
        head, _, body = self.ask(written(method, path, payload, token)).partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return _insisted(Answer(int(status.split()[1]), headers, body))

    def _more(self) -> bytes:
        more = self._socket.recv(CHUNK)
        if not more:
            raise ConnectionError("the server hung up")
        return more


def written(method: str, path: str, payload: object = None, token: str = TOKEN) -> bytes:
    """A request's bytes."""
    body = b"" if payload is None else orjson.dumps(payload)
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: {JSON_API}\r\n\r\n".encode() + body


@dataclass(frozen=True)
class Direct:
    """The application, called without a socket."""

    app: WSGIApplication

    def call(self, method: str, path: str, payload: object = None, token: str = TOKEN) -> Answer:
        """Call, and insist on success."""
        return _insisted(self.ask(self.environ(method, path, payload, token)))

    def environ(self, method: str, path: str, payload: object = None, token: str = TOKEN) -> dict[str, Any]:
        path, _, query = path.partition("?")
        body = b"" if payload is None else orjson.dumps(payload)
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": JSON_API,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def ask(self, environ: dict[str, Any]) -> Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        chunks: Iterable[bytes] = self.app(environ, _noting(started))
        body = b"".join(chunks)
        status, headers = started[0]
        return Answer(int(status[:3]), dict(headers), body)


def _noting(started: list[tuple[str, list[tuple[str, str]]]]) -> Callable[..., Callable[[bytes], object]]:
    def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
        del exc_info
        started.append((status, headers))
        return lambda _: None

    return start


def _insisted(answer: Answer) -> Answer:
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"answered {answer.status}: {answer.body[:200]!r}")
    return answer
