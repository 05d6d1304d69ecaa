"""Background work between requests: running clocks catch up, and their due webhooks are sent by worker threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread

from inbox_mock.domain.errors import NotFound
from inbox_mock.engine.sandboxes import Sandbox, Sandboxes
from inbox_mock.webhooks.advance import deliver_due
from inbox_mock.webhooks.sender import WebhookSender

TICK_SECONDS = 0.25
WORKERS = 8


class Scheduler:
    """Sends the due webhooks of every sandbox with a running clock: one after another for a sandbox, in parallel for several."""

    def __init__(self, sandboxes: Sandboxes, sender: WebhookSender, at_each_tick: Callable[[], None]) -> None:
        self._sandboxes = sandboxes
        self._sender = sender
        self._at_each_tick = at_each_tick
        self._stopped = Event()
        self._busy: set[str] = set()
        self._lock = Lock()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="delivery")
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Start the thread that ticks."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, without waiting for deliveries in progress."""
        with self._lock:
            self._stopped.set()
            self._workers.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            self._at_each_tick()
            for sandbox in self._sandboxes.all():
                if sandbox.runs:
                    self._submit(sandbox)

    def _submit(self, sandbox: Sandbox) -> None:
        """Hand a sandbox to a worker, unless one has it, or the scheduler was stopped in the middle of a tick."""
        with self._lock:
            if sandbox.id not in self._busy and not self._stopped.is_set():
                self._busy.add(sandbox.id)
                self._workers.submit(self._look_after, sandbox)

    def _look_after(self, sandbox: Sandbox) -> None:
        try:
            deliver_due(sandbox, self._sender)
        except NotFound:
            pass  # deleted meanwhile
        finally:
            with self._lock:
                self._busy.discard(sandbox.id)
