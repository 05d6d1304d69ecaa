"""What the C library keeps of the memory that threads have freed: little, since they allocate in the same arenas."""

import platform
import re
import socket
import subprocess
import sys
from contextlib import ExitStack
from ctypes import CDLL
from pathlib import Path

import pytest

from fake import Mock, OverSocket
from inbox_mock.serving.allocator import ARENAS
from processes import COMMAND, started, wait_for
from serving.busy import eventually
from serving.raw import bytes_of, exchange

BOOKINGS = bytes_of("GET /api/v3/bookings HTTP/1.1", "Host: localhost", "Authorization: Bearer demo")
SLOW = {"kind": "slow", "by": "30s", "real": True}
METRICS = bytes_of("GET /metrics HTTP/1.1", "Host: localhost", "Connection: close")
THREADS = 12
HEAP = 64 * 1024 * 1024
"""The addresses of an arena's heaps are multiples of this, and so is what they may grow to; the first arena has none."""


TWICE_LARGE = """
from ctypes import CDLL, Structure, c_size_t
from inbox_mock.serving.allocator import LARGE, share_arenas

class Told(Structure):  # mallinfo(3)
    _fields_ = [(name, c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]

mallinfo2 = CDLL(None).mallinfo2
mallinfo2.restype = Told
share_arenas()
before = mallinfo2().hblks
for _ in range(2):
    kept = None
    kept = bytes(2 * LARGE)
print(mallinfo2().hblks - before)
"""
"""Allocates something large, frees it, and allocates as much again; prints how many of what there is have pages of their own."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_all_threads_of_a_server_allocate_in_the_same_few_arenas(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file), "--scenario", "empty"]
    with started(command, stdout=subprocess.DEVNULL) as process, ExitStack() as opened:
        opened.callback(process.terminate)
        port = wait_for(port_file, process)
        assert Mock(OverSocket(f"http://127.0.0.1:{port}")).admin.post("/sandboxes/default/faults", SLOW).status == 201
        for _ in range(THREADS):
            opened.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(BOOKINGS)
        eventually(lambda: busy(port) >= THREADS)

        assert arenas(process.pid) <= ARENAS


@pytest.mark.skipif(not hasattr(CDLL(None), "mallinfo2"), reason="glibc says since 2.33 what has pages of its own")
def test_what_is_large_has_pages_of_its_own_also_when_something_large_was_freed() -> None:
    ran = subprocess.run([sys.executable, "-c", TWICE_LARGE], capture_output=True, text=True, check=True)

    assert ran.stdout == "1\n"


def busy(port: int) -> int:
    """How many threads answer a request."""
    found = re.search(rb"^inbox_mock_threads_busy (\d+)", exchange(f"http://127.0.0.1:{port}", METRICS).body, re.MULTILINE)
    assert found
    return int(found[1])


def arenas(pid: int) -> int:
    """In how many arenas a process allocates.

    What begins at such an address by chance has, other than a heap, nothing behind it that is kept for its growth.
    """
    anonymous = [line.split()[:2] for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if line.split()[5:] == []]
    places = [(int(begin, 16), int(end, 16), rights) for place, rights in anonymous for begin, end in [place.split("-")]]
    grows = {begin: end for begin, end, rights in places if rights == "---p"}
    return 1 + sum(begin % HEAP == 0 and grows.get(end, 0) >= begin + HEAP for begin, end, _ in places)
