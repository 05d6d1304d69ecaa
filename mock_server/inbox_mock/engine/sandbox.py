"""A sandbox: an isolated database with its own lock, and what is known of it without them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Condition, Event, Lock, RLock

from inbox_mock.domain import times
from inbox_mock.domain.dice import Dice
from inbox_mock.domain.errors import NotFound, SandboxFull
from inbox_mock.domain.times import Clock
from inbox_mock.engine.timeline import catch_up
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store import database, timeline
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.access import keep_tokens, read_tokens
from inbox_mock.store.database import Database
from inbox_mock.store.rows import TokenRow
from inbox_mock.store.sandbox import Settings

WallClock = Callable[[], float]
Start = Callable[[], bytes]  # returns the image that a sandbox starts from; with a running clock, a new image for each call
Description = dict[str, object]
"""How the admin API shows a sandbox, without its time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sandbox needs of its server: the wall clock, the handlers of its timeline, and how it is described.

    ``woken`` is called when its database was opened, ``planned`` with the wall clock's time when the next event is due in it.
    Nobody waits for news once ``stopping`` is set.
    """

    wall: WallClock
    handlers: Callable[[], Handlers]
    describe: Callable[[UnitOfWork], Description]
    woken: "Callable[[Sandbox], None]"
    planned: Callable[[float], None]
    stopping: Event


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A sandbox as it was; ``at`` is what its clock showed."""

    name: str
    at: str
    image: bytes


@dataclass(frozen=True, slots=True)
class Derived:
    """What was derived from a sandbox in one version of it; true as long as its clock shows no more than ``until``."""

    version: int
    until: datetime
    found: Mapping[str, bytes]


