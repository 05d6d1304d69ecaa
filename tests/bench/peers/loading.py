"""The load: as many requests as a server answers in some seconds, over so many connections, by wrk or, without it, by this process."""

import re
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from shutil import which
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from subprocess import run
from tempfile import TemporaryDirectory
from time import perf_counter

GENERATOR = "wrk" if which("wrk") else "a client in Python"
"""What makes the load: wrk is Debian's package of that name."""

PATIENCE_SECONDS, CHUNK = 30, 256 * 1024
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
SCRIPT = """local requests, number = {{ {requests} }}, 0
request = function()
  number = number % #requests + 1
  return requests[number]
end
"""


def rate(port: int, requests: Sequence[bytes], connections: int, seconds: int) -> float:
    """Requests a second that were answered; the requests follow each other, and begin again.

    Raises:
        RuntimeError: one was not answered 200.
    """
    return (by_wrk if which("wrk") else by_python)(port, requests, connections, seconds)


def by_wrk(port: int, requests: Sequence[bytes], connections: int, seconds: int) -> float:
    with TemporaryDirectory() as folder:
        script = Path(folder, "requests.lua")
        script.write_text(SCRIPT.format(requests=", ".join(map(_quoted, requests))))
        load = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--script", str(script)]
        told = run(
            [*load, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True, timeout=seconds + PATIENCE_SECONDS
        ).stdout
    found = re.search(r"^Requests/sec: *([\d.]+)", told, re.MULTILINE)
    if found is None or "Non-2xx" in told:
        raise RuntimeError(f"not every request was answered 200: {told}")
    return float(found[1])


def _quoted(request: bytes) -> str:
    """The bytes as a text of Lua."""
    return '"' + "".join(f"\\{byte:03}" for byte in request) + '"'


def by_python(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    """One thread; a connection that the server closes is opened again."""
    asked, answered = cycle(requests), 0
    with DefaultSelector() as waiting:
        for _ in range(connections):
            waiting.register(_opened(port, next(asked)), EVENT_READ, bytearray())
        began = perf_counter()
        while (spent := perf_counter() - began) < seconds:
            for key, _ in waiting.select(PATIENCE_SECONDS):
                connection, received = key.fileobj, key.data
                assert isinstance(connection, socket)
                more = connection.recv(CHUNK)
                received += more
                if more and not _is_whole(received):
                    continue
                if received[8:13] != b" 200 ":
                    raise RuntimeError(f"answered {bytes(received[:200])!r}")
                answered += 1
                request = next(asked)
                if more and b"\r\nConnection: close" not in received:
                    received.clear()
                    connection.sendall(request)
                else:
                    waiting.unregister(connection)
                    connection.close()
                    waiting.register(_opened(port, request), EVENT_READ, bytearray())
        for key in list(waiting.get_map().values()):
            assert isinstance(key.fileobj, socket)
            key.fileobj.close()
    return answered / spent


def _opened(port: int, request: bytes) -> socket:
    connection = create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    connection.sendall(request)
    return connection


def _is_whole(received: bytearray) -> bool:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return False
    if length := LENGTH.search(received, 0, end):
        return len(received) >= end + 4 + int(length[1])
    return bool(CHUNKED.search(received, 0, end)) and received.endswith(b"\r\n0\r\n\r\n")
