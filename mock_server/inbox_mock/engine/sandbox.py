"""A sandbox: an isolated database with its own lock, and what is known of it without them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from threading import Condition, Lock, RLock

from inbox_mock.domain import times
from inbox_mock.domain.errors import Invalid, NotFound
from inbox_mock.domain.times import Clock
from inbox_mock.engine.cache import Cache, Derived
from inbox_mock.engine.checkpoints import NO_CHECKPOINTS, Checkpoints, Point, is_acting
from inbox_mock.engine.surroundings import Surroundings
from inbox_mock.engine.unit_of_work import UnitOfWork
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.homes import Storage, Transaction
from inbox_mock.store.sandbox import Settings


class _LookedError(Exception):
    """Ends a unit of work that leaves nothing."""


class Sandbox:
    """A sandbox, as this process uses it. All of its state is in its storage; this object holds the lock, and who waits for news.

    A unit of work holds the ``lock``, under which the database is used.
    ``generation`` is the number of starts, resets and restores: if it differs under `work`, the sandbox has been reset or
    restored meanwhile. ``version`` is the number of changes so far: the dashboard reloads the sandbox when it differs, and what is
    ``derived`` from one version (under the lock ``judging``) is not derived again.

    ``clock``, ``now`` and ``due`` are of the last unit of work, and can be read without waiting for the next one.
    ``due`` is the wall clock's time when the next event is due; None if none is pending, or the clock stands.
    """

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self.id, self.storage = storage.id, storage
        self._around = around
        self.lock, self.advancing, self.judging = RLock(), Lock(), Lock()
        self.answered = 0  # how many requests of clients, by this process
        self.connections: dict[str, int] = {}  # the numbers of the clients' connections, by their ports
        self.derived: Derived | None = None
        self._cache = Cache(around.caches)
        self.checkpoints = Checkpoints(around.checkpoints)
        self._picture: tuple[int, bytes] | None = None
        self._settings: tuple[int, Settings] | None = None
        self._labelling = Lock()
        self._closed = self._working = False
        self._news = Condition()

    @contextmanager
    def work(self, *, marked: bool = True) -> Iterator[UnitOfWork]:
        """Open a transaction after handling all due events; roll it back if an exception leaves the block.

        There is a checkpoint before it, if it writes, and before each event; not before what is no deed of its own (``marked``).

        Raises:
            NotFound: the sandbox has been deleted.
            SandboxFull: what it keeps has reached its limit.
            HomeUnavailable: the place where it is kept cannot be reached.
        """
        with self._alone():
            before = self.storage.version
            may_note = self._settings is None or self._settings[1].checkpoints
            image = self.checkpoints.image_to_begin_with(self.storage, new=marked) if may_note else None
            with self.storage.transaction() as transaction:
                db = transaction.db
                changes, known, settings = db.total_changes, transaction.facts, self._settings_in(transaction)
                if image is not None and settings.checkpoints:
                    self.checkpoints.begin(db, image)
                work = self._around.resume(self.id, transaction, settings)
                yield work
                if known is None or db.total_changes != changes:
                    transaction.facts = self._around.facts(work, known)
            self.checkpoints.keep(work, known.entry if known else 0, own=marked)
        self._tell(before)
        if work.struck:
            self._around.struck(work.struck)

    @contextmanager
    def look(self) -> Iterator[UnitOfWork]:
        """Open a unit of work like `work`, of which nothing stays: what it has written is rolled back."""
        with suppress(_LookedError), self.work(marked=False) as work:
            yield work
            raise _LookedError

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
        """Return a unit of work outside of transactions, or None where there has to be one."""
        found, known = self.storage.reading(), self._settings
        if found is None or known is None or known[0] != self.storage.generation or not known[1].cached:
            return None
        db, ledger = found
        work = self._around.read(self.id, db, self.storage.facts, known[1]) if ledger.begin(db) else None
        if work is not None:
            work.ledger, work.cache = ledger, self._cache
        return work

    @contextmanager
    def _alone(self) -> Iterator[None]:
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
                self._around.woken(self.id)

    def knows(self, settings: Settings) -> None:
        """Keep the settings that it has begun with."""
        self._settings = self.storage.generation, settings

    def _settings_in(self, transaction: Transaction) -> Settings:
        """Return the settings, which are the same until the sandbox is reset or restored."""
        if self._settings is None or self._settings[0] != self.storage.generation:
            self._settings = self.storage.generation, sandbox_store.read_settings(transaction.db)
        return self._settings[1]

    def _tell(self, before: int) -> None:
        """Tell who waits for news, and the scheduler what is planned."""
        if self.storage.version != before:
            self.wake()
        if self.due is not None:
            self._around.planned(self.due)

    def wake(self) -> None:
        """Let those who wait look at once whether they still have to."""
        with self._news:
            self._news.notify_all()

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
                    or (entry is not None and self.last_entry > entry)
                    or (version is not None and self.version != version)
                ),
                seconds,
            )

    @property
    def generation(self) -> int:
        """The number of starts, resets and restores."""
        return self.storage.generation

    @property
    def version(self) -> int:
        """The number of changes."""
        return self.storage.version

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
        return self.clock.shown_at(self._around.wall())

    def image(self) -> tuple[bytes, str]:
        """Return the bytes of the whole sandbox as it is now, and its time. A clock that runs shows that time in the image.

        As long as nothing is written, the same image is returned: a sandbox that is built once and forked for each test is
        copied once.
        """
        with self.lock:
            if self.clock.mode == "real":
                with self.work() as work:
                    work.clock = work.clock.moved_to(work.instant, work.wall)
                    sandbox_store.write_clock(work.db, work.clock)
            with self._alone():
                image = self.storage.image()
                if self._picture is None or self._picture[0] != self.version:
                    self._picture = self.version, image
                return self._picture[1], times.wire(self.clock.now)

    def sleep(self) -> bool:
        """Hold as little in memory as can be; return False if a unit of work is open."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            if self._working:
                return False
            if not self._closed:
                self.storage.sleep()
                self._forget()
                self.checkpoints.clear()
            return True
        finally:
            self.lock.release()

    def reset(self) -> None:
        """Go back to the scenario's start. Tokens issued since then stay valid, and a stopped clock stays stopped."""
        self._around.losing(self.id)
        with self.lock:
            leaves = self._present() if is_acting() else None
            self._begin(self._around.image_of(self.storage.start()), anew=True, leaves=leaves)

    def restore(self, image: bytes) -> None:
        """Go back to an image of this sandbox, its time included. Tokens issued since then stay valid."""
        self._around.losing(self.id)
        with self.lock:
            self._begin(image, leaves=self._present() if is_acting() else None)

    def rewind(self, choose: Callable[[Checkpoints, Point], tuple[Point, datetime]]) -> Point:
        """Go back to a checkpoint, and return it. Tokens issued since then stay valid, and a stopped clock stays stopped.

        ``choose`` is given all of them, and one that the present would be, and returns one, with the time to go on from.

        Raises:
            Invalid: there are none.
        """
        self._around.losing(self.id)
        with self.lock:
            present = self._present()
            if present is None:
                raise Invalid(NO_CHECKPOINTS)
            found, at = choose(self.checkpoints, present)
            self._begin(found.image, at=at, leaves=present, point=found)
        return found

    def _present(self) -> Point | None:
        """Return what would be a checkpoint now; None if there are none."""
        with self.work() as work:
            return self.checkpoints.present(work, self.last_entry)

    def _begin(
        self,
        image: bytes,
        *,
        anew: bool = False,
        at: datetime | None = None,
        leaves: Point | None = None,
        point: Point | None = None,
    ) -> None:
        """Begin anew with an image, at a time; a checkpoint is kept of the present that it leaves, if it ``leaves`` one."""
        before = self.version
        with self._alone(), self.storage.replacement(image) as transaction:
            settings = self._around.begin(self.id, transaction, anew=anew, at=at)
        self.knows(settings)
        self._forget()
        if anew:
            self.connections.clear()
        if leaves is not None:
            self.checkpoints.leave(leaves, before)
        if point is not None:
            self.checkpoints.branch_off(point, self.version)
        self._tell(before)
        if self.due is not None and self.due <= self._around.wall():
            with self.work():
                pass  # what is due by now happens

    def relabel(self, **changes: object) -> None:
        """Change what is said of it: ``name``, ``note``, ``ttl``."""
        with self._labelling:
            self.storage.relabel(replace(self.storage.label, **changes))  # type: ignore[arg-type]

    def use(self, wall: float | None = None) -> None:
        """Note that it is used now; ``wall`` is the time of the wall clock, if that was read already."""
        label, wall = self.storage.label, self._around.wall() if wall is None else wall
        if wall >= label.used_at:
            with self._labelling:
                self.storage.use(wall + label.step)

    def close(self) -> None:
        """Let nobody use the sandbox any more: any later use raises NotFound."""
        with self.lock:
            self._closed = True
            self._forget()
            self.checkpoints.clear()
        self.wake()

    def _forget(self) -> None:
        """Forget what was derived from its records."""
        self._cache.clear()
        self._picture = self.derived = None
