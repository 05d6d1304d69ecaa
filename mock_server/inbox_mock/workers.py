"""The threads that answer requests: they come with the requests, and go after them."""

from contextlib import suppress
from functools import cache
from queue import Empty, Queue
from threading import Lock, current_thread
from typing import Any

from cheroot.workers import threadpool
from cheroot.workers.threadpool import ThreadPool, WorkerThread

SHUTDOWN = threadpool._SHUTDOWNREQUEST  # type: ignore[attr-defined]  # noqa: SLF001 - what tells a thread of cheroot's to end
FEW = 8
REST_SECONDS = 10


class Workers(ThreadPool):
    """Threads that answer requests: one more than there are requests at once, up to a limit; those that rest for a while end."""

    _threads: list[WorkerThread]
    _queue: "Queue[Any]"

    def __init__(self, server: object, most: int) -> None:
        super().__init__(server, FEW, most)
        self.get = self._next
        self._changing = Lock()

    def grow(self, amount: int) -> None:
        """Start so many threads, up to the limit; cheroot would wait until they run."""
        with self._changing:
            more = [WorkerThread(self.server) for _ in range(min(amount, self.max - len(self._threads)))]
            self._threads += more  # before they run: each thread in the list is told to end when the server stops
        for thread in more:
            thread.start()

    def stop(self, timeout: int = 5) -> None:
        """End all threads; none is started from here on, which would take the place of one that is told to end."""
        with self._changing:
            self.max = 0
        super().stop(timeout)

    def _next(self) -> Any:  # noqa: ANN401
        """Return the next request, or None for a thread that is one too many. The last free thread starts another one first."""
        thread: Any = current_thread()
        while True:
            try:
                found = self._queue.get(timeout=REST_SECONDS)
            except Empty:
                with self._changing:
                    others = [other for other in self._threads if other.conn is None and other is not thread]
                    if len(self._threads) <= self.min or not others:
                        continue
                    self._threads.remove(thread)
                    rested = len(self._threads) == self.min
                if rested:
                    return_memory()
                return SHUTDOWN
            with self._changing:
                thread.conn = found
                busy = all(other.conn is not None for other in self._threads)
            if busy and found is not SHUTDOWN:
                self.grow(1)
            return found


@cache
def _malloc_trim() -> Any:  # noqa: ANN401
    from ctypes import CDLL

    return getattr(CDLL(None), "malloc_trim", lambda _kept: 0)


def return_memory() -> None:
    """Return to the system what the allocator keeps for threads that have ended, where it can: glibc keeps it for ever."""
    with suppress(OSError, TypeError):
        _malloc_trim()(0)
