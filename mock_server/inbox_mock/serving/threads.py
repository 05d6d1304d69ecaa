"""The threads that answer requests: few, since one computes at a time; more as long as those wait for something.

Each thread that computes delays all others, and health, by its turn at the interpreter. So a request waits for one of a few
threads, unless none of them goes on: they wait for a receiver, for a sandbox, for what a client sends. Then there is one more.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from queue import Empty, Queue
from threading import Event, Lock, Thread, current_thread
from time import monotonic, sleep
from typing import Any

from cheroot.workers import threadpool
from cheroot.workers.threadpool import ThreadPool, WorkerThread

from inbox_mock.telemetry.metrics import Gauge

SHUTDOWN = threadpool._SHUTDOWNREQUEST  # type: ignore[attr-defined]  # noqa: SLF001 - what tells a thread of cheroot's to end
FEW = 4
STALLED_SECONDS = 0.005
REST_SECONDS = 10


class Threads(ThreadPool):
    """A pool that grows, up to a limit, while requests wait and no thread takes one. What is one too many ends, also after a rest."""

    _threads: list[WorkerThread]
    _queue: "Queue[Any]"

    def __init__(self, server: object, most: int) -> None:
        super().__init__(server, min(FEW, most), most)
        self.get = self._next
        self._changing = Lock()
        self._queued = Event()
        self._takers: set[Thread] = set()
        self._answering: set[Thread] = set()
        self._too_many = False

    def start(self) -> None:
        """Start a few threads, and one that watches them."""
        super().start()
        Thread(target=self._watch, name="threads", daemon=True).start()

    def put(self, obj: object) -> None:
        """Queue a request."""
        super().put(obj)
        self._queued.set()

    def grow(self, amount: int) -> None:
        """Start so many threads, up to the limit; cheroot would wait until they run."""
        with self._changing:
            more = [WorkerThread(self.server) for _ in range(min(amount, self.max - len(self._threads)))]
            self._threads += more  # before they run: each thread in the list is told to end when the server stops
        for thread in more:
            thread.start()

    @property
    def busy(self) -> int:
        """How many threads answer a request."""
        return len(self._answering)

    def gauges(self) -> Iterator[Gauge]:
        """Yield how many threads there are, and how many requests they answer or leave waiting."""
        yield "inbox_mock_threads", "Threads that answer requests.", len(self._threads)
        yield "inbox_mock_threads_busy", "Threads that answer a request at this moment.", self.busy
        yield "inbox_mock_requests_waiting", "Requests that wait for a thread.", self.qsize

    def stop(self, timeout: float = 5) -> None:
        """Wait until every request that has come is answered, for so many seconds at the most, and let all threads end."""
        deadline = monotonic() + timeout
        with self._queue.all_tasks_done:
            self._queue.all_tasks_done.wait_for(lambda: not self._queue.unfinished_tasks, timeout)
        with self._changing:
            self.max = 0  # no thread is started from here on, which would take the place of one that is told to end
            ending = self._threads[:]
        self._queued.set()
        for _ in ending:
            self._queue.put(SHUTDOWN)
        for thread in ending:
            thread.join(max(0, deadline - monotonic()))

    def _watch(self) -> None:
        """Add a thread whenever none has taken a request for a moment, and take one away when more than a few have."""
        while self.max:
            self._queued.wait()
            self._queued.clear()
            while self.qsize and self.max:
                self._takers = set()
                sleep(STALLED_SECONDS)
                if not self._takers:
                    self.grow(1)
                self._too_many = len(self._takers) > self.min

    def _next(self) -> Any:  # noqa: ANN401
        """Return the next request, or what tells a thread to end that is one too many."""
        thread: Any = current_thread()
        if thread in self._answering:
            self._answering.remove(thread)
            self._queue.task_done()
        while not (self._too_many and self._leaves(thread)):
            with suppress(Empty):
                found = self._queue.get(timeout=REST_SECONDS)
                self._takers.add(thread)
                if found is not SHUTDOWN:
                    self._answering.add(thread)
                return found
            self._too_many = True
        return SHUTDOWN

    def _leaves(self, thread: WorkerThread) -> bool:
        """Take a thread out of the pool, unless there are few."""
        with self._changing:
            self._too_many = False
            if len(self._threads) <= self.min or thread not in self._threads:
                return False
            self._threads.remove(thread)
            rested = len(self._threads) == self.min
        if rested:
            return_memory()
        return True


@cache
def _malloc_trim() -> Any:  # noqa: ANN401
    from ctypes import CDLL

    return getattr(CDLL(None), "malloc_trim", lambda _kept: 0)


def return_memory() -> None:
    """Return to the system what the allocator keeps for threads that have ended, where it can: glibc keeps it for ever."""
    with suppress(OSError, TypeError):
        _malloc_trim()(0)
