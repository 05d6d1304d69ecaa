"""Bytes as they go over the wire: requests written by hand, and answers read as strictly as HTTP says."""

import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import orjson

HANG_SECONDS = 60
"""The server gives up an idle connection after ten."""

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d) [ -~]*")
HEADER_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")


class Malformed(Exception):  # noqa: N818 - what was found
    """What came is no answer of HTTP's; the message says why."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def written(method: str, target: str, *lines: str, payload: object = None, token: str | None = None) -> bytes:
    """A request's bytes; headers in ``lines`` are added to the usual ones."""
    body = b"" if payload is None else orjson.dumps(payload)
    usual = [f"{method} {target} HTTP/1.1", "Host: localhost", *([f"Authorization: Bearer {token}"] if token else ()), *lines]
    if body:
        usual += ["Content-Type: application/json"]
    if body and not any(line.startswith("Content-Length") for line in lines):
        usual += [f"Content-Length: {len(body)}"]
    return "\r\n".join([*usual, "", ""]).encode() + body


def replies(received: bytes, *, to_head: bool = False) -> list[Reply]:
    """The answers that came, one after the other; one to HEAD may come without the body that it tells of.

    Raises:
        Malformed: something else came.
    """
    found = []
    while received:
        head, end, received = received.partition(b"\r\n\r\n")
        if not end:
            raise Malformed(f"no end of the headers: {head[:200]!r}")
        first, *lines = head.split(b"\r\n")
        status = STATUS_LINE.fullmatch(first)
        if status is None:
            raise Malformed(f"no status line: {first[:200]!r}")
        headers = {}
        for line in lines:
            header = HEADER_LINE.fullmatch(line)
            if header is None:
                raise Malformed(f"no header: {line[:200]!r}")
            headers[header[1].decode().lower()] = header[2].decode("latin-1")
        body, received = _body(int(status[1]), headers, received, to_head=to_head)
        found.append(Reply(int(status[1]), headers, body))
    return found


def _body(status: int, headers: Mapping[str, str], received: bytes, *, to_head: bool) -> tuple[bytes, bytes]:
    """The body, and what comes after it."""
    if status < 200 or status in {204, 304} or (to_head and (not received or received.startswith(b"HTTP/1."))):
        return b"", received
    if headers.get("transfer-encoding") == "chunked":
        return _chunks(received)
    if "content-length" not in headers:
        return received, b""
    if not headers["content-length"].isdecimal():
        raise Malformed(f"Content-Length: {headers['content-length']!r}")
    length = int(headers["content-length"])
    if len(received) < length:
        raise Malformed(f"{len(received)} bytes of a body of {length}")
    return received[:length], received[length:]


def _chunks(received: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        size, _, received = received.partition(b"\r\n")
        try:
            length = int(size, 16)
        except ValueError:
            raise Malformed(f"no size of a chunk: {size[:50]!r}") from None
        body, end, received = body + received[:length], received[length : length + 2], received[length + 2 :]
        if end != b"\r\n":
            raise Malformed(f"no end of a chunk: {end!r}")
        if length == 0:
            return body, received


def exchanged(port: int, sent: bytes) -> bytes:
    """Send bytes on a connection of their own, and nothing more; everything that comes back.

    Raises:
        TimeoutError: the server neither answers nor closes the connection.
    """
    ends, received = monotonic() + HANG_SECONDS, b""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as connection, suppress(ConnectionError):
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
        while more := connection.recv(65_536):
            received += more
            if monotonic() > ends:
                raise TimeoutError
    return received
