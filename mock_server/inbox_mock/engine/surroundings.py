"""What a sandbox needs of its server: the time, what is handled and how, and how it begins, is read and goes on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event

from inbox_mock.domain import times
from inbox_mock.domain.dice import Chance, Dice
from inbox_mock.domain.times import Clock
from inbox_mock.engine.cache import CacheRoom
from inbox_mock.engine.checkpoints import CheckpointRoom
from inbox_mock.engine.timeline import catch_up
from inbox_mock.engine.unit_of_work import Handlers, UnitOfWork
from inbox_mock.store import commands, journal, timeline, webhooks
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.access import keep_credentials, read_credentials, renew_secrets
from inbox_mock.store.database import Database, Row
from inbox_mock.store.homes import Facts, Start, Transaction
from inbox_mock.store.sandbox import Settings

WallClock = Callable[[], float]
Description = dict[str, object]
"""How the admin API shows a sandbox, without its time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sandbox needs of its server.

    The wall clock, the handlers of its timeline, how it is described, and how the image of a recipe is made at a time of the wall
    clock. ``woken`` is called with its id when its database was opened, ``losing`` before it goes back, and its journal is lost,
    ``planned`` with the wall clock's time when the next event is due in it, ``struck`` with the kinds of the faults that a unit of work
    has met. Nobody waits for news once ``stopping`` is set. Credentials are drawn by ``chance``, or, without it, from seeds. A database
    has ``most_bytes``.
    """

    wall: WallClock
    handlers: Callable[[], Handlers]
    describe: Callable[[UnitOfWork], Description]
    build: Callable[[bytes, float], bytes]
    woken: Callable[[str], None]
    losing: Callable[[str], None]
    planned: Callable[[float], None]
    struck: Callable[[list[str]], None]
    stopping: Event
    chance: Chance | None
    most_bytes: int
    caches: CacheRoom
    checkpoints: CheckpointRoom

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
        clock = found = sandbox_store.read_clock(db)
        if anew:
            commands.begin_anew(db)
        if (anew or at is not None) and transaction.facts is not None and transaction.facts.clock.mode == "manual":
            clock = replace(clock, mode="manual")
        clock = clock.moved_to(at or clock.now, wall)
        stands = clock.mode != "real" and clock == replace(found, anchor=clock.anchor)  # where it does, nobody asks since when
        if not stands:
            sandbox_store.write_clock(db, clock)
        for delivery_id in webhooks.under_way(db):  # by another sandbox, or before the image was taken
            webhooks.end_sending(db, delivery_id)
        kept: list[Row] = []
        if transaction.earlier is not None:
            kept = keep_credentials(db, read_credentials(transaction.earlier))
        elif self.chance is not None:  # others may have sandboxes of the same image
            renew_secrets(db, self.chance)
        transaction.is_repeatable = stands and not (kept or of or (transaction.earlier is not None and not anew))
        if not transaction.is_repeatable:
            told = {"id": sandbox_id, "of": of, "mode": clock.mode, "now": at and at.isoformat(), "tokens": kept}
            commands.add(db, clock.shown, commands.BEGAN, told)
        if db.most_bytes != self.most_bytes:
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
        if transaction.db.most_bytes != self.most_bytes:
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
