"""A sandbox: an isolated database with its own lock, and what is known of it without them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Condition, Event, Lock, RLock

from inbox_mock.domain import times
from inbox_mock.domain.dice import Chance, Dice
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.domain.times import Clock
from inbox_mock.engine.cache import Cache, CacheRoom
from inbox_mock.engine.checkpoints import CheckpointRoom, Checkpoints, Point, is_acting
from inbox_mock.engine.timeline import catch_up
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store import commands, journal, timeline, webhooks
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.access import keep_credentials, read_credentials, renew_secrets
from inbox_mock.store.database import Database, Row
from inbox_mock.store.homes import Facts, Start, Storage, Transaction
from inbox_mock.store.sandbox import Settings

NO_CHECKPOINTS = invalid(
    "checkpoints", "a sandbox that has some: not one that was made without, that is too large, or in PostgreSQL; these have snapshots"
)
WallClock = Callable[[], float]
Description = dict[str, object]
"""How the admin API shows a sandbox, without its time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sandbox needs of its server.

    The wall clock, the handlers of its timeline, how it is described, and how the image of a recipe is made at a time of the wall
    clock. ``woken`` is called when its database was opened, ``losing`` before its journal is lost, because it goes back or is deleted,
    ``planned`` with the wall clock's time when the next event is due in it, ``struck`` with the kinds of the faults that a unit of work
    has met. Nobody waits for news once ``stopping`` is set. Credentials
    are drawn by ``chance``, or, without it, from seeds. A database has ``most_bytes``. Where no other process uses a sandbox, there is
    a room for ``checkpoints``.
    """

    wall: WallClock
    handlers: Callable[[], Handlers]
    describe: Callable[[UnitOfWork], Description]
    build: Callable[[bytes, float], bytes]
    woken: "Callable[[Sandbox], None]"
    losing: "Callable[[Sandbox], None]"
    planned: Callable[[float], None]
    struck: Callable[[list[str]], None]
    stopping: Event
    chance: Chance | None
    most_bytes: int
    caches: CacheRoom
    checkpoints: CheckpointRoom | None

    def image_of(self, start: Start) -> bytes:
        """Return the image that a sandbox starts from now."""
        return self.build(start.recipe, self.wall()) if start.recipe is not None else start.image or b""

    def begin(self, sandbox_id: str, transaction: Transaction, *, anew: bool = False, of: str = "", at: datetime | None = None) -> Settings:
        """Start a sandbox from the image that its transaction holds, and return its settings.

        What is due by now is left to the next unit of work. Credentials stay valid, tokens issued since included, and its clock goes on
        from the image's time, or from ``at``. If it begins ``anew``, from its scenario's start, or goes back, a clock that was stopped
        stays so. The image may be ``of`` another sandbox.
        """
        db, wall = transaction.db, self.wall()
        clock = sandbox_store.read_clock(db)
        if anew:
            commands.begin_anew(db)
        if (anew or at is not None) and transaction.facts is not None and transaction.facts.clock.mode == "manual":
            clock = replace(clock, mode="manual")
        clock = clock.moved_to(at or clock.now, wall)
        sandbox_store.write_clock(db, clock)
        for delivery_id in webhooks.under_way(db):  # by another sandbox, or before the image was taken
            webhooks.end_sending(db, delivery_id)
        kept: list[Row] = []
        if transaction.earlier is not None:
            kept = keep_credentials(db, read_credentials(transaction.earlier))
        elif self.chance is not None:  # others may have sandboxes of the same image
            renew_secrets(db, self.chance)
        if kept or of or transaction.earlier is not None or clock.mode == "real":
            told = {"id": sandbox_id, "of": of, "mode": clock.mode, "now": at and at.isoformat(), "tokens": kept}
            commands.add(db, clock.shown, commands.BEGAN, told)
        db.limit(self.most_bytes)
        settings = sandbox_store.read_settings(db)
        transaction.facts = self.facts(self._work(sandbox_id, db, settings, clock, wall), None)
        return settings

    def read(self, sandbox_id: str, db: Database, facts: Facts, settings: Settings) -> UnitOfWork | None:
        """Return a unit of work outside of transactions; None if something is due by now."""
        wall, clock = self.wall(), facts.clock
        if facts.due is not None and facts.due <= wall:
            return None
        work = self._work(sandbox_id, db, settings, clock, wall)
        if clock.mode == "real":
            work.set_time(clock.at(wall))
        return work

    def resume(self, sandbox_id: str, transaction: Transaction, settings: Settings) -> UnitOfWork:
        """Return a unit of work in which everything that is due by now has been handled."""
        wall = self.wall()
        clock = transaction.facts.clock if transaction.facts else sandbox_store.read_clock(transaction.db)
        transaction.db.limit(self.most_bytes)
        work = self._work(sandbox_id, transaction.db, settings, clock, wall)
        if clock.mode == "real":
            catch_up(work, clock.at(wall))
        work.mark()
        return work

    def facts(self, work: UnitOfWork, before: Facts | None) -> Facts:
        """Return what a unit of work leaves of its sandbox; it is described anew if applications, accounts or tokens have changed."""
        described = sandbox_store.version_of_access(work.db)
        known = before is not None and before.described == described
        return Facts(
            clock=work.clock,
            description=before.description if known and before else self.describe(work),
            described=described,
            due=self._due(work) if work.clock.mode == "real" else None,
            entry=max(work.journaled, before.entry) if before else work.journaled or journal.next_id(work.db) - 1,
        )

    def _due(self, work: UnitOfWork) -> float | None:
        """Return when something is to be done: at once, if a webhook is being sent, so that it is resumed where its sender has ended."""
        if webhooks.under_way(work.db):
            return work.wall
        soonest = timeline.soonest(work.db)
        return None if soonest is None else work.clock.wall_at(times.parse(soonest))

    def _work(self, sandbox_id: str, db: Database, settings: Settings, clock: Clock, wall: float) -> UnitOfWork:
        dice = Dice(settings.seed, self.chance)
        return UnitOfWork(sandbox_id, db, settings, dice, clock, wall, self.handlers, clock.now, clock.shown)


@dataclass(frozen=True, slots=True)
class Derived:
    """What was derived from a sandbox in one version of it; true as long as its clock shows no more than ``until``."""

    version: int
    until: datetime
    found: Mapping[str, bytes]


class Sandbox:
    """A sandbox, as this process uses it. All of its state is in its storage; this object holds the lock, and who waits for news.

    ``generation`` is the number of starts, resets and restores: if it differs under `work`, the sandbox has been reset or
    restored meanwhile. ``version`` is the number of changes so far: the dashboard reloads the sandbox when it differs, and what is
    ``derived`` from one version (under the lock ``judging``) is not derived again.

    ``description``, ``clock``, ``now`` and ``due`` are of the last unit of work, and can be read without waiting for the next one.
    ``due`` is the wall clock's time when the next event is due; None if none is pending, or the clock stands.
    """

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self.id, self.storage = storage.id, storage
        self._around = around
        self.advancing, self.judging = Lock(), Lock()
        self.derived: Derived | None = None
        self._cache = Cache(around.caches)
        self.checkpoints = None if around.checkpoints is None else Checkpoints(around.checkpoints)
        self._picture: tuple[int, bytes] | None = None
        self._settings: tuple[int, Settings] | None = None
        self._lock, self._labelling = RLock(), Lock()
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
            image = self._image_to_begin_with(new=marked)
            try:
                with self.storage.transaction() as transaction:
                    db = transaction.db
                    changes, known, settings = db.total_changes, transaction.facts, self._settings_in(transaction)
                    if image is not None and self.checkpoints is not None and settings.checkpoints:
                        self.checkpoints.begin(db, image)
                    work = self._around.resume(self.id, transaction, settings)
                    if work.settings.cached:
                        work.cache = self._cache
                    yield work
                    if known is None or db.total_changes != changes:
                        transaction.facts = self._around.facts(work, known)
            except BaseException:
                self._cache.clear()  # of what is rolled back
                raise
            if self.checkpoints is not None:
                self.checkpoints.keep(work, known.entry if known else 0, own=marked)
        self._tell(before)
        if work.struck:
            self._around.struck(work.struck)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a unit of work that is thought to read only: outside of transactions, where that is allowed and nothing is due.

        Then its journal entry is written with the next transaction, and it raises `Writes` if it has to write anything else.
        """
        with self._lock:
            work = None if self._closed else self._reading()
            if work is not None:
                yield work
        if work is None:
            with self.work(marked=False) as work:
                yield work
        else:
            self.wake()

    def _image_to_begin_with(self, *, new: bool) -> bytes | None:
        """Return the image from which the next transaction's changes are noted, if that is to begin."""
        if self.checkpoints is None or (self._settings is not None and not self._settings[1].checkpoints):
            return None
        return self.checkpoints.image_to_begin_with(self.storage, new=new)

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
        """Hold the lock, and say if that opens the database."""
        with self._lock:
            if self._closed:
                raise NotFound
            was_open, self._working = self.storage.is_open, True
            try:
                yield
            finally:
                self._working = False
        if not was_open:
            self._around.woken(self)

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
    def lock(self) -> AbstractContextManager[object]:
        """The lock under which the database is used; a unit of work holds it."""
        return self._lock

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
        return now_of(self.clock, self._around.wall())

    def image(self) -> tuple[bytes, str]:
        """Return the bytes of the whole sandbox as it is now, and its time. A clock that runs shows that time in the image.

        As long as nothing is written, the same image is returned: a sandbox that is built once and forked for each test is
        copied once.
        """
        with self._lock:
            if self.clock.mode == "real":
                with self.work() as work:
                    work.clock = work.clock.moved_to(work.instant, work.wall)
                    sandbox_store.write_clock(work.db, work.clock)
            with self._alone():
                image = self.storage.image()
                if self._picture is None or self._picture[0] != self.version:
                    self._picture = self.version, image
                return self._picture[1], times.wire(self.clock.now)

    def sleep(self) -> None:
        """Hold as little in memory as can be, unless a unit of work is open."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if not self._working and not self._closed:
                self.storage.sleep()
                self._cache.clear()
                self._picture = self.derived = None
                if self.checkpoints is not None:
                    self.checkpoints.clear()
        finally:
            self._lock.release()

    def reset(self) -> None:
        """Go back to the scenario's start. Tokens issued since then stay valid, and a stopped clock stays stopped."""
        self._around.losing(self)
        with self._lock:
            leaves = self._present() if is_acting() else None
            self._begin(self._around.image_of(self.storage.start()), anew=True, leaves=leaves)

    def restore(self, image: bytes) -> None:
        """Go back to an image of this sandbox, its time included. Tokens issued since then stay valid."""
        self._around.losing(self)
        with self._lock:
            self._begin(image, leaves=self._present() if is_acting() else None)

    def rewind(self, choose: Callable[[Checkpoints, Point], tuple[Point, datetime]]) -> Point:
        """Go back to a checkpoint, and return it. Tokens issued since then stay valid, and a stopped clock stays stopped.

        ``choose`` is given all of them, and one that the present would be, and returns one, with the time to go on from.

        Raises:
            Invalid: there are none.
        """
        self._around.losing(self)
        with self._lock:
            present = self._present()
            if self.checkpoints is None or present is None:
                raise Invalid(NO_CHECKPOINTS)
            found, at = choose(self.checkpoints, present)
            self._begin(found.image, at=at, leaves=present, point=found)
        return found

    def _present(self) -> Point | None:
        """Return what would be a checkpoint now; None if there are none."""
        with self.work() as work:
            return None if self.checkpoints is None or not work.marks else self.checkpoints.point(work, work.marks[-1], self.last_entry)

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
        self._settings = self.storage.generation, settings
        self._cache.clear()
        self._picture = self.derived = None
        if self.checkpoints is not None and leaves is not None:
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

    def use(self) -> None:
        """Note that it is used now."""
        label, wall = self.storage.label, self._around.wall()
        if wall >= label.used_at:
            with self._labelling:
                self.storage.use(wall + label.step)

    def close(self) -> None:
        """Let nobody use the sandbox any more: any later use raises NotFound."""
        with self._lock:
            self._closed, self._picture, self.derived = True, None, None
            self._cache.clear()
            if self.checkpoints is not None:
                self.checkpoints.clear()
        self.wake()


def now_of(clock: Clock, wall: float) -> str:
    """Return what a clock shows at a time of the wall clock, in the API's format."""
    return clock.shown if clock.mode == "manual" else times.wire(clock.at(wall))
