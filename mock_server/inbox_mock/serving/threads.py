"""The threads that answer requests: one as long as it goes on, since one computes at a time; more while they wait for something.

One thread leads: it watches all connections, and answers what comes. So a request costs no change of threads, and many connections
cost no more than one. When its answer takes a moment, another thread leads on; what comes meanwhile waits, since each thread that
computes delays all others, and health, by its turns at the interpreter, of which SQLite takes one a statement. If the answer takes long,
or does not go on because it waits for a sandbox, one more thread answers. A thread that says that it waits, for a receiver of webhooks,
for news or for a slow client, stands aside: the receiver may ask for something before it answers. It comes back in its turn.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread, current_thread
from time import monotonic, process_time

from inbox_mock.serving.allocator import return_memory
from inbox_mock.serving.connection import Connection
from inbox_mock.serving.queue import Queue
from inbox_mock.telemetry.metrics import Gauge

AT_ONCE = 1
"""How many threads answer at once, but for those that take long or do not go on."""
STALLED_SECONDS = 0.005
LONG_SECONDS = 0.05
MOST_LONG = 3
"""How many that compute for long let as many others answer beside them."""
REST_SECONDS = 10
LOOK_SECONDS = 0.002
"""How long the leading thread answers what has come before it looks again: health is answered when it looks."""


@dataclass(frozen=True)
class Returning:
    """A thread that stood aside and waits for its turn to go on."""

    thread: Thread
    may: Event = field(default_factory=Event)


def computed(thread: Thread) -> float:
    """Return the seconds for which a thread that lives has computed, or 0 where the system does not tell."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    return time.clock_gettime(clock_of(thread.ident)) if clock_of else 0.0


