#!/usr/bin/env bash
# cheroot 11.1.2 (newest release in November 2026) copies all that is left of a large answer for every part that the socket takes.
#
# Its writer keeps the bytes of an answer in a bytearray and hands `bytes(buffer)` to the socket, which takes as much as the
# kernel has room for; then the rest is copied again. A socket with a timeout, as every connection of the server has, takes
# a part at a time. So the work grows with the square of the answer's length, while the interpreter's lock is held, and the
# answer is in memory three times: as the application's bytes, in the buffer, in the copy. The more slowly a client reads, the
# more often it is copied. An application avoids it by yielding its answer in small pieces.
# How many parts there are depends on the kernel's buffers; here the client takes 64 kB at a time from a receive buffer of 64 kB.
#
# Seen on Python 3.11 and 3.13, an answer of 64 MiB:
#   in one piece: the socket was offered 6 to 9 times the answer, and took it once
#   in pieces of 64 KiB: the socket was offered 1.0 times the answer, and took it once
#
# Exits 0 while this is so, and with another status when it changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cheroot==11.1.2

timeout 60 "$folder/venv/bin/python" - <<'PYTHON'
import platform
import socket
import sys
import threading
from importlib.metadata import version

from cheroot import makefile, wsgi

print("Python", platform.python_version(), "cheroot", version("cheroot"))
LENGTH, PIECE = 64 * 1024 * 1024, 64 * 1024
offered: list[int] = []
taken: list[int] = []


class CountingSocketIO(socket.SocketIO):
    def write(self, part):
        count = super().write(part)
        offered.append(len(part))
        taken.append(count or 0)
        return count


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", str(LENGTH))])
    piece = LENGTH if environ["PATH_INFO"] == "/one" else PIECE
    return (bytes(piece) for _ in range(LENGTH // piece))


makefile.socket.SocketIO = CountingSocketIO
server = wsgi.Server(("127.0.0.1", 0), application, numthreads=1)
server.prepare()
threading.Thread(target=server.serve, daemon=True).start()


def fetched(path: str) -> tuple[float, float]:
    """How many times the answer was offered to the socket, and how many times it was taken."""
    offered.clear()
    taken.clear()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        client.connect(server.bind_addr)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        while client.recv(PIECE):
            pass
    return sum(offered) / LENGTH, sum(taken) / LENGTH


one, pieces = fetched("/one"), fetched("/pieces")
server.stop()
print(f"in one piece: the socket was offered {one[0]:.1f} times the answer, and took it {one[1]:.1f} times")
print(f"in pieces of 64 KiB: the socket was offered {pieces[0]:.1f} times the answer, and took it {pieces[1]:.1f} times")
same = one[0] > 3 and pieces[0] < 1.5 and round(one[1], 2) == round(pieces[1], 2) == 1
print("as described" if same else "CHANGED: cheroot no longer does what this script describes")
sys.exit(0 if same else 1)
PYTHON
