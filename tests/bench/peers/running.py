"""Servers that run while they are measured, and end with all their processes."""

import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep

from psutil import NoSuchProcess, Process

PATIENCE_SECONDS, GLANCE_SECONDS = 60, 0.002
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Running:
    """A server that has answered 200, and how long that took from its start."""

    process: int
    port: int
    seconds: float

    def megabytes(self) -> float:
        """Resident memory of all its processes; what they share counts for each."""
        total = 0
        for process in [Process(self.process), *Process(self.process).children(recursive=True)]:
            with suppress(NoSuchProcess):
                total += process.memory_info().rss
        return total / MEGABYTE


@contextmanager
def running(command_in: Callable[[Path], Sequence[str]], port: int, first: Sequence[bytes]) -> Iterator[Running]:
    """Start a command, made for a folder of its own, and send the first requests, each until it is answered 200.

    Raises:
        OSError: it cannot be started.
        RuntimeError: it does not answer.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        command = command_in(Path(name))
        began = perf_counter()
        process = Popen(command, cwd=name, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
        try:
            for request in first:
                _wait(process, port, request)
            yield Running(process.pid, port, perf_counter() - began)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: Popen[bytes], port: int, request: bytes) -> None:
    given_up = monotonic() + PATIENCE_SECONDS
    while not _answers(port, request):
        if process.poll() is not None or monotonic() > given_up:
            raise RuntimeError(f"{process.args!r} does not answer 200 to {request[:200]!r}")
        sleep(GLANCE_SECONDS)


def _answers(port: int, request: bytes) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as opened:
        opened.sendall(request)
        return opened.recv(65_536).split(b" ", 2)[1:2] == [b"200"]
    return False
