"""Processes that judge a client beside the trial's own, each in its share of the worlds, with a driver and a harness of its own.

A process and the trial that has started it are the ends of a line: whichever end is closed, the other process ends what it does.
"""

import gc
import subprocess
import sys
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any

from inbox_contracts.consumer.evaluation import BrokenRulesError, Judgement
from inbox_contracts.consumer.judging import Judge
from inbox_contracts.consumer.worlds import World
from inbox_mock.console.guarded import LAST_SECONDS
from inbox_mock.console.stopping import STOP, Stopped
from inbox_mock.scenarios.errors import ScenarioError

BEGIN = "import sys; sys.path[:] = {path!r}; from inbox_contracts.consumer.worker import work; work({line})"
"""The program of a process. Its environment is that of the trial, since the driver inherits it."""

HEAD_START = 4
"""How many worlds the trial's own process judges while the others start."""
GARBAGE = 50_000
"""How many objects are made before the next look for garbage."""


class Workers(ExitStack):
    """Processes that judge the same client. Use it as a context manager, which ends them."""

    def __init__(self, count: int, command: Sequence[str], answer_seconds: float, allow: Collection[str] = ()) -> None:
        super().__init__()
        self._started = [_Worker() for _ in range(count)]
        for worker in self._started:
            self.callback(worker.end)
        for worker in self._started:
            self.callback(worker.line.close)  # of all of them, before one is waited for
            worker.send((list(command), answer_seconds, tuple(allow)))

    def judge(self, worlds: Sequence[World], judge: Judge) -> Iterator[Judgement | None]:
        """Yield the judgement of each world, in their order; None where a world or a rule cannot be used, which the trial finds out.

        Each process has always the same share, so that its driver sees the same worlds again, whatever time they take. While
        another process has not got so far, this one goes on with its own share by ``judge``, unless the client has failed in it.

        Raises:
            RuntimeError: a process has ended.
            Stopped: this process is to end.
        """
        sharing = len(self._started) + 1
        shares = [0] * min(HEAD_START, len(worlds)) + [place % sharing for place in range(len(worlds) - HEAD_START)]
        for number, worker in enumerate(self._started, 1):
            worker.send([world for world, share in zip(worlds, shares, strict=True) if share == number])
        own = (_judged(judge, world) for world, share in zip(worlds, shares, strict=True) if share == 0)
        ahead: deque[Judgement | None] = deque()
        for share in shares:
            if share == 0:
                yield ahead.popleft() if ahead else next(own)
                continue
            worker = self._started[share - 1]
            while not (ahead and _ends_the_trial(ahead[-1])) and not worker.has_sent():
                ahead.append(next(own, None))
            yield worker.receive()


class _Worker:
    """A process, and this end of the line to it."""

    def __init__(self) -> None:
        self.line, its = Pipe()
        with its:
            self._process = subprocess.Popen(  # noqa: S603 - this program
                [sys.executable, "-c", BEGIN.format(path=sys.path, line=its.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(its.fileno(),),
                process_group=0,  # Ctrl-C is for the trial, which ends them
            )

    def send(self, what: object) -> None:
        """Send it something, which it receives next, if it has not ended."""
        with suppress(ConnectionError):
            self.line.send(what)

    def has_sent(self) -> bool:
        """Return whether there is something to receive, if only that it has ended."""
        return self.line.poll()

    def receive(self) -> Judgement | None:
        wait([self.line, STOP.fileno()])
        STOP.check()
        try:
            said: Judgement | None = self.line.recv()
        except (EOFError, ConnectionError):
            raise RuntimeError(f"a process that judges worlds ended with exit code {self._process.wait()}") from None
        return said

    def end(self) -> None:
        """Wait until it has ended, together with its driver; kill it if it does not."""
        try:
            self._process.wait(2 * LAST_SECONDS)  # so long may its driver take, and then itself
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def work(descriptor: int) -> None:
    """Judge a client in the worlds that come over a line, until it is closed."""
    line: Connection[Any, Any] = Connection(descriptor)
    with suppress(EOFError, ConnectionError, Stopped):
        command, answer_seconds, allow = line.recv()
        with Judge(command, answer_seconds, allow=allow) as judge:
            judge.prepare()
            collect_rarely()
            worlds: list[World] = line.recv()
            Thread(target=_end_with, args=(line,), daemon=True).start()
            for world in worlds:
                line.send(_judged(judge, world))


def collect_rarely() -> None:
    """Collect garbage less often in this process, and not among what it has by now: runs leave little, and modules none."""
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _end_with(line: "Connection[Any, Any]") -> None:
    """Request a stop as soon as the other end of a line is closed: nothing more is said on it."""
    with suppress(EOFError, OSError):
        line.recv()
    STOP.request()


def _ends_the_trial(judgement: Judgement | None) -> bool:
    """Return whether no other world is to be judged after this one: the client has failed in it, or it cannot be judged."""
    return judgement is None or judgement.recording is not None


def _judged(judge: Judge, world: World) -> Judgement | None:
    """Return the judgement of a world; None if it cannot be given, and the trial is to find out why."""
    try:
        return judge.judge(world)
    except (ScenarioError, BrokenRulesError):
        return None
