"""Two workers in this process, each with a port of its own: what a client sends to the wrong one is handed over to the other."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from conftest import OPTIONS
from fake import Mock, OverSocket, Sandbox
from inbox_mock.serving.handover import Handover
from inbox_mock.serving.listening import listen
from inbox_mock.serving.server import Server
from inbox_mock.store.homes import Share
from inbox_mock.store.homes.memory import MemoryHome
from serving.raw import Received, received

SECONDS = 20


class SharedHome(MemoryHome):
    """What one of several workers sees of what they all keep in the memory of this process."""

    def __init__(self, share: Share, first: "SharedHome | None" = None) -> None:
        super().__init__()
        self.share = share
        self._kept = self._kept if first is None else first._kept  # noqa: SLF001 - the two are one

    def owns(self, sandbox_id: str) -> bool:
        return self.share.owns(sandbox_id)


@dataclass
class Workers:
    """Workers that serve."""

    servers: list[Server]
    handovers: list[Handover]

    def mock(self, number: int) -> Mock:
        """The fake as clients reach it by one of the workers."""
        return Mock(OverSocket(self.servers[number].url))

    def connect(self, number: int) -> "Connection":
        return Connection(socket.create_connection(("127.0.0.1", self.servers[number].port), timeout=SECONDS))


@dataclass
class Connection:
    """One connection, on which requests are written by hand."""

    socket: socket.socket

    def __post_init__(self) -> None:
        self.file = self.socket.makefile("rb")

    def send(self, sandbox: Sandbox, method: str, target: str, *lines: str, body: bytes = b"") -> None:
        """Send a request with the sandbox's token."""
        self.socket.sendall(written(sandbox, method, target, *lines, body=body))

    def answer(self) -> Received:
        """The next answer, and nothing of what comes after it."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            if not line:
                raise ConnectionAbortedError(head)
            head += line
        return received(head + self.file.read(int(received(head).header("Content-Length") or 0)))

    def ask(self, sandbox: Sandbox, method: str, target: str, *lines: str, body: bytes = b"") -> Received:
        self.send(sandbox, method, target, *lines, body=body)
        return self.answer()


def written(sandbox: Sandbox, method: str, target: str, *lines: str, body: bytes = b"") -> bytes:
    """The bytes of a request with the sandbox's token."""
    head = [f"{method} {target} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {sandbox.api.token}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


@contextmanager
def workers(count: int = 2) -> Iterator[Workers]:
    """Serve by so many workers, in threads of this process."""
    inboxes = [socket.socketpair() for _ in range(count)]
    handovers = [Handover(Share(number, count), [inbox for inbox, _ in inboxes], own) for number, (_, own) in enumerate(inboxes)]
    homes: list[SharedHome] = []
    for handover in handovers:
        homes.append(SharedHome(handover.share, homes[0] if homes else None))
    servers = [
        Server(OPTIONS, home=home, listener=listen("127.0.0.1", 0), handover=handover)
        for home, handover in zip(homes, handovers, strict=True)
    ]
    threads = []
    for server in servers:
        server.prepare()
        threads.append(Thread(target=server.serve, daemon=True))
        threads[-1].start()
    try:
        yield Workers(servers, handovers)
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.stop()
            thread.join(SECONDS)
        for inbox, _ in inboxes:
            inbox.close()
