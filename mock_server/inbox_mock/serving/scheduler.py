"""Background work between requests: running clocks catch up, and their due webhooks are sent by threads."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from math import inf
from threading import Event, Lock, Thread

from inbox_mock.domain.errors import HomeUnavailable, NotFound, SandboxFull
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.engine.sandboxes import Sandboxes
from inbox_mock.environment import wall_clock
from inbox_mock.webhooks.advance import deliver_due
from inbox_mock.webhooks.sender import WebhookSender

TICK_SECONDS = 0.1
RETRY_SECONDS = 1.0
TIDY_SECONDS = 60
LONGEST_SECONDS = 60  # the wall clock may be set, and machines are suspended
SHARED_SECONDS = 10  # another process may end before what it has planned is due
THREADS = 8


class Scheduler:
    """Sends the due webhooks of every sandbox with a running clock: one after another for a sandbox, in parallel for several.

    It sleeps until the next event is due. Between two looks at all sandboxes is a tick at least.
    """

    def __init__(self, sandboxes: Sandboxes, sender: WebhookSender, wall: Callable[[], float] = wall_clock) -> None:
        self._sandboxes = sandboxes
        self._sender = sender
        self._wall = wall
        self._stopped = Event()
        self._news = Event()
        self._sleeps_until, self._tidied_at = inf, -inf
        self._busy: set[str] = set()
        self._full: dict[str, int] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="delivery")
        self._under_way: set[Future[None]] = set()
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)
        sandboxes.around.planned = self._note

    def start(self) -> None:
        """Start the thread that waits for what is due."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and do not wait for deliveries in progress."""
        with self._lock:
            self._stopped.set()
            self._news.set()
            self._pool.shutdown(wait=False, cancel_futures=True)

    def join(self, seconds: float) -> None:
        """Wait, after a stop, until the results of deliveries in progress are recorded, for at most ``seconds``."""
        wait(set(self._under_way), max(0, seconds))

    def look(self) -> float:
        """Hand each sandbox in which something is due to a thread; return the seconds until the next event is due in another one."""
        self._news.clear()
        self._sleeps_until = inf  # whatever is planned from here on is news
        now = self._wall()
        home = self._sandboxes.home
        try:
            self._tidy(now)
            for sandbox_id in home.due(now):
                if sandbox_id not in self._busy:
                    self._look_at(sandbox_id)
            soonest = home.soonest(now) or inf
        except HomeUnavailable:
            soonest = now + RETRY_SECONDS
        self._sleeps_until = soonest
        return min(soonest - now, SHARED_SECONDS if home.is_shared else LONGEST_SECONDS)

    def _tidy(self, now: float) -> None:
        """Have a thread remove what has expired, at most once a minute."""
        if not 0 <= now - self._tidied_at < TIDY_SECONDS:
            self._tidied_at = now
            with self._lock:
                if not self._stopped.is_set():
                    self._hand(self._sandboxes.remove_expired)

    def _look_at(self, sandbox_id: str) -> None:
        """Hand a sandbox in which something is due to a thread. A full one is left alone until something has changed in it."""
        with suppress(NotFound):  # deleted meanwhile
            sandbox = self._sandboxes.get(sandbox_id)
            if self._full.get(sandbox_id) != sandbox.version:
                self._submit(sandbox)

    def _run(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            self._news.wait(max(0, self.look() - TICK_SECONDS))

    def _note(self, due: float) -> None:
        if due < self._sleeps_until:
            self._news.set()

    def _submit(self, sandbox: Sandbox) -> None:
        """Hand a sandbox to a thread, unless the scheduler was stopped in the middle of a look."""
        with self._lock:
            if not self._stopped.is_set():
                self._busy.add(sandbox.id)
                self._hand(self._look_after, sandbox)

    def _hand(self, work: Callable[..., None], *about: Sandbox) -> None:
        try:
            done = self._pool.submit(work, *about)
        except RuntimeError:  # the system has no more threads for this process: the pool begins it with the next work that it is given
            return
        self._under_way.add(done)
        done.add_done_callback(self._under_way.discard)

    def _look_after(self, sandbox: Sandbox) -> None:
        version = sandbox.version
        self._full.pop(sandbox.id, None)
        try:
            deliver_due(sandbox, self._sender, self._stopped.is_set)
        except (NotFound, HomeUnavailable):
            pass  # deleted meanwhile, or tried again after the next look
        except SandboxFull:
            self._full[sandbox.id] = version
        finally:
            with self._lock:
                self._busy.discard(sandbox.id)
            if sandbox.due is not None:
                self._note(sandbox.due)
