"""Databases in memory that can be undone: all that was done since an image is in one transaction, each unit of work in a savepoint of it.

To roll that back takes a moment, and leaves the image to the byte, in a connection that has read its schema and prepared its statements.
SQLite ends a transaction by itself when a database reaches its limit, and all would be lost: so a database that is ``held`` has none,
its size is looked at after each unit of work, and near its limit it is held no longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from inbox_mock.domain.errors import SandboxFull
from inbox_mock.store import database, images
from inbox_mock.store.database import Changes, Database

MOST_CHANGES = 1_000
"""How many changes can be undone: SQLite keeps each page that they change twice."""
MOST_SPARES = 8
MOST_BYTES = 4 * 1024 * 1024
"""The largest image whose database is held."""
MOST_SPARE_BYTES = 8 * 1024 * 1024
"""How many bytes all spare databases have."""


def hold(db: Database, image: bytes) -> None:
    """Begin what can be undone, in a database that holds an image and nothing else; it is noted from then on."""
    db.execute("BEGIN")
    db.held_from, db.changes = db.total_changes, Changes(image)
    db.limit(db.most_bytes)


def settle(db: Database) -> None:
    """Keep for good what was done; no unit of work is open."""
    if db.held_from is not None:
        db.execute("COMMIT")
        db.held_from = None
        db.limit(db.most_bytes)
        if db.changes is not None and db.changes.image is not None:  # nobody keeps them
            db.changes = None


def undo(db: Database) -> None:
    """Go back to the image."""
    db.held_from = db.changes = None
    db.execute("ROLLBACK")


@contextmanager
def unit(db: Database) -> Iterator[None]:
    """Open a transaction, commit it at the end of the block, and roll it back if an exception leaves the block.

    Raises:
        SandboxFull: the database has reached its limit.
    """
    held, before = db.held_from, db.total_changes
    db.execute("BEGIN" if held is None else "SAVEPOINT unit")
    db.is_working, size = True, 0
    try:
        yield
        if held is not None and db.total_changes != before and (size := database.size(db)) > db.most_bytes:
            raise SandboxFull  # noqa: TRY301 - as SQLite would
        db.execute("COMMIT" if held is None else "RELEASE unit")
    except BaseException as error:
        if db.in_transaction:
            db.execute("ROLLBACK" if held is None else "ROLLBACK TO unit")
            if held is not None:
                db.execute("RELEASE unit")
        if database.is_full(error):
            raise SandboxFull from None
        raise
    finally:
        db.is_working = False
    if held is not None and (db.total_changes - held > MOST_CHANGES or size > db.most_bytes // 2):
        settle(db)


class Spares:
    """Open databases that hold an image and nothing besides, for the next sandbox that begins with the same one, or goes back to it.

    To open another costs a millisecond, most of which is SQLite's reading of the schema.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[bytes, Database]] = []
        self._lock = Lock()

    def open(self, image: bytes) -> Database:
        """Return a database that holds an image; if that is small enough, what is done in it can be undone."""
        with self._lock:
            found = next((kept for kept in self._kept if kept[0] is image), None)
            if found is not None:
                self._kept.remove(found)
        db = images.restore(image) if found is None else found[1]
        if len(image) <= MOST_BYTES:
            hold(db, image)
        return db

    def give_back(self, image: bytes | None, db: Database) -> None:
        """Undo what was done in a database since its image, and keep it; close it where that cannot be, or somebody uses it."""
        if image is None or db.held_from is None or database.is_used(db):
            database.let_go(db)
            return
        undo(db)
        with self._lock:
            self._kept.append((image, db))
            dropped = self._kept[: self._too_many()]
            del self._kept[: len(dropped)]
        for _, old in dropped:
            old.close()

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            kept, self._kept = self._kept, []
        for _, db in kept:
            db.close()

    def _too_many(self) -> int:
        """Return how many of the oldest there is no room for."""
        number, size = len(self._kept), sum(len(image) for image, _ in self._kept)
        dropped = 0
        while number - dropped > MOST_SPARES or size > MOST_SPARE_BYTES:
            size -= len(self._kept[dropped][0])
            dropped += 1
        return dropped
