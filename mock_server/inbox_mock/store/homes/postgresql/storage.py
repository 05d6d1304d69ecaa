"""A sandbox in PostgreSQL: its pages are there, and a copy of them here is brought up to date when it is used."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from psycopg.errors import LockNotAvailable
from psycopg.rows import TupleRow

from inbox_mock.domain.errors import HomeUnavailable, NotFound, SandboxFull
from inbox_mock.store import database
from inbox_mock.store.database import PAGE_BYTES, Database
from inbox_mock.store.homes import Facts, Label, Snapshot, Start, Transaction
from inbox_mock.store.homes.local import beginning
from inbox_mock.store.homes.postgresql import images, rows
from inbox_mock.store.homes.postgresql.connections import BoundedConnection, ConnectionPool
from inbox_mock.store.homes.postgresql.copies import LocalCopy, differences
from inbox_mock.store.homes.postgresql.rows import Stand
from inbox_mock.store.images import as_file, restore, take_image
from inbox_mock.store.journal import Ledger
from inbox_mock.store.migrations import UnusableDatabase

START = "SELECT start, recipe FROM inbox_mock.sandboxes WHERE id = %s"
RELABEL = """
    UPDATE inbox_mock.labels SET name = %s, note = %s, owner = %s, ttl = %s, created_at = %s, used_at = %s, sought = %s
    WHERE sandbox = %s RETURNING sandbox"""
USE = "UPDATE inbox_mock.labels SET used_at = %s WHERE sandbox = %s RETURNING sandbox"
CLAIM = "BEGIN; SELECT FROM inbox_mock.claims WHERE sandbox = %s FOR UPDATE SKIP LOCKED"
CLAIM_SOON = "SET LOCAL lock_timeout = '50ms'; SELECT FROM inbox_mock.claims WHERE sandbox = %s FOR UPDATE"
"""What looks for all that is due holds such locks for a moment."""
SNAPSHOTS = "SELECT name, at, size FROM inbox_mock.snapshots WHERE sandbox = %s ORDER BY number"
SNAPSHOT = "SELECT image FROM inbox_mock.snapshots WHERE sandbox = %s AND name = %s"
EXISTS = "BEGIN; SELECT FROM inbox_mock.sandboxes WHERE id = %s FOR KEY SHARE"
KEEP_SNAPSHOT = """
    INSERT INTO inbox_mock.snapshots (sandbox, name, at, size, image) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (sandbox, name) DO UPDATE SET at = excluded.at, size = excluded.size, image = excluded.image; COMMIT"""
FORGET_SNAPSHOT = "DELETE FROM inbox_mock.snapshots WHERE sandbox = %s AND name = %s RETURNING image"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the sandboxes of a home share.

    ``claims`` are the connections that hold a claim as long as a sandbox is advanced; who holds one needs none of the others.
    ``path`` returns a new one for a copy, ``tell`` tells other processes of a change.
    """

    connections: ConnectionPool
    claims: ConnectionPool
    path: Callable[[], Path]
    tell: Callable[[str], None]


