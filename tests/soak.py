"""An hour's traffic at full speed on many sandboxes of one served process: no error, no leak, every history the one that it has alone.

    python tests/soak.py [--requests N] [--threads N] [--root DIR] [--strict]

An hour's traffic is what 64 clients may send within an hour: the service lets each application make 1,000 requests. Memory,
handles and threads of the server may grow by at most a tenth from one fifth of the requests, after a fifth to warm up, to the
last fifth; ``--strict`` holds the p99 of the requests to the same, which needs a machine that does nothing else.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread

from fake import Mock, OverSocket, Sandbox
from hostile.attacks import Run
from hostile.children import Served, served
from hostile.timing import Plain, Timed, percentile
from receiver import Receiver, receiving, subscribe
from stateful.history import begin, history, live

ROUNDS = 3
CLIENTS, REQUESTS_AN_HOUR = 64, 1_000
SAMPLE_SECONDS = 0.1
WINDOWS = ((0.2, 0.4), (0.8, 1.0))
"""The parts of the traffic that are compared, by the share of the requests that have been made."""

MOST_GROWTH = 1.1


@dataclass(frozen=True)
class Sample:
    """What the server held when so many requests had been made."""

    requests: int
    resident_mb: float
    handles: float
    threads: float


@dataclass
class Report:
    """What came of a soak; with nothing wrong, ``wrongs`` is empty. ``seconds`` holds those of each request, in their order.

    An advance waits for what receivers do: ``advances`` holds its seconds once more.
    """

    lives: int = 0
    seconds: list[float] = field(default_factory=list)
    advances: list[float] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)

    def compared(self) -> dict[str, tuple[float, float]]:
        """Memory, handles, threads and p99 at the beginning and at the end."""
        windows = [self._window(*window) for window in WINDOWS]
        held = {
            name: tuple(median([getattr(sample, name) for sample in samples] or [0]) for samples, _ in windows)
            for name in ("resident_mb", "handles", "threads")
        }
        return {**held, "p99_ms": tuple(1000 * percentile(seconds, 99) for _, seconds in windows)}

    def grown(self, names: Sequence[str]) -> list[str]:
        """What grew by more than it may."""
        found = self.compared()
        return [
            f"{name} grows: {before:.1f}, then {after:.1f}"
            for name in names
            for before, after in [found[name]]
            if after > before * MOST_GROWTH
        ]

    def __str__(self) -> str:
        held = [f"{name} {before:.1f} -> {after:.1f}" for name, (before, after) in self.compared().items()]
        return "\n".join(
            [f"{self.lives} lives, {len(self.seconds)} requests, {', '.join(held)}, {len(self.wrongs)} wrongs", *self.wrongs[:10]]
        )

    def _window(self, first: float, last: float) -> tuple[list[Sample], list[float]]:
        count = len(self.seconds)
        samples = [sample for sample in self.samples if first * count <= sample.requests <= last * count]
        return samples, sorted(self.seconds[int(first * count) : int(last * count)])


def soak(requests: int, threads: int, tree: Path | None = None) -> Report:
    """Run the same history in each thread again and again, each time in a new sandbox, until so many requests have been made."""
    report = Report()
    with TemporaryDirectory() as folder:
        run = Run("soak", 0, 0, Path(folder), tree)
        with served(run) as server:
            live_in(server, report, lambda: len(report.seconds) >= requests, threads)
        report.wrongs += run.wrongs
    return report


def live_in(server: Served, report: Report, is_over: Callable[[], bool], threads: int) -> None:
    """Let so many threads live in sandboxes of a server, until it is over."""
    with ThreadPoolExecutor(threads) as pool, ExitStack() as stack:
        receivers = [stack.enter_context(receiving()) for _ in range(threads)]
        alone = a_life(Mock(OverSocket(server.root)), receivers[0])
        connections = [stack.enter_context(closing(Plain(server.root))) for _ in range(threads)]
        mocks = [Mock(Timed(connection, seconds=report.seconds, advances=report.advances)) for connection in connections]
        stack.enter_context(sampled(server, report))
        for lives, wrongs in pool.map(lambda pair: until(is_over, alone, *pair), zip(mocks, receivers, strict=True)):
            report.lives += lives
            report.wrongs += wrongs


def until(is_over: Callable[[], bool], alone: str, mock: Mock, receiver: Receiver) -> tuple[int, list[str]]:
    """Live again and again; how often, and what went otherwise than alone."""
    lives, wrongs = 0, []
    while not is_over():
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
    receiver.received.clear()
    with closing(Plain(mock.root)) as connection:
        caller = Sandbox(connection, sandbox.made)
        receiver.on_request = lambda _received: caller.api.get("/inbox/conversations")
        subscribe(sandbox, receiver.url)
        live(sandbox, ROUNDS)
    told = b"\n".join(received.body for received in receiver.received)
    digest = sha256(history(sandbox, accounting=False) + told).hexdigest()
    answer = mock.admin.delete(f"/sandboxes/{sandbox.id}")
    assert answer.status == 204, answer.body
    return digest


@contextmanager
def sampled(server: Served, report: Report) -> Iterator[None]:
    """Look at what the server holds, all the while."""
    over = Event()

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            process = server.process
            report.samples.append(Sample(len(report.seconds), server.resident_mb, process.num_fds(), process.num_threads()))

    thread = Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def main() -> int:
    """Soak, and say what came of it."""
    parser = ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=CLIENTS * REQUESTS_AN_HOUR, help="how many in all (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=CLIENTS, help="how many at once (default: %(default)s)")
    parser.add_argument("--root", type=Path, help="the checkout to run in place of this one")
    parser.add_argument("--strict", action="store_true", help="compare the p99, too")
    asked = parser.parse_args()
    report = soak(asked.requests, asked.threads, asked.root and asked.root.resolve())
    report.wrongs += report.grown(["resident_mb", "handles", "threads", *(["p99_ms"] if asked.strict else ())])
    print(report)  # noqa: T201 - the command's answer
    return 1 if report.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
