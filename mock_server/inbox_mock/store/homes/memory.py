"""The home in this process: what is kept in it ends with it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from threading import Lock

from inbox_mock.domain.errors import NotFound, SandboxExists
from inbox_mock.store import database, images
from inbox_mock.store.database import Database
from inbox_mock.store.homes import WHOLE, Facts, Label, Listed, Share, Snapshot, Start, Transaction
from inbox_mock.store.homes.local import LocalStorage, beginning
from inbox_mock.store.images import Differences, differences
from inbox_mock.store.undoing import Spares, settle, unit


class Totals:
    """The bytes of all sandboxes of a home and of their snapshots, counted as they change."""

    def __init__(self) -> None:
        self.sandboxes = self.snapshots = 0
        self._lock = Lock()

    def change(self, *, sandboxes: int = 0, snapshots: int = 0) -> None:
        """Add to them."""
        with self._lock:
            self.sandboxes += sandboxes
            self.snapshots += snapshots


class MemoryStorage(LocalStorage):
    """A sandbox in memory; asleep it is only what its image differs in from its start, from which it is restored in half a millisecond."""

    label: Label
    facts: Facts

    def __init__(self, sandbox_id: str, label: Label, start: Start, totals: Totals, spares: Spares) -> None:
        super().__init__()
        self.id, self.label, self._start, self._totals, self._spares = sandbox_id, label, start, totals, spares
        self.generation = self._version = self.size = 0
        self._asleep: Differences | None = None
        self._present: bytes | None = None  # the image of the database as it is, if it is known
        self._began: bytes | None = None  # the image that the database is when it is undone
        self._snapshots: dict[str, tuple[str, bytes]] = {}

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See `inbox_mock.store.homes.Storage`, here and below."""
        db = self._awake()
        before = db.total_changes
        try:
            with unit(db):
                transaction = self._begun(db)
                yield transaction
        finally:
            if db.held_from is not None and not db.in_transaction:  # SQLite has run out of memory, and has undone all
                self._db = None
                database.let_go(db)
        self._ledger.clear()
        self.facts = transaction.facts or self.facts
        transaction.changed = db.total_changes != before
        if transaction.changed:
            self._present = None
            self._version += 1

    @contextmanager
    def replacement(self, image: bytes) -> Iterator[Transaction]:
        """Open a transaction in another database, which takes the place of this one."""
        earlier, began = self._awake(), self._began
        db = self._spares.open(image)
        before = db.total_changes
        with beginning(db, self.facts, earlier) as transaction:
            yield transaction
        self._take(transaction, image, written=db.total_changes != before)
        self._spares.give_back(began, earlier)

    def _take(self, transaction: Transaction, image: bytes, *, written: bool) -> None:
        if transaction.facts is not None:
            self.facts = transaction.facts
        self._db, self._asleep = transaction.db, None
        self._began = image
        self._present = None if written else image
        self._resize(len(image))
        self._ledger.clear()
        self.generation, self._version = self.generation + 1, self._version + 1

    def image(self) -> bytes:
        """Return the image; as long as nothing is written, the same one: what is built once and forked for each test is copied once."""
        if self._asleep is not None:
            return self._asleep.image()
        self._write_ledger()
        if self._present is None:
            db, self._began = self._awake(), None
            settle(db)
            self._present = images.take_image(db)
            self._resize(len(self._present))
        return self._present

    def start(self) -> Start:
        """Return what it goes back to."""
        return self._start

    def sleep(self) -> None:
        """Keep only the image."""
        if self._db is not None:
            self._asleep, self._present = differences(self.image(), self._start.image), None
            self._resize(self._asleep.size)
            self._close()

    def relabel(self, label: Label) -> None:
        """Keep another label."""
        self.label = label

    def use(self, at: float) -> None:
        """Keep when it was used last."""
        self.label = replace(self.label, used_at=at)

    def snapshots(self) -> Sequence[Snapshot]:
        """Return the snapshots."""
        return [Snapshot(name, at, len(image)) for name, (at, image) in list(self._snapshots.items())]

    def snapshot(self, name: str) -> bytes | None:
        """Return a snapshot's image."""
        found = self._snapshots.get(name)
        return None if found is None else found[1]

    def keep_snapshot(self, name: str, at: str, image: bytes) -> None:
        """Keep a snapshot."""
        if self._db is None and self._asleep is None:
            raise NotFound
        _, earlier = self._snapshots.get(name, ("", b""))
        self._snapshots[name] = at, image
        self._totals.change(snapshots=len(image) - len(earlier))

    def forget_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        _, image = self._snapshots.pop(name, ("", b""))
        self._totals.change(snapshots=-len(image))

    def removed(self) -> None:
        """Close the database, or leave it to another sandbox; any later use raises NotFound."""
        self._asleep = self._present = None
        self._close()
        self._resize(0)
        for name in list(self._snapshots):
            self.forget_snapshot(name)

    def _resize(self, size: int) -> None:
        self._totals.change(sandboxes=size - self.size)
        self.size = size

    def _awake(self) -> Database:
        if self._db is None:
            if self._asleep is None:
                raise NotFound
            self._db, self._asleep, self._began = images.restore(self._asleep.image()), None, None
        return self._db

    def _close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            self._spares.give_back(self._began, db)


