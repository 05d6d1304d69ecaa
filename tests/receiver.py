"""A receiver of webhooks on this machine, which behaves as badly as a test wants; it stands for any other server, too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import orjson

from fake import Sandbox

JSON = dict[str, Any]


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire: names of headers as they were written, the body untouched."""

    path: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> JSON:
        found: JSON = orjson.loads(self.body)
        return found

    def header(self, name: str) -> str:
        """The value of the one header that is written exactly so."""
        (found,) = [value for written, value in self.headers if written == name]
        return found


@dataclass
class Receiver:
    """``answers`` is what to do with each request; everything is kept in ``received``."""

    url: str
    received: list[Received] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    on_request: Callable[[Received], object] = lambda _received: None
    trickles: bool = False
    trickles_body: bool = False
    released: Event = field(default_factory=Event)
    arrived: Event = field(default_factory=Event)
    holds: bool = False

    @property
    def events(self) -> list[str]:
        return [received.json["event"] for received in self.received]

    @property
    def last(self) -> Received:
        return self.received[-1]

    def of(self, event: str) -> list[JSON]:
        """The payloads of an event, in the order in which they came."""
        return [received.json for received in self.received if received.json["event"] == event]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a free port until the end of the block."""
    server = _Server(("127.0.0.1", 0), _Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
    server.receiver = receiver
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class _Server(ThreadingHTTPServer):
    receiver: Receiver

    def handle_error(self, *_arguments: object) -> None:
        """A sender that has gone is no error of the receiver."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        received = Received(self.path, self.headers.items(), body)
        receiver.received.append(received)
        receiver.on_request(received)
        receiver.arrived.set()
        if receiver.holds:
            receiver.released.wait(timeout=60)
        try:
            if receiver.trickles or receiver.trickles_body:
                self._trickle(receiver)
            else:
                self._answer(receiver)
        except OSError:
            pass  # the sender has gone

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self, receiver: Receiver) -> None:
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(receiver.body)))
        self.end_headers()
        self.wfile.write(receiver.body)

    def _trickle(self, receiver: Receiver) -> None:
        """Answer a byte at a time, for ever."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
        if receiver.trickles_body:
            self.wfile.write(b"no\r\nContent-Length: 1000000\r\n\r\n")
        while not receiver.released.wait(timeout=0.05):
            self.wfile.write(b"x")
            self.wfile.flush()

    def log_message(self, *_arguments: object) -> None:
        """Keep the output of tests clean."""


def subscribe(sandbox: Sandbox, url: str, *events: str, **more: object) -> JSON:
    """Subscribe an address, to every event if none is named."""
    return sandbox.handle.webhook(url, *events, **more)


def deliveries(sandbox: Sandbox) -> list[JSON]:
    """What the sandbox says of its deliveries, oldest first."""
    return sandbox.handle.deliveries()
