"""Sandboxes: isolated databases, thousands in one process, each with its own lock."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import count
from threading import BoundedSemaphore, Condition, Lock, RLock

from inbox_mock.domain import limits, times
from inbox_mock.domain.access import DEFAULT_SANDBOX
from inbox_mock.domain.dice import Dice
from inbox_mock.domain.errors import NotFound
from inbox_mock.domain.times import Clock
from inbox_mock.engine.timeline import catch_up
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store import database
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.access import keep_tokens, read_tokens
from inbox_mock.store.database import Database
from inbox_mock.store.rows import TokenRow
from inbox_mock.store.sandbox import Settings

WallClock = Callable[[], float]
Start = Callable[[], bytes]  # returns the image that a sandbox starts from; with a running clock, a new image for each call
MOST_AWAKE = 100


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sandbox as it was; ``at`` is what its clock showed."""

    name: str
    at: str
    image: bytes


class Sandbox:
    """A sandbox. All of its state is in its database; this object holds the connection, the lock and the source of its first image.

    A sleeping sandbox holds only its image, a third of the memory; the next unit of work restores it in half a millisecond.

    ``generation`` is the number of starts, resets and restores: if it differs under `work`, the sandbox has been reset or
    restored meanwhile. ``version`` is the number of changes so far: the dashboard reloads the sandbox when it differs.
    """

    settings: Settings
    _db: Database | None
    _clock: Clock

    def __init__(
        self,
        sandbox_id: str,
        start: Start,
        wall: WallClock,
        handlers: Callable[[], Handlers],
        woken: "Callable[[Sandbox], None]",
        image: bytes | None = None,
    ) -> None:
        self.id = sandbox_id
        self.snapshots: dict[str, Snapshot] = {}
        self._woken = woken
        self._db, self._asleep = None, b""
        self._picture: tuple[int, bytes] | None = None
        self.advancing = Lock()
        self._start = start
        self._wall = wall
        self._handlers = handlers
        self._lock = RLock()
        self._closed = False
        self._news = Condition()
        self._last_entry = self.generation = self.version = 0
        self._begin(start() if image is None else image, [])

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """Open a transaction after handling all due events; roll it back if an exception leaves the block."""
        with self._lock:
            db = self._awake()
            before = db.total_changes
            db.execute("BEGIN")
            try:
                clock = self._clock
                dice = Dice(self.settings.seed)
                work = UnitOfWork(self.id, db, self.settings, dice, clock, self._wall(), self._handlers, clock.now, clock.shown)
                if clock.mode == "real":
                    catch_up(work, clock.at(work.wall))
                yield work
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            self._clock = work.clock
            changed = db.total_changes != before
        if changed:
            with self._news:
                self._last_entry = work.journaled or self._last_entry
                self.version += 1
                self._news.notify_all()

    def wait(self, seconds: float, *, entry: int | None = None, version: int | None = None) -> None:
        """Wait, at most so many seconds, until the sandbox is reset or restored.

        With ``entry``, also until the journal has a later one than that; with ``version``, until the version differs from it.
        """
        with self._news:
            generation = self.generation
            self._news.wait_for(
                lambda: (
                    self._closed
                    or self.generation > generation
                    or (entry is not None and self._last_entry > entry)
                    or (version is not None and self.version != version)
                ),
                seconds,
            )

    @property
    def runs(self) -> bool:
        """Whether the clock runs with the wall clock."""
        return self._clock.mode == "real" and not self._closed

    @property
    def now(self) -> str:
        """The sandbox's time in the API's format; what is due by then may not have been handled yet."""
        clock = self._clock
        return clock.shown if clock.mode == "manual" else times.wire(clock.at(self._wall()))

    def image(self) -> tuple[bytes, str]:
        """Return the bytes of the whole sandbox as it is now, and its time. A clock that runs shows that time in the image.

        As long as nothing is written, the same image is returned: a sandbox that is built once and forked for each test is
        copied once.
        """
        with self._lock:
            if self._asleep:
                return self._asleep, times.wire(self._clock.now)
            with self.work() as work:
                if work.clock.mode == "real":
                    work.clock = work.clock.moved_to(work.instant, work.wall)
                    sandbox_store.write_clock(work.db, work.clock)
            written = work.db.total_changes
            if self._picture is None or self._picture[0] != written:
                self._picture = written, database.take_image(work.db)
            return self._picture[1], work.now

    def sleep(self) -> None:
        """Keep only the image, unless a unit of work is open or the clock runs."""
        if self._clock.mode == "real" or not self._lock.acquire(blocking=False):
            return
        try:
            if self._db is not None and not self._closed and not self._db.in_transaction:
                self._asleep = database.take_image(self._db)
                self._db.close()
                self._db = self._picture = None
        finally:
            self._lock.release()

    def _awake(self) -> Database:
        if self._closed:
            raise NotFound
        if self._db is None:
            self._db, self._asleep = database.restore(self._asleep), b""
            self._woken(self)
        return self._db

    def reset(self) -> None:
        """Go back to the scenario's start. Tokens issued since then stay valid, and a stopped clock stays stopped."""
        with self._lock:
            tokens = read_tokens(self._awake())
            self._begin(self._start(), tokens, stands=self._clock.mode == "manual")

    def restore(self, image: bytes) -> None:
        """Go back to an image of this sandbox, its time included. Tokens issued since then stay valid."""
        with self._lock:
            self._begin(image, read_tokens(self._awake()))

    def twin(self, sandbox_id: str, image: bytes) -> "Sandbox":
        """Return a sandbox that continues from an image, and has the same start as this one."""
        return Sandbox(sandbox_id, self._start, self._wall, self._handlers, self._woken, image)

    def _begin(self, image: bytes, tokens: list[TokenRow], *, stands: bool = False) -> None:
        """Start from an image, with these tokens added. Settings and clock are read once: only a unit of work changes the clock."""
        db = database.restore(image)
        db.execute("BEGIN")
        clock = sandbox_store.read_clock(db)
        if stands:
            clock = replace(clock, mode="manual")
        self._clock = clock.moved_to(clock.now, self._wall())
        sandbox_store.write_clock(db, self._clock)
        keep_tokens(db, tokens)
        db.execute("COMMIT")
        self.settings = sandbox_store.read_settings(db)
        if self._db is not None:
            self._db.close()
        self._db, self._asleep, self._picture = db, b"", None
        with self._news:
            self._last_entry, self.generation, self.version = 0, self.generation + 1, self.version + 1
            self._news.notify_all()
        self._woken(self)

    def close(self) -> None:
        """Close the database; any later use of the sandbox raises NotFound."""
        with self._lock:
            self._closed, self._asleep, self._picture = True, b"", None
            if self._db is not None:
                self._db.close()
                self._db = None
        with self._news:
            self._news.notify_all()