class Sandbox:
    """A sandbox. All of its state is in its database; this object holds the connection, the lock and the source of its first image.

    A sleeping sandbox holds only its image, a third of the memory; the next unit of work restores it in half a millisecond.

    ``generation`` is the number of starts, resets and restores: if it differs under `work`, the sandbox has been reset or
    restored meanwhile. ``version`` is the number of changes so far: the dashboard reloads the sandbox when it differs, and what is
    ``derived`` from one version (under the lock ``judging``) is not derived again.

    ``description``, ``clock``, ``now`` and ``due`` are of the last unit of work, and can be read without waiting for the next one.
    ``due`` is the wall clock's time when the next event is due; None if none is pending, or the clock stands.
    """

    settings: Settings
    clock: Clock
    description: Description
    _db: Database | None

    def __init__(self, sandbox_id: str, start: Start, around: Surroundings, image: bytes | None = None) -> None:
        self.id = sandbox_id
        self.snapshots: dict[str, Snapshot] = {}
        self.due: float | None = None
        self._around = around
        self._described: int | None = None
        self._db, self._asleep = None, b""
        self._picture: tuple[int, bytes] | None = None
        self.advancing, self.judging = Lock(), Lock()
        self.derived: Derived | None = None
        self._start = start
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
                clock = self.clock
                dice = Dice(self.settings.seed)
                work = UnitOfWork(
                    self.id, db, self.settings, dice, clock, self._around.wall(), self._around.handlers, clock.now, clock.shown
                )
                if clock.mode == "real":
                    catch_up(work, clock.at(work.wall))
                yield work
                self._describe(work, changed=db.total_changes != before)
                db.execute("COMMIT")
            except BaseException as error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if database.is_full(error):
                    raise SandboxFull from None
                raise
            self.clock = work.clock
            self.due = self._next_due(db) if work.clock.mode == "real" else None
            changed = db.total_changes != before
        if changed:
            with self._news:
                self._last_entry = work.journaled or self._last_entry
                self.version += 1
                self._news.notify_all()
        if self.due is not None:
            self._around.planned(self.due)

    def _describe(self, work: UnitOfWork, *, changed: bool) -> None:
        """Describe the sandbox anew, if its applications, accounts or tokens have changed."""
        if changed or self._described is None:
            version = sandbox_store.version_of_access(work.db)
            if version != self._described:
                self.description, self._described = self._around.describe(work), version

    def _next_due(self, db: Database) -> float | None:
        soonest = timeline.soonest(db)
        return None if soonest is None else self.clock.wall_at(times.parse(soonest))

    def wait(self, seconds: float, *, entry: int | None = None, version: int | None = None) -> None:
        """Wait, at most so many seconds, until the sandbox is reset or restored, or the server stops.

        With ``entry``, also until the journal has a later one than that; with ``version``, until the version differs from it.
        """
        with self._news:
            generation = self.generation
            self._news.wait_for(
                lambda: (
                    self._closed
                    or self._around.stopping.is_set()
                    or self.generation > generation
                    or (entry is not None and self._last_entry > entry)
                    or (version is not None and self.version != version)
                ),
                seconds,
            )

    def wake(self) -> None:
        """Let those who wait look at once whether they still have to."""
        with self._news:
            self._news.notify_all()

    @property
    def lock(self) -> AbstractContextManager[object]:
        """The lock under which the database is used; a unit of work holds it."""
        return self._lock

    @property
    def now(self) -> str:
        """The sandbox's time in the API's format; what is due by then may not have been handled yet."""
        clock = self.clock
        return clock.shown if clock.mode == "manual" else times.wire(clock.at(self._around.wall()))

    def image(self) -> tuple[bytes, str]:
        """Return the bytes of the whole sandbox as it is now, and its time. A clock that runs shows that time in the image.

        As long as nothing is written, the same image is returned: a sandbox that is built once and forked for each test is
        copied once.
        """
        with self._lock:
            if self._asleep:
                return self._asleep, times.wire(self.clock.now)
            with self.work() as work:
                if work.clock.mode == "real":
                    work.clock = work.clock.moved_to(work.instant, work.wall)
                    sandbox_store.write_clock(work.db, work.clock)
            written = work.db.total_changes
            if self._picture is None or self._picture[0] != written:
                self._picture = written, database.take_image(work.db)
                self.size = len(self._picture[1])
            return self._picture[1], work.now

    def sleep(self) -> None:
        """Keep only the image, unless a unit of work is open or the clock runs."""
        if self.clock.mode == "real" or not self._lock.acquire(blocking=False):
            return
        try:
            if self._db is not None and not self._closed and not self._db.in_transaction:
                self._asleep = database.take_image(self._db)
                self.size = len(self._asleep)
                self._let_go()
        finally:
            self._lock.release()

    def _let_go(self) -> None:
        """Close the database, and forget what was made of it.

        One that a report still reads is closed with its last reference, and late: a connection and its statements refer to each other.
        """
        db = self._db
        self._db = self._picture = self.derived = None
        if db is not None and self.judging.acquire(blocking=False):
            db.close()
            self.judging.release()

    def _awake(self) -> Database:
        if self._closed:
            raise NotFound
        if self._db is None:
            self._db, self._asleep = database.restore(self._asleep), b""
            self._around.woken(self)
        return self._db

    def reset(self) -> None:
        """Go back to the scenario's start. Tokens issued since then stay valid, and a stopped clock stays stopped."""
        with self._lock:
            tokens = read_tokens(self._awake())
            self._begin(self._start(), tokens, stands=self.clock.mode == "manual")

    def restore(self, image: bytes) -> None:
        """Go back to an image of this sandbox, its time included. Tokens issued since then stay valid."""
        with self._lock:
            self._begin(image, read_tokens(self._awake()))

    def twin(self, sandbox_id: str, image: bytes) -> "Sandbox":
        """Return a sandbox that continues from an image, and has the same start as this one."""
        return Sandbox(sandbox_id, self._start, self._around, image)

    def _begin(self, image: bytes, tokens: list[TokenRow], *, stands: bool = False) -> None:
        """Start from an image, with these tokens added. Settings and clock are read once: only a unit of work changes the clock."""
        db, self.size = database.restore(image), len(image)
        db.execute("BEGIN")
        clock = sandbox_store.read_clock(db)
        if stands:
            clock = replace(clock, mode="manual")
        self.clock = clock.moved_to(clock.now, self._around.wall())
        sandbox_store.write_clock(db, self.clock)
        keep_tokens(db, tokens)
        db.execute("COMMIT")
        self.settings = sandbox_store.read_settings(db)
        self._let_go()
        self._db, self._asleep, self._described = db, b"", None
        with self._news:
            self._last_entry, self.generation, self.version = 0, self.generation + 1, self.version + 1
            self._news.notify_all()
        self._around.woken(self)
        with self.work():
            pass  # describes it, and finds out what is due

    def close(self) -> None:
        """Close the database; any later use of the sandbox raises NotFound."""
        with self._lock:
            self._closed, self._asleep, self.due = True, b"", None
            self._let_go()
        self.wake()
