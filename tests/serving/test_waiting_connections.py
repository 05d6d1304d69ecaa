"""Connections on which nothing has come: they take no thread, and running out of file handles is told once, and passes."""
# ruff: noqa: SLF001 - that somebody looks, and finds nothing, shows nowhere else

import errno
import resource
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from inbox_mock.serving import connections
from inbox_mock.serving.connection import Host
from inbox_mock.serving.connections import Connections
from inbox_mock.serving.listening import WAITING_CONNECTIONS, listen
from inbox_mock.serving.server import IDLE_SECONDS
from inbox_mock.serving.threads import AT_ONCE
from lowered import lower
from processes import COMMAND, wait_for
from serving.raw import bytes_of, exchange

MOST_WAITING = Path("/proc/sys/net/core/somaxconn")
PATIENCE_SECONDS = 10


class Exhausted:
    """A listening socket on which every accept fails, for want of a file handle."""

    def __init__(self) -> None:
        self.listens = socket.create_server(("127.0.0.1", 0))
        self.fileno = self.listens.fileno
        self.accepted = 0

    def settimeout(self, _seconds: float) -> None:
        """Do nothing: nobody waits here."""

    def close(self) -> None:
        """Do nothing: the test closes it."""

    def accept(self) -> None:
        self.accepted += 1
        raise OSError(errno.EMFILE, "Too many open files")


@pytest.fixture
def exhausted() -> Iterator[Exhausted]:
    found = Exhausted()
    yield found
    found.listens.close()


@pytest.fixture
def out_of_handles(exhausted: Exhausted) -> Iterator[Connections]:
    """What cannot accept any connection."""
    found = Connections(Host(("127.0.0.1", 0), Flask("unused")), exhausted)  # type: ignore[arg-type] # all that is used of a socket
    yield found
    found.end()


def test_connections_that_wait_are_accepted_several_at_a_time() -> None:
    with listen("127.0.0.1", 0) as listener, ExitStack() as stack:
        accepting = Connections(Host(("127.0.0.1", 0), Flask("unused")), listener)
        for _ in range(connections.ACCEPTED_AT_ONCE + 1):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        seen = []
        for _ in range(2):
            accepting.look(0)
            seen.append(len(accepting))
        accepting.end()

    assert seen == [connections.ACCEPTED_AT_ONCE, connections.ACCEPTED_AT_ONCE + 1]


@pytest.mark.skipif(not MOST_WAITING.exists() or int(MOST_WAITING.read_text()) < WAITING_CONNECTIONS, reason="the system lets fewer wait")
def test_hundreds_connect_while_nobody_accepts() -> None:
    with listen("127.0.0.1", 0) as listener, ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(socket.create_connection(listener.getsockname(), timeout=PATIENCE_SECONDS))


def test_who_cannot_accept_says_so_once_a_minute(
    out_of_handles: Connections, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(connections, "monotonic", lambda: now)
    for now in (100.0, 100.5, 159.5, 160.0, 161.0):  # noqa: B007 - the clock reads it
        out_of_handles._accept()
        out_of_handles._check()

    assert capsys.readouterr().err == "no connection can be accepted for now: Too many open files\n" * 2


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(errno.ENOSPC, "No space left on device"), ValueError("closed")])
def test_a_server_goes_on_when_nobody_reads_what_it_says(
    out_of_handles: Connections, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Unread:
        def write(self, _text: str) -> None:
            raise error

    monkeypatch.setattr(sys, "stderr", Unread())

    out_of_handles._accept()


def test_who_cannot_accept_does_not_try_again_at_once(out_of_handles: Connections, exhausted: Exhausted) -> None:
    with socket.create_connection(exhausted.listens.getsockname()):
        out_of_handles.look(1)
        out_of_handles.look(0)
        assert exhausted.accepted == 1

        out_of_handles._check()
        out_of_handles.look(1)

    assert exhausted.accepted == 2


def test_a_server_out_of_handles_serves_on_when_it_has_some_again(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file), "--clock", "manual"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            port = wait_for(port_file, process)
            in_use = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (in_use + 10, in_use + 100))
            with ExitStack() as opened:
                for _ in range(40):
                    opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                assert process.stderr is not None
                assert process.stderr.readline() == "no connection can be accepted for now: Too many open files\n"
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (in_use + 100, in_use + 100))
            answer = exchange(f"http://127.0.0.1:{port}", bytes_of("GET /livez HTTP/1.1", "Host: localhost"))
        finally:
            process.terminate()
        said = process.stderr.read()

    assert answer.status == 200
    assert "Traceback" not in said
    assert "accepted" not in said


@pytest.mark.parametrize("greeting", [b"\x16\x03\x01\x02\x00\x01", b"\x00", b"\xff", b" GET / HTTP/1.1"])
def test_bytes_that_begin_no_request_are_refused_without_waiting_for_more(served: str, greeting: bytes) -> None:
    address = urlsplit(served)
    with socket.create_connection((address.hostname, address.port), timeout=IDLE_SECONDS / 2) as opened:
        opened.sendall(greeting)

        assert opened.recv(12) == b"HTTP/1.1 400"


def test_more_idle_connections_than_there_are_threads_keep_nobody_waiting(served: str) -> None:
    address = urlsplit(served)
    with ExitStack() as opened:
        for _ in range(80):
            opened.enter_context(socket.create_connection((address.hostname, address.port), timeout=20))

        assert exchange(served, bytes_of("GET /livez HTTP/1.1", "Host: localhost")).status == 200


def test_clients_that_send_slowly_keep_nobody_waiting(served: str) -> None:
    address = urlsplit(served)
    with ExitStack() as opened:
        slow = [opened.enter_context(socket.create_connection((address.hostname, address.port), timeout=20)) for _ in range(AT_ONCE + 8)]
        for one in slow:
            one.sendall(b"G")

        assert exchange(served, bytes_of("GET /livez HTTP/1.1", "Host: localhost")).status == 200
        assert select.select(slow, [], [], 0)[0] == []  # none of them has given up, and made room


def test_beyond_the_limit_those_idle_for_longest_are_closed(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "IDLE_CONNECTIONS", 2)
    address = urlsplit(served)
    with ExitStack() as opened:
        idle = [opened.enter_context(socket.create_connection((address.hostname, address.port), timeout=20)) for _ in range(4)]
        assert idle[0].recv(1) == b""
        assert idle[1].recv(1) == b""
        idle[3].sendall(bytes_of("GET /livez HTTP/1.1", "Host: localhost"))
        assert idle[3].recv(12) == b"HTTP/1.1 200"
