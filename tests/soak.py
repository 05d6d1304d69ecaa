"""Many threads on many sandboxes of one served process: no error, no leak, and every history the one that it has alone.

    python tests/soak.py

``SOAK_SECONDS`` (60) and ``SOAK_THREADS`` (64) say how long and how many.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import psutil

from fake import Mock, OverSocket, Sandbox
from history import begin, history, live
from processes import COMMAND, wait_for
from receiver import Receiver, receiving, subscribe

ROUNDS = 3
MOST_GROWTH_BYTES = 48 * 1024 * 1024


@dataclass
class Report:
    """What came of a soak; with nothing wrong, ``wrongs`` is empty."""

    lives: int = 0
    threads: tuple[int, int] = (0, 0)
    memory: tuple[int, int] = (0, 0)
    wrongs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        grown = (self.memory[1] - self.memory[0]) / 1024 / 1024
        more = self.threads[1] - self.threads[0]
        return "\n".join([f"{self.lives} lives, {grown:+.1f} MB, {more:+} threads, {len(self.wrongs)} wrongs", *self.wrongs[:10]])


def soak(seconds: float, threads: int) -> Report:
    """Run the same history in each thread again and again, each time in a new sandbox, until time is up."""
    with served() as (root, process):
        report = Report()
        with ThreadPoolExecutor(threads) as pool, ExitStack() as stack:
            receivers = [stack.enter_context(receiving()) for _ in range(threads)]
            mocks = [Mock(OverSocket(root)) for _ in range(threads)]
            alone = a_life(mocks[0], receivers[0])
            list(pool.map(a_life, mocks, receivers))  # whatever is made once is made now
            report.memory, report.threads = (process.memory_info().rss, 0), (process.num_threads(), 0)
            end = monotonic() + seconds
            for lives, wrongs in pool.map(lambda pair: until(end, alone, *pair), zip(mocks, receivers, strict=True)):
                report.lives += lives
                report.wrongs += wrongs
        report.memory, report.threads = (report.memory[0], process.memory_info().rss), (report.threads[0], process.num_threads())
    if report.memory[1] - report.memory[0] > MOST_GROWTH_BYTES:
        report.wrongs.append("memory grows")
    if report.threads[1] - report.threads[0] > threads:
        report.wrongs.append("threads are left behind")
    return report


def until(end: float, alone: str, mock: Mock, receiver: Receiver) -> tuple[int, list[str]]:
    """Live again and again; how often, and what went otherwise than alone."""
    lives, wrongs = 0, []
    while monotonic() < end:
        lives += 1
        try:
            if a_life(mock, receiver) != alone:
                wrongs.append("a history is not the one that it is alone")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is to be reported
            wrongs.append(f"{type(error).__name__}: {str(error)[:200]}")
    return lives, wrongs


def a_life(mock: Mock, receiver: Receiver) -> str:
    """Live in a fresh sandbox, whose receiver calls back, and delete it; a digest of its history and of what was told."""
    sandbox = begin(mock)
    caller = Sandbox(OverSocket(mock.root), sandbox.made)
    receiver.received.clear()
    receiver.on_request = lambda _received: caller.api.get("/inbox/conversations")
    subscribe(sandbox, receiver.url)
    live(sandbox, ROUNDS)
    told = b"\n".join(received.body for received in receiver.received)
    digest = sha256(history(sandbox, accounting=False) + told).hexdigest()
    answer = mock.admin.delete(f"/sandboxes/{sandbox.id}")
    assert answer.status == 204, answer.body
    return digest


@contextmanager
def served() -> Iterator[tuple[str, psutil.Process]]:
    """Run the server as a user does; its root and its process."""
    with TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        command = [COMMAND, "serve", "--port", "0", "--port-file", str(port_file), "--clock", "manual"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield f"http://127.0.0.1:{wait_for(port_file, process)}", psutil.Process(process.pid)
            finally:
                process.terminate()


def main() -> int:
    """Soak, and say what came of it."""
    report = soak(float(os.environ.get("SOAK_SECONDS", "60")), int(os.environ.get("SOAK_THREADS", "64")))
    print(report)  # noqa: T201 - the command's answer
    return 1 if report.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