class Threads:
    """A pool that grows, up to a limit, while requests wait and no thread takes one. What is one too many ends after a rest.

    ``look`` waits for at most the seconds that it is given, and returns what is to be answered; ``wake`` lets it return at once. ``answer``
    answers one, and raises nothing.
    """

    def __init__(
        self, look: Callable[[float], Sequence[Connection]], wake: Callable[[], None], answer: Callable[[Connection], None], most: int
    ) -> None:
        self.max = most
        self._look, self._wake, self._answer = look, wake, answer
        self._changing = Lock()
        self._waiting: Queue[Connection | Returning] = Queue(self._comes_first)
        self._threads: list[Thread] = []
        self._answering: dict[Thread, float] = {}
        """Since when each of them answers, or goes on after it stood aside."""
        self._computed: dict[Thread, float] = {}
        """For how long those that take long had computed when they were looked at last."""
        self._aside: dict[Thread, bytes] = {}
        """In which sandbox each of them lets others ask first, until it goes on."""
        self._resting: list[Event] = []
        self._leader: Thread | None = None
        self._lacks_one = False  # a thread could not be started
        self._looked = self._counted = 0.0
        self._more = self._long = 0  # how many more may answer at this moment: for those that do not go on, and for those that take long
        self._taken = 0
        self._active = Event()
        self._ends, self._over = False, Event()

    def __len__(self) -> int:
        """Return how many threads there are."""
        return len(self._threads)

    @property
    def busy(self) -> int:
        """How many threads answer a request, stand aside in the middle of one, or wait for their turn to go on."""
        return len(self._answering) + len(self._aside)

    def gauges(self) -> Iterator[Gauge]:
        """Yield how many threads there are, and how many requests they answer or leave waiting."""
        yield "inbox_mock_threads", "Threads that answer requests.", len(self._threads)
        yield "inbox_mock_threads_busy", "Threads that answer a request at this moment.", self.busy
        yield "inbox_mock_requests_waiting", "Requests that wait for their turn.", len(self._waiting)

    def put(self, connection: Connection) -> None:
        """Queue a request that nobody has found by looking."""
        with self._changing:
            self._waiting.put([connection])
        if self._leader is not current_thread():
            self._wake()

    @contextmanager
    def aside(self, sandbox_id: str = "") -> Iterator[None]:
        """Make way for other threads while this one waits for something that takes no turn at the interpreter.

        If that is somebody who may ask for something in a sandbox, what is asked there comes first: whose head has its ``sandbox_id``.
        """
        thread = current_thread()
        with self._changing:
            stands_aside = thread in self._answering
            if stands_aside:
                del self._answering[thread]
                self._aside[thread] = sandbox_id.encode()
                self._make_way(thread)
        try:
            yield
        finally:
            if stands_aside:
                with self._changing:
                    self._come_back(thread)

    def run(self) -> None:
        """Look for requests, and answer them, until the end; this thread watches the others."""
        with self._changing:
            self._call()
        while not self._over.is_set():
            self._active.wait()
            taken, computed = self._taken, process_time()
            self._over.wait(STALLED_SECONDS)
            with self._changing:
                self._adjust(self._taken - taken, computes=process_time() - computed > STALLED_SECONDS / 2)

    def stop(self, seconds: float, waiting: Sequence[Connection]) -> None:
        """Answer what has come, ``waiting`` included, for at most ``seconds``, and let all threads end."""
        deadline = monotonic() + seconds
        with self._changing:
            self._waiting.put(waiting)
            self._ends, self._leader = True, None
            for rest in self._resting:
                rest.set()
            self._resting.clear()
            self._call()
        self._active.set()
        while (threads := self._threads[:]) and (left := deadline - monotonic()) > 0:
            threads[0].join(left)
        self._over.set()

    def _adjust(self, taken: int, *, computes: bool) -> None:
        """Look how many may answer; have one lead."""
        now = monotonic()
        self._allow(now, taken, computes=computes)
        if self._ends:
            if self._may_take() and not taken:
                self._call()
        elif self._lacks_one:
            self._call()
        elif self._leader not in self._answering:
            if self._may_take():
                self._wake()
            elif not self._waiting:
                self._active.clear()
        elif now > self._looked + STALLED_SECONDS or (self._waiting and not computes):
            self._leader = None
            self._call()

    def _allow(self, now: float, taken: int, *, computes: bool) -> None:
        """Allow one more thread to answer if requests wait and no thread goes on, one fewer if some do."""
        if now > self._counted + LONG_SECONDS:
            self._counted, self._long = now, self._beside_long(now)
        if taken:
            self._more = max(0, self._more - 1)
        elif self._waiting and not computes and not self._is_room:
            self._more = len(self._answering) - AT_ONCE - self._long + 1

    def _beside_long(self, now: float) -> int:
        """Return how many may answer beside those that take long: as many as wait for something, a few at most for those that compute."""
        spent = {one: computed(one) for one, began in self._answering.items() if now - began > LONG_SECONDS}
        computing = sum(seconds != self._computed.get(one) for one, seconds in spent.items())
        self._computed = spent
        return len(spent) - computing + min(computing, MOST_LONG)

    def _may_take(self) -> bool:
        """Return whether something that waits may go on: if all threads are busy, one of them; another one would leave nobody to lead."""
        return self._is_room and (self._waiting.has(Returning) if self._is_full else bool(self._waiting))

    @property
    def _is_full(self) -> bool:
        return self.busy >= self.max

    @property
    def _is_room(self) -> bool:
        return len(self._answering) < (self.max if self._ends else min(self.max, AT_ONCE + self._more + self._long))

    def _comes_first(self, waits: Connection | Returning) -> bool:
        if isinstance(waits, Returning):
            return True
        return any(waits.asks_in(sandbox_id) for sandbox_id in tuple(self._aside.values()) if sandbox_id)

    def _come_back(self, thread: Thread) -> None:
        """Go on with an answer, as soon as there is room."""
        if self._is_room:
            self._go_on(thread)
            return
        self._aside[thread] = b""
        returning = Returning(thread)
        self._waiting.put([returning])
        self._active.set()
        self._changing.release()
        try:
            returning.may.wait()
        finally:
            self._changing.acquire()

    def _go_on(self, thread: Thread) -> None:
        self._aside.pop(thread, None)
        self._answering[thread] = monotonic()

    def _make_way(self, thread: Thread) -> None:
        """Have another one lead if this one does, and take what waits if it may now."""
        if self._leader is thread:
            self._leader = None
            self._call()
        elif self._may_take():
            self._wake()

    def _call(self) -> None:
        """Call a thread that rests, the last one first so that the others end, or start one; beyond the limit one may only look."""
        if self._resting:
            self._resting.pop().set()
        elif len(self._threads) <= self.max and not self._over.is_set():
            thread = Thread(target=self._answer_all, name=f"answers {len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            try:
                thread.start()
            except RuntimeError:  # the system has no more threads for this process: the next look at them tries again
                self._threads.remove(thread)
                self._lacks_one = True
                self._active.set()
                return
        self._lacks_one = False

    def _answer_all(self) -> None:
        while (taken := self._next()) is not None:
            self._answer(taken)
        if len(self._threads) == AT_ONCE and not self._ends:
            return_memory()

    def _next(self) -> Connection | None:
        """Return the next request, or None if this thread is one too many."""
        thread = current_thread()
        with self._changing:
            self._answering.pop(thread, None)
            while True:
                if self._leader is None and not self._ends:
                    self._leader = thread
                leads = self._leader is thread
                if leads and not (self._may_take() and monotonic() < self._looked + LOOK_SECONDS):
                    self._lead()
                if self._waiting and not self._active.is_set():
                    self._active.set()
                if self._may_take():
                    found = self._waiting.take(Returning if self._is_full else None)
                    self._taken += 1
                    self._go_on(found.thread if isinstance(found, Returning) else thread)
                    if not isinstance(found, Returning):
                        return found
                    found.may.set()
                    continue
                if not (leads and self._leader is thread) and not self._rests():
                    self._threads.remove(thread)
                    return None

    def _lead(self) -> None:
        """Look what comes, while others may change what is here."""
        seconds = 0.0 if self._may_take() else REST_SECONDS
        self._changing.release()
        try:
            found = self._look(seconds)
        finally:
            self._changing.acquire()
        self._waiting.put(found)
        self._looked = monotonic()

    def _rests(self) -> bool:
        """Rest until there is something to do; return False if there is nothing more for this thread."""
        if self._ends:
            return False
        rest = Event()
        self._resting.append(rest)
        self._changing.release()
        try:
            rest.wait(REST_SECONDS)
        finally:
            self._changing.acquire()
        if rest not in self._resting:
            return True
        self._resting.remove(rest)
        return len(self._threads) <= AT_ONCE
