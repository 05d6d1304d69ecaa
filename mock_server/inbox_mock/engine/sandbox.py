"""A sandbox: an isolated database with its own lock, and what is known of it without them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Condition, Event, Lock, RLock
from typing import NamedTuple, Unpack

from inbox_mock.domain import times
from inbox_mock.domain.dice import Chance, Dice
from inbox_mock.domain.errors import NotFound
from inbox_mock.domain.times import Clock
from inbox_mock.engine.cache import Cache, CacheRoom, Derived
from inbox_mock.engine.checkpoints import CheckpointRoom, Checkpoints
from inbox_mock.engine.timeline import catch_up, due_at
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store import access, journal
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.homes import Facts, LabelChanges, Storage, Transaction
from inbox_mock.store.sandbox import Settings

WallClock = Callable[[], float]
Description = dict[str, object]
"""How the admin API shows a sandbox, without its time."""


@dataclass(slots=True)
class Surroundings:
    """What sandboxes need of their server, and whom they tell what happens to them.

    The wall clock, the handlers of timelines, how a sandbox is described, and how the image of a recipe is made at a time of the wall
    clock. Credentials are drawn by ``chance``, or, without it, from seeds. A database has ``most_bytes``. Nobody waits for news once
    ``stopping`` is set.

    ``woken`` is called with a sandbox when its database was opened, ``losing`` before its journal is lost, because it goes back or is
    deleted; ``planned`` with the wall clock's time when an event is due in one, whenever that may have changed; ``struck`` with the
    kinds of faults that have taken effect in a unit of work. ``meanwhile`` is entered while a thread waits for somebody else, and holds
    nothing that others need, with the id of the sandbox of which that one may ask something, or none.
    """

    wall: WallClock
    handlers: Callable[[], Handlers]
    describe: Callable[[UnitOfWork], Description]
    build: Callable[[bytes, float], bytes]
    chance: Chance | None
    most_bytes: int
    caches: CacheRoom
    checkpoints: CheckpointRoom
    woken: Callable[["Sandbox"], None]
    losing: Callable[["Sandbox"], None] = lambda _: None
    planned: Callable[[float], None] = lambda _: None
    struck: Callable[[list[str]], None] = lambda _: None
    meanwhile: Callable[[str], AbstractContextManager[object]] = nullcontext
    stopping: Event = field(default_factory=Event)

    def pause(self, seconds: float) -> None:
        """Wait so many seconds, unless the server stops."""
        with self.meanwhile(""):
            self.stopping.wait(seconds)

    def unit_of_work(self, sandbox_id: str, db: Database, settings: Settings, clock: Clock, wall: float) -> UnitOfWork:
        """Return a unit of work at the moment that a clock showed last."""
        return UnitOfWork(sandbox_id, db, settings, Dice(settings.seed, self.chance), clock, wall, self.handlers, clock.now, clock.shown)

    def facts(self, work: UnitOfWork, before: Facts | None) -> Facts:
        """Return what a unit of work leaves of its sandbox; it is described anew if applications, accounts or tokens have changed."""
        described = access.version_of_access(work.db)
        known = before is not None and before.described == described
        return Facts(
            clock=work.clock,
            description=before.description if known and before else self.describe(work),
            described=described,
            due=due_at(work) if work.clock.mode == "real" else None,
            entry=max(work.journaled, before.entry) if before else work.journaled or journal.next_id(work.db) - 1,
        )


class KnownSettings(NamedTuple):
    """The settings of a sandbox, and the generation in which they were read: another one may have others."""

    generation: int
    settings: Settings


class Sandbox:
    """A sandbox, as this process uses it. All of its state is in its storage; this object holds the lock, and who waits for news.

    A unit of work holds the ``lock``, under which the database is used. ``known_settings`` are None until they are read.
    ``generation`` is the number of starts, resets and restores: if it differs under `work`, the sandbox has been reset or
    restored meanwhile. ``version`` is the number of changes so far: the dashboard reloads the sandbox when it differs, and what is
    ``derived`` from one version (under the lock ``judging``) is not derived again.

    ``writes`` is whether a fault stood that had to count the last request: the next one is then thought to write, too.
    ``clock``, ``now`` and ``due`` are of the last unit of work, and can be read without waiting for the next one.
    ``due`` is the wall clock's time when the next event is due; None if none is pending, or the clock stands.
    """

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self.id, self.storage = storage.id, storage
        self.around = around
        self.lock, self.advancing, self.judging = RLock(), Lock(), Lock()
        self.answered = 0  # how many requests of clients, by this process
        self.connections: dict[str, int] = {}  # the numbers of the clients' connections, by their ports
        self.derived: Derived | None = None
        self._cache = Cache(around.caches)
        self.checkpoints = Checkpoints(around.checkpoints)
        self.known_settings: KnownSettings | None = None
        self._labelling = Lock()
        self.writes = self._closed = self._working = False
        self._news = Condition()

    @contextmanager
    def work(self, *, marked: bool = True) -> Iterator[UnitOfWork]:
        """Open a transaction after handling all due events; roll it back if an exception leaves the block.

        There is a checkpoint before it, if it writes, and before each event; not before what is no action of its own (``marked``).

        Raises:
            NotFound: the sandbox has been deleted.
            SandboxFull: what it keeps has reached its limit.
            HomeUnavailable: the place where it is kept cannot be reached.
        """
        with self.alone():
            may_note = self.known_settings is None or self.known_settings.settings.checkpoints
            image = self.checkpoints.image_to_begin_with(self.storage, new=marked) if may_note else None
            with self.storage.transaction() as transaction:
                db = transaction.db
                changes, known, settings = db.total_changes, transaction.facts, self._settings_in(transaction)
                if not settings.checkpoints:
                    db.changes = None
                elif image is not None:
                    self.checkpoints.begin(db, image)
                work = self._resume(transaction, settings)
                yield work
                if known is None or db.total_changes != changes:
                    transaction.facts = self.around.facts(work, known)
            self.checkpoints.keep(work, known.entry if known else 0, own=marked)
            self.writes = work.writes
        self.notify(changed=transaction.changed)
        if work.struck:
            self.around.struck(work.struck)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that is thought to read only: outside of transactions, where that is allowed and nothing is due.

        Then its journal entry is written with the next transaction, and it raises `Writes` if it has to write anything else.
        """
        with self.lock:
            work = None if self._closed else self._reading()
            if work is not None:
                yield work
        if work is None:
            try:
                with self.work(marked=False) as work:
                    if work.settings.cached:
                        work.cache = self._cache
                    yield work
            except BaseException:
                self._cache.clear()  # of what is rolled back
                raise
        else:
            self.wake()

    def _reading(self) -> UnitOfWork | None:
        """Return a unit of work outside of transactions; None where there has to be one, or if something is due by now."""
        found, known = self.storage.reading(), self.known_settings
        if found is None or known is None or known.generation != self.storage.generation or not known.settings.cached:
            return None
        db, ledger = found
        facts, wall = self.storage.facts, self.around.wall()
        if not ledger.begin(db) or (facts.due is not None and facts.due <= wall):
            return None
        work = self.around.unit_of_work(self.id, db, known.settings, facts.clock, wall)
        if facts.clock.mode == "real":
            work.set_time(facts.clock.at(wall))
        work.ledger, work.cache = ledger, self._cache
        return work

    def _resume(self, transaction: Transaction, settings: Settings) -> UnitOfWork:
        """Return a unit of work in which everything that is due by now has been handled."""
        db, facts, wall = transaction.db, transaction.facts, self.around.wall()
        clock = facts.clock if facts else sandbox_store.read_clock(db)
        if db.most_bytes != self.around.most_bytes:
            db.limit(self.around.most_bytes)
        work = self.around.unit_of_work(self.id, db, settings, clock, wall)
        if clock.mode == "real":
            catch_up(work, clock.at(wall))
        work.mark()
        return work

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock, and say if that opens the database, also for a call that is refused."""
        was_open = True
        try:
            with self.lock:
                if self._closed:
                    raise NotFound
                was_open, self._working = self.storage.is_open, True
                try:
                    yield
                finally:
                    self._working = False
        finally:
            if not was_open:
                self.around.woken(self)

    def _settings_in(self, transaction: Transaction) -> Settings:
        """Return the settings, which are the same until the sandbox is reset or restored."""
        if self.known_settings is None or self.known_settings.generation != self.storage.generation:
            self.known_settings = KnownSettings(self.storage.generation, sandbox_store.read_settings(transaction.db))
        return self.known_settings.settings

    def notify(self, *, changed: bool) -> None:
        """Notify who waits for news, if anything has changed, and the scheduler what is planned."""
        if changed:
            self.wake()
        if self.due is not None:
            self.around.planned(self.due)

    def wake(self) -> None:
        """Wake those who wait, to look whether they still have to."""
        with self._news:
            self._news.notify_all()

    def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Wait, at most ``seconds``, ``until`` something is true after a change, the sandbox goes back, or the server stops."""
        with self.around.meanwhile(""), self._news:
            generation, stopping = self.generation, self.around.stopping
            self._news.wait_for(lambda: self._closed or stopping.is_set() or self.generation > generation or until(), seconds)

    @property
    def generation(self) -> int:
        """The number of starts, resets and restores."""
        return self.storage.generation

    @property
    def version(self) -> int:
        """The number of changes."""
        return self.storage.version

    @property
    def version_of_records(self) -> int:
        """A number that differs after each change of the records; -1 while the database is not open."""
        found = self.storage.reading()
        return found[0].version if found else -1

    @property
    def last_entry(self) -> int:
        """The id of the last entry of the journal; 0 if there is none."""
        found = self.storage.reading()
        return max(self.storage.facts.entry, found[1].last if found else 0)

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.storage.facts.clock

    @property
    def due(self) -> float | None:
        """The wall clock's time when the next event is due."""
        return None if self._closed else self.storage.facts.due

    @property
    def now(self) -> str:
        """The sandbox's time in the API's format; what is due by then may not have been handled yet."""
        return self.clock.shown_by(self.around.wall)

    def image(self) -> tuple[bytes, str]:
        """Return the bytes of the whole sandbox as it is now, and its time. A clock that runs shows that time in the image."""
        with self.lock:
            if self.clock.mode == "real":
                with self.work() as work:
                    work.clock = work.clock.moved_to(work.instant, work.wall)
                    sandbox_store.write_clock(work.db, work.clock)
            with self.alone():
                return self.storage.image(), times.wire(self.clock.now)

    def sleep(self) -> bool:
        """Hold as little in memory as can be; return False if a unit of work is open."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            if self._working:
                return False
            if not self._closed:
                self.storage.sleep()
                self.forget()
                self.checkpoints.clear()
            return True
        finally:
            self.lock.release()

    def relabel(self, **changes: Unpack[LabelChanges]) -> None:
        """Change what is said of it: ``name``, ``note``, ``ttl``."""
        with self._labelling:
            self.storage.relabel(replace(self.storage.label, **changes))

    def use(self) -> None:
        """Note that it is used now."""
        label, wall = self.storage.label, self.around.wall()
        if wall >= label.used_at:
            with self._labelling:
                self.storage.use(wall + label.step)

    def close(self) -> None:
        """End the use of the sandbox: any later one raises NotFound."""
        with self.lock:
            self._closed = True
            self.forget()
            self.checkpoints.clear()
        self.wake()

    def forget(self) -> None:
        """Forget what was derived from its records."""
        self._cache.clear()
        self.derived = None
