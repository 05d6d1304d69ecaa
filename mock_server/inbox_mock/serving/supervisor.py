"""Several processes that serve one port: the supervisor starts them, starts anew what ends, and ends them all."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from threading import Event, RLock
from time import monotonic
from typing import Any

from inbox_mock.app import Options
from inbox_mock.console.terminal import complain
from inbox_mock.domain.errors import HomeUnavailable
from inbox_mock.serving.listening import Listening, listen
from inbox_mock.serving.server import Beginning
from inbox_mock.serving.worker import Post
from inbox_mock.store.homes import WHOLE, Share

LOG = logging.getLogger("inbox_mock.serving")
STEADY_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class Worker:
    """A process that serves, and the supervisor's end of the line to it. ``steady_at`` is when its end will be no failure to begin."""

    post: Post
    process: "subprocess.Popen[bytes]"
    line: "Connection[Any, Any]"
    steady_at: float | None = None

    @classmethod
    def start(cls, post: Post) -> "Worker":
        """Start the process; it begins to serve when it is given its turn, by anything on the line."""
        line, its = Pipe()
        with its:
            process = subprocess.Popen(  # noqa: S603 - this program
                [sys.executable, "-P", "-m", "inbox_mock.serving.worker", str(its.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=(its.fileno(), *post.descriptors),
                process_group=0,  # Ctrl-C is for the supervisor, which lets them finish
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        started = cls(post, process, line)
        started.send(post)
        return started

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"worker {self.post.number + 1} (process {self.process.pid})"

    def send(self, what: Post | None) -> None:
        """Send it something, which it receives next, if it has not ended."""
        with suppress(OSError):
            self.line.send(what)

    def receive(self) -> Beginning | str:
        """Return what it sends next: what began, or why it does not begin.

        Raises:
            EOFError: it has ended.
        """
        with suppress(ConnectionError):
            said: Beginning | str = self.line.recv()
            return said
        raise EOFError

    def wait(self) -> str:
        """Wait for its end, and return how it has ended."""
        self.line.close()
        code = self.process.wait()
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


class Supervisor(Listening):
    """Workers that serve. Call `prepare`, `serve` and `stop`, as those of a `Server`. ``beginning`` is what the first one says.

    A worker that ends is started anew at once; one that ends again before it was steady, after pauses that double.
    """

    beginning: Beginning

    def __init__(self, options: Options, host: str, port: int, count: int) -> None:
        self._options, self._count = replace(options, progress=None), count
        self._host, self._wanted_port = host, port
        self._held: list[socket.socket] = []
        self._claim: int | None = None
        self._workers: list[Worker] = []
        self._due: list[tuple[float, Post]] = []
        self._failures = [0] * count
        self._changing = RLock()  # no worker is started once they are being stopped
        self._stopping = Event()

    def prepare(self) -> None:
        """Bind the port, and start the workers: what the first one needs time for is there for the others.

        Raises:
            PortTaken: another program listens there, or the host is not an address of this machine.
            HomeUnavailable: one of them cannot begin; the text says why.
        """
        self.take(listen(self._host, self._wanted_port))
        try:
            self._workers = [Worker.start(post) for post in self._posts()]
            self.beginning = self._begun(self._workers[0])
            for worker in self._workers[1:]:
                self._begun(worker)
        except BaseException:
            self.stop(0)
            raise

    def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Start anew what ends, until `stop` is called; ``ready`` is called first."""
        ready()
        while not self._stopping.is_set():
            pause = self._start_what_is_due()
            by_line: dict[Any, Worker] = {worker.line: worker for worker in self._workers}
            if not by_line:
                self._stopping.wait(pause)
            for line in wait(by_line, pause):
                self._listen_to(by_line[line])

    def stop(self, seconds: float) -> None:
        """End the workers, which finish what is under way first, for at most ``seconds``."""
        self._stopping.set()
        deadline = monotonic() + seconds
        with self._changing:
            self.listener.close()
            workers = list(self._workers)
            for worker in workers:
                worker.process.terminate()
            for worker in workers:
                try:
                    worker.process.wait(max(0, deadline - monotonic()))
                except subprocess.TimeoutExpired:
                    worker.process.kill()
                    worker.process.wait()
            for held in self._held:
                held.close()
            if self._claim is not None:
                os.close(self._claim)

    def _posts(self) -> list[Post]:
        """Return what each worker is told. Each sandbox in a directory has one that serves it; elsewhere any one serves any sandbox."""
        data = self._options.data
        if data is None or self._count == 1:
            return [Post(self._options, number, WHOLE, self.listener.fileno()) for number in range(self._count)]
        from inbox_mock.store.homes.directory.files import claim

        self._claim = claim(data)
        pairs = [socket.socketpair() for _ in range(self._count)]
        self._held = [one for pair in pairs for one in pair]
        inboxes = tuple(inbox.fileno() for inbox, _ in pairs)
        return [
            Post(self._options, number, Share(number, self._count), self.listener.fileno(), self._claim, inboxes, own.fileno())
            for number, (_, own) in enumerate(pairs)
        ]

    def _begun(self, worker: Worker) -> Beginning:
        """Give a worker its turn, and return what it says when it serves."""
        worker.send(None)
        try:
            said = worker.receive()
        except EOFError:
            raise HomeUnavailable(f"{worker.name} {worker.wait()} before it was ready") from None
        if isinstance(said, str):
            raise HomeUnavailable(said)
        worker.steady_at = monotonic() + STEADY_SECONDS
        return said

    def _listen_to(self, worker: Worker) -> None:
        """Hear that a worker serves, that it cannot, or that it has ended."""
        try:
            said = worker.receive()
        except EOFError:
            self._plan_another(worker)
            return
        if isinstance(said, str):
            self._complain(f"{worker.name}: {said}")
        else:
            worker.steady_at = monotonic() + STEADY_SECONDS

    def _plan_another(self, worker: Worker) -> None:
        """Plan the start of another worker in the place of one that has ended."""
        self._workers.remove(worker)
        how = worker.wait()
        if self._stopping.is_set():
            return
        post, was_steady = worker.post, worker.steady_at is not None and monotonic() >= worker.steady_at
        failures = self._failures[post.number] = 0 if was_steady else self._failures[post.number] + 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (failures - 2), LONGEST_PAUSE_SECONDS) if failures > 1 else 0
        self._due.append((monotonic() + pause, post))
        self._complain(f"{worker.name} {how}; another one is started{f' in {pause:g} s' if pause else ''}")

    def _complain(self, text: str) -> None:
        if self._options.log_format is None:
            complain(text)
        else:
            LOG.warning(text)

    def _start_what_is_due(self) -> float | None:
        """Start the workers whose time has come, and return the seconds until that of the next; None if none is to be started."""
        now = monotonic()
        with self._changing:
            due = [] if self._stopping.is_set() else [post for at, post in self._due if at <= now]
            self._due = [(at, post) for at, post in self._due if at > now]
            for post in due:
                worker = Worker.start(post)
                worker.send(None)
                self._workers.append(worker)
        return min((at - now for at, _ in self._due), default=None)
