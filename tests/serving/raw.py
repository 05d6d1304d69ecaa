"""Requests written by hand, byte for byte, and what is answered: on a socket, or in process."""

import socket
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any
from urllib.parse import urlsplit

import orjson

from inbox_mock.testing.application import Application

SECONDS = 20
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """All that came on a connection until it was closed: one answer, perhaps after an interim one."""

    interim: bytes
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        found: str | None = message_from_bytes(self.head).get(name)
        return found

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def bytes_of(line: str | bytes, *lines: str | bytes, body: bytes = b"") -> bytes:
    """The bytes of a request; its lines are separated here, and not changed."""
    return b"\r\n".join([one if isinstance(one, bytes) else one.encode() for one in (line, *lines, b"", b"")]) + body


def received(content: bytes) -> Received:
    interim = INTERIM if content.startswith(INTERIM) else b""
    line, _, rest = content.removeprefix(interim).partition(b"\r\n")
    head, _, body = rest.partition(b"\r\n\r\n")
    return Received(interim, int(line.split()[1]), head, body)


def exchange(root: str, sent: bytes) -> Received:
    """Send bytes on a connection of their own, and nothing more; return what comes until the server closes it."""
    address = urlsplit(root)
    with socket.create_connection((address.hostname, address.port), timeout=SECONDS) as opened:
        opened.sendall(sent)
        opened.shutdown(socket.SHUT_WR)
        with opened.makefile("rb") as answer:
            return received(answer.read())


def in_process(application: Application, sent: bytes) -> Received:
    """Hand bytes to the parser in this process."""
    return received(application.exchange(sent, SECONDS))