class Sandboxes:
    """All sandboxes of this process, by id."""

    def __init__(self, wall: WallClock, handlers: Callable[[], Handlers], seed: int = 0) -> None:
        self._wall = wall
        self._handlers = handlers
        self._seed = seed
        self._counter = count(1)
        self._found: dict[str, Sandbox] = {}
        self._awake: OrderedDict[str, Sandbox] = OrderedDict()
        self._lock = Lock()
        self.keeping = Lock()  # held while a snapshot is added: their total size is limited
        self._waiting = BoundedSemaphore(limits.WAITING)

    def add(self, start: Start, *, default: bool = False) -> Sandbox:
        """Add a new sandbox, and return it."""
        sandbox_id = DEFAULT_SANDBOX if default else self._next_id()
        sandbox = Sandbox(sandbox_id, start, self._wall, self._handlers, self._note_awake)
        self._found[sandbox_id] = sandbox
        return sandbox

    def fork(self, sandbox: Sandbox, image: bytes) -> Sandbox:
        """Add a sandbox that continues from an image of another one, and return it; they share nothing from then on."""
        forked = sandbox.twin(self._next_id(), image)
        self._found[forked.id] = forked
        return forked

    def get(self, name: str) -> Sandbox:
        """Return a sandbox by its id; ``default`` is one too.

        Raises:
            NotFound: no sandbox has this id.
        """
        sandbox = self._found.get(DEFAULT_SANDBOX if name == "default" else name)
        if sandbox is None:
            raise NotFound
        return sandbox

    def of(self, sandbox_id: str) -> Sandbox:
        """Return the sandbox with this id; the default one if there is none."""
        sandbox = self._found.get(sandbox_id) or self._found[DEFAULT_SANDBOX]
        with suppress(KeyError):
            self._awake.move_to_end(sandbox.id)
        return sandbox

    def wait(self, sandbox: Sandbox, seconds: float, *, entry: int | None = None, version: int | None = None) -> bool:
        """Wait for news as `Sandbox.wait` does; return False, at once, if too many requests wait: threads are left for the API."""
        seated = self._waiting.acquire(blocking=False)
        if seated:
            try:
                sandbox.wait(seconds, entry=entry, version=version)
            finally:
                self._waiting.release()
        return seated

    def all(self) -> list[Sandbox]:
        """Return every sandbox, oldest first."""
        return list(self._found.values())

    def remove(self, sandbox: Sandbox) -> None:
        """Delete a sandbox; its credentials become unknown."""
        self._found.pop(sandbox.id, None)
        self._awake.pop(sandbox.id, None)
        sandbox.close()

    def begin_anew(self) -> None:
        """Delete every sandbox; the next ones get the same ids."""
        for sandbox in self.all():
            self.remove(sandbox)
        self._counter = count(1)

    def _note_awake(self, sandbox: Sandbox) -> None:
        """Put the least recently used sandbox to sleep, if too many are awake."""
        with self._lock:
            self._awake[sandbox.id] = sandbox
            self._awake.move_to_end(sandbox.id)
            tired = self._awake.popitem(last=False)[1] if len(self._awake) > MOST_AWAKE else None
        if tired is not None:
            tired.sleep()

    def _next_id(self) -> str:
        while True:
            drawn = blake2b(f"{self._seed}/sandbox/{next(self._counter)}".encode(), digest_size=6).hexdigest()
            if drawn != DEFAULT_SANDBOX and drawn not in self._found:
                return drawn
