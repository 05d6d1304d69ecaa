"""Sandboxes: isolated worlds, thousands in one process, each behind a lock of its own."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import count
from sqlite3 import Connection
from threading import BoundedSemaphore, Condition, Lock, RLock

from mock_server.domain import credentials
from mock_server.domain.clock import Clock
from mock_server.domain.errors import NotFound
from mock_server.services.timeline import catch_up
from mock_server.services.work import Work
from mock_server.store import clock as clock_store
from mock_server.store import credentials as credential_store
from mock_server.store import database, settings
from mock_server.store.database import Row

WallClock = Callable[[], float]
Start = Callable[[], bytes]  # the image that a sandbox starts from; of a running clock a new one at each start
MOST_AWAKE = 100
MOST_WAITING = 8


class Sandbox:
    """One isolated world. All of it is in its database; this object holds the connection, the lock and the start.

    One that sleeps is nothing but its image, a third of the memory; the next unit of work wakes it in half a millisecond.
    """

    settings: dict[str, object]
    _db: Connection | None
    _clock: Clock

    def __init__(self, sandbox_id: str, start: Start, wall: WallClock, woken: "Callable[[Sandbox], None]") -> None:
        self.id = sandbox_id
        self._woken = woken
        self._db, self._asleep = None, b""
        self.advancing = Lock()
        self._start = start
        self._wall = wall
        self._lock = RLock()
        self._closed = False
        self._news = Condition()
        self._last_entry = self._beginnings = 0
        self._begin([])

    @contextmanager
    def work(self) -> Iterator[Work]:
        """Open one transaction, after what is due by now has happened; it is undone if an exception leaves it."""
        with self._lock:
            db = self._awake()
            db.execute("BEGIN")
            try:
                work = Work(self.id, db, self.settings, self._clock, self._wall())
                if work.clock.mode == "real":
                    catch_up(work, work.instant)
                yield work
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            self._clock = work.clock
        if work.journaled:
            with self._news:
                self._last_entry = work.journaled
                self._news.notify_all()

    def wait_for_news(self, after: int, seconds: float) -> None:
        """Wait until the journal holds more than the entry ``after`` or begins anew, for some seconds at the most."""
        with self._news:
            beginnings = self._beginnings
            self._news.wait_for(lambda: self._closed or self._last_entry > after or self._beginnings > beginnings, seconds)

    @property
    def runs(self) -> bool:
        """Whether the clock runs by itself."""
        return self._clock.mode == "real" and not self._closed

    def image(self) -> bytes:
        """Return the bytes of the whole sandbox as it is now."""
        with self._lock:
            return self._asleep or database.take_image(self._awake())

    def sleep(self) -> None:
        """Keep the image only, unless somebody is at work or the clock runs."""
        if self._clock.mode == "real" or not self._lock.acquire(blocking=False):
            return
        try:
            if self._db is not None and not self._closed and not self._db.in_transaction:
                self._asleep = database.take_image(self._db)
                self._db.close()
                self._db = None
        finally:
            self._lock.release()

    def _awake(self) -> Connection:
        if self._closed:
            raise NotFound
        if self._db is None:
            self._db, self._asleep = database.restore(self._asleep), b""
            self._woken(self)
        return self._db

    def reset(self) -> None:
        """Go back to the scenario's start. Tokens issued since then stay good."""
        with self._lock:
            self._begin(credential_store.all_tokens(self._awake()))

    def _begin(self, tokens: list[Row]) -> None:
        """Start anew, with these tokens too. Settings and clock are read once: only a unit of work changes the clock."""
        db = database.restore(self._start())
        db.execute("BEGIN")
        clock = clock_store.read(db)
        self._clock = clock.moved_to(clock.now, self._wall())
        clock_store.write(db, self._clock)
        credential_store.keep(db, tokens)
        db.execute("COMMIT")
        self.settings = settings.read(db)
        if self._db is not None:
            self._db.close()
        self._db, self._asleep = db, b""
        with self._news:
            self._last_entry, self._beginnings = 0, self._beginnings + 1
            self._news.notify_all()
        self._woken(self)

    def close(self) -> None:
        """Forget everything; who still holds the sandbox is told that there is none."""
        with self._lock:
            self._closed, self._asleep = True, b""
            if self._db is not None:
                self._db.close()
                self._db = None
        with self._news:
            self._news.notify_all()


class Sandboxes:
    """All sandboxes of this process, by id. Another home for them would offer these same methods."""

    def __init__(self, wall: WallClock, seed: int = 0) -> None:
        self._wall = wall
        self._seed = seed
        self._counter = count(1)
        self._found: dict[str, Sandbox] = {}
        self._awake: OrderedDict[str, Sandbox] = OrderedDict()
        self._lock = Lock()
        self._waiting = BoundedSemaphore(MOST_WAITING)

    def add(self, start: Start, *, default: bool = False) -> Sandbox:
        """Bring a new sandbox to life."""
        sandbox_id = credentials.DEFAULT_SANDBOX if default else self._next_id()
        sandbox = Sandbox(sandbox_id, start, self._wall, self._note_awake)
        self._found[sandbox_id] = sandbox
        return sandbox

    def get(self, name: str) -> Sandbox:
        """Return a sandbox by its id; ``default`` is one too.

        Raises:
            NotFound: no sandbox has this id.

        """
        sandbox = self._found.get(credentials.DEFAULT_SANDBOX if name == "default" else name)
        if sandbox is None:
            raise NotFound
        return sandbox

    def of(self, credential: str | None) -> Sandbox:
        """Return the sandbox that a credential names; the default one for anything else."""
        sandbox = self._found.get(credentials.sandbox_of(credential)) or self._found[credentials.DEFAULT_SANDBOX]
        with suppress(KeyError):
            self._awake.move_to_end(sandbox.id)
        return sandbox

    def wait_for_news(self, sandbox: Sandbox, after: int, seconds: float) -> None:
        """Wait for news of a sandbox's journal. Only a few wait at a time: those who read it never keep the API from answering."""
        if self._waiting.acquire(blocking=False):
            try:
                sandbox.wait_for_news(after, seconds)
            finally:
                self._waiting.release()

    def all(self) -> list[Sandbox]:
        """Return every sandbox, oldest first."""
        return list(self._found.values())

    def remove(self, sandbox: Sandbox) -> None:
        """Delete a sandbox; its credentials belong to nobody from now on."""
        self._found.pop(sandbox.id, None)
        self._awake.pop(sandbox.id, None)
        sandbox.close()

    def _note_awake(self, sandbox: Sandbox) -> None:
        """Let the sandbox that was not used for longest sleep, when many are awake."""
        with self._lock:
            self._awake[sandbox.id] = sandbox
            self._awake.move_to_end(sandbox.id)
            tired = self._awake.popitem(last=False)[1] if len(self._awake) > MOST_AWAKE else None
        if tired is not None:
            tired.sleep()

    def _next_id(self) -> str:
        while True:
            drawn = blake2b(f"{self._seed}/sandbox/{next(self._counter)}".encode(), digest_size=6).hexdigest()
            if drawn != credentials.DEFAULT_SANDBOX and drawn not in self._found:
                return drawn