class PostgresStorage:
    """A sandbox in PostgreSQL, as this process uses it."""

    def __init__(self, shared: Shared, sandbox_id: str, row: TupleRow) -> None:
        self._copy: LocalCopy | None = None
        self._copied: Stand | None = None
        self.id, self._shared = sandbox_id, shared
        self.label = rows.label_in(row)
        self._stand = rows.stand_in(row)
        self.facts: Facts = rows.facts_in(row)
        self._lock = Lock()  # of what is known of it: news come in another thread

    def __del__(self) -> None:
        """Delete the copy when nobody refers to the sandbox."""
        self.sleep()

    @property
    def generation(self) -> int:
        """See `inbox_mock.store.homes.Storage`, here and below."""
        return self._stand.generation

    @property
    def version(self) -> int:
        """Return the number of changes."""
        return self._stand.version

    @property
    def size(self) -> int:
        """Return the bytes of its pages."""
        return self._stand.pages * PAGE_BYTES

    @property
    def is_open(self) -> bool:
        """Return whether there is a copy."""
        return self._copy is not None

    def reading(self) -> tuple[Database, Ledger] | None:
        """See `inbox_mock.store.homes.Storage`. Other processes use it."""
        return None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction in the copy, while nobody else writes to the sandbox."""
        known = self._stand.version
        with self._locked() as (connection, copy):
            before, db = self._stand, copy.db
            transaction = Transaction(db, self.facts)
            try:
                db.execute("BEGIN")
                yield transaction
                db.execute("COMMIT")
                pages = copy.changed()
                facts = transaction.facts or self.facts
                if pages.changed or facts is not self.facts:
                    after = replace(before, version=before.version + bool(pages.changed), pages=pages.count)
                    rows.write(connection, self.id, before, after, pages, facts, self.facts)
                    self._copied = after
                    self._leave(after, facts)
            except BaseException as error:
                self._undo(copy, before)
                if database.is_full(error):
                    raise SandboxFull from None
                raise
        transaction.changed = self._stand.version != known

    @contextmanager
    def replacement(self, image: bytes) -> Iterator[Transaction]:
        """Open a transaction in another database, of which those pages are written that are not the present ones."""
        with self._locked() as (connection, copy):
            before = self._stand
            try:
                with beginning(restore(image, checked=False), self.facts, copy.db) as transaction:
                    yield transaction
            except UnusableDatabase as error:
                raise HomeUnavailable(f"the image that sandbox {self.id} goes back to: {error}") from None
            content = as_file(take_image(transaction.db))
            transaction.db.close()
            pages = differences(as_file(take_image(copy.db)), content)
            after = replace(before, generation=before.generation + 1, version=before.version + 1, pages=pages.count)
            facts = transaction.facts or self.facts
            rows.write(connection, self.id, before, after, pages, facts, self.facts)
            self.sleep()
            self._leave(after, facts)

    def image(self) -> bytes:
        """Return the image."""
        with self._locked() as (_, copy):
            return take_image(copy.db)

    def start(self) -> Start:
        """Return what it goes back to."""
        with self._shared.connections.lent(START, (self.id,)) as cursor:
            row = cursor.fetchone()
            if row is None:
                raise NotFound
            return Start(image=None if row[0] is None else images.read(cursor, row[0]), recipe=row[1])

    def sleep(self) -> None:
        """Delete the copy."""
        copy, self._copy = self._copy, None
        if copy is not None:
            copy.close()

    def relabel(self, label: Label) -> None:
        """Keep another label."""
        if not self._shared.connections.rows(RELABEL, (*rows.as_label(self.id, label), self.id)):
            raise NotFound
        self.label = label
        self._shared.tell(self.id)

    def use(self, at: float) -> None:
        """Keep when it was used last."""
        if not self._shared.connections.rows(USE, (at, self.id)):
            raise NotFound
        self.label = replace(self.label, used_at=at)
        self._shared.tell(self.id)

    @contextmanager
    def advancing(self) -> Iterator[bool]:
        """Hold the lock of its claim, if nobody has it."""
        with self._shared.claims.lent(CLAIM, (self.id,)) as cursor:
            cursor.nextset()
            alone = cursor.fetchone() is not None
            if not alone:
                with suppress(LockNotAvailable):
                    cursor.execute(CLAIM_SOON, (self.id,))
                    cursor.nextset()
                    alone = cursor.fetchone() is not None
            yield alone

    def snapshots(self) -> Sequence[Snapshot]:
        """Return the snapshots."""
        return [Snapshot(*row) for row in self._shared.connections.rows(SNAPSHOTS, (self.id,))]

    def snapshot(self, name: str) -> bytes | None:
        """Return a snapshot's image."""
        with self._shared.connections.lent(SNAPSHOT, (self.id, name)) as cursor:
            row = cursor.fetchone()
            return None if row is None else images.read(cursor, row[0])

    def keep_snapshot(self, name: str, at: str, image: bytes) -> None:
        """Keep a snapshot."""
        with self._shared.connections.lent(EXISTS, (self.id,)) as cursor:
            cursor.nextset()
            if cursor.fetchone() is None:
                raise NotFound
            earlier = cursor.execute(SNAPSHOT, (self.id, name)).fetchone()
            cursor.execute(KEEP_SNAPSHOT, (self.id, name, at, len(image), images.keep(cursor, image)))
        if earlier is not None:
            images.clear(self._shared.connections, earlier[0])

    def forget_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        for row in self._shared.connections.rows(FORGET_SNAPSHOT, (self.id, name)):
            images.clear(self._shared.connections, row[0])

    def hear(self, row: TupleRow) -> bool:
        """Take what another process has left, from a row that `rows.FIND` found; return whether anything is new."""
        with self._lock:
            label, stand = rows.label_in(row), rows.stand_in(row)
            is_new = stand.version > self._stand.version or stand.era != self._stand.era
            if is_new:
                self._stand, self.facts = stand, rows.facts_in(row)
            was, self.label = self.label, label
            return is_new or label != was

    @contextmanager
    def _locked(self) -> Iterator[tuple[BoundedConnection, LocalCopy]]:
        """Lock the sandbox against other processes, and bring the copy up to date."""
        stand, facts = self._stand, self.facts
        locking = rows.lock(self.id, facts.described, stand.generation)
        with self._shared.connections.asked(rows.BEGIN, locking) as (connection, found):
            locked = rows.locked(found, stand, facts)
            if locked is None:
                self.sleep()
                raise NotFound
            stand, facts, start = locked
            if stand != self._stand:
                with self._lock:
                    self._stand, self.facts = stand, facts
            yield connection, self._current(connection, stand, start)

    def _current(self, connection: BoundedConnection, stand: Stand, base: bytes | None) -> LocalCopy:
        """Return the copy, with the pages that others have changed."""
        copy, copied = self._copy, self._copied
        if copy is not None and copied is not None and stand.continues(copied):
            if stand != copied:
                self._copied = None  # unless all goes well
                copy.patch(rows.pages_since(connection, self.id, copied, stand.pages))
        else:
            self.sleep()
            start = b"" if base is None else as_file(images.read(connection.cursor(), base))
            pages = rows.pages_of(connection, self.id, stand, start)
            try:
                copy = self._copy = LocalCopy(self._shared.path(), pages)
            except (UnusableDatabase, sqlite3.Error, OSError) as error:
                raise HomeUnavailable(f"sandbox {self.id} in PostgreSQL: {error}") from None
        self._copied = stand
        return copy

    def _undo(self, copy: LocalCopy, before: Stand) -> None:
        """Roll back; a copy that has more than what is in the database, or may have, is given up."""
        with suppress(sqlite3.Error):
            if copy.db.in_transaction:
                copy.db.execute("ROLLBACK")
                if self._copied == before and not copy.changed().changed:
                    return
        self.sleep()

    def _leave(self, stand: Stand, facts: Facts) -> None:
        with self._lock:
            self._stand, self.facts = stand, facts
        self._shared.tell(self.id)