class MemoryHome:
    """All sandboxes of this process."""

    is_shared = False
    can_wait = False
    share: Share = WHOLE

    def __init__(self) -> None:
        self.heard: Callable[[str], None] = _ignore
        self._kept: dict[str, MemoryStorage] = {}
        self._totals, self._spares, self._lock = Totals(), Spares(), Lock()

    @contextmanager
    def adding(self, sandbox_id: str, label: Label, image: bytes, start: Start) -> Iterator[Transaction]:
        """See `inbox_mock.store.homes.Home`, here and below."""
        if sandbox_id in self._kept:
            raise SandboxExists
        db = self._spares.open(image)
        before = db.total_changes
        with beginning(db, None, None) as transaction:
            yield transaction
        added = MemoryStorage(sandbox_id, label, start, self._totals, self._spares)
        with self._lock:
            if sandbox_id in self._kept:
                raise SandboxExists
            added._take(transaction, image, written=db.total_changes != before)  # noqa: SLF001 - the two are one
            self._kept[sandbox_id] = added

    def find(self, sandbox_id: str) -> MemoryStorage | None:
        """Return a sandbox."""
        return self._kept.get(sandbox_id)

    def owns(self, sandbox_id: str) -> bool:  # noqa: ARG002 - as a home has it
        """Return that it is served by this process."""
        return True

    def remove(self, sandbox_id: str) -> None:
        """Remove a sandbox."""
        found = self._kept.pop(sandbox_id, None)
        if found is not None:
            found.removed()

    def listed(self, limit: int, skip: int = 0, *, name: str = "", owner: str | None = None) -> tuple[Sequence[Listed], int]:
        """Return a page of sandboxes."""
        every = list(self._kept.values())
        if name or owner is not None:
            every = [
                one for one in every if name.lower() in f"{one.id} {one.label.name or ''}".lower() and owner in {None, one.label.owner}
            ]
        end = max(0, len(every) - skip)
        return [Listed(one.id, one.label, one.facts, one.size) for one in every[max(0, end - limit) : end]], len(every)

    def totals(self) -> tuple[int, int, int]:
        """Return the numbers and bytes of what is kept."""
        return len(self._kept), self._totals.sandboxes, self._totals.snapshots

    def due(self, now: float) -> Iterable[str]:
        """Return where something is due."""
        found = [(one.facts.due, one.id) for one in list(self._kept.values()) if one.facts.due is not None and one.facts.due <= now]
        return [sandbox_id for _, sandbox_id in sorted(found)]

    def soonest(self, after: float) -> float | None:
        """Return when something is due next."""
        found = min(
            (one.facts.due for one in list(self._kept.values()) if one.facts.due is not None and one.facts.due > after), default=inf
        )
        return None if found == inf else found

    def expired(self, now: float) -> Iterable[str]:
        """Return which have expired."""
        return [one.id for one in list(self._kept.values()) if (end := one.label.expires_at) is not None and end <= now]

    def check(self) -> None:
        """Memory is there."""

    def close(self) -> None:
        """Close every database."""
        for one in list(self._kept.values()):
            self.remove(one.id)
        self._spares.close()


def _ignore(_sandbox_id: str) -> None:
    """Nobody else changes what is in this process."""
