"""What homes have in common whose databases one process alone uses: in memory, and in a directory."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from threading import Lock

from inbox_mock.store.database import Database
from inbox_mock.store.homes import Facts, Transaction
from inbox_mock.store.journal import Ledger
from inbox_mock.store.undoing import unit


class LocalStorage:
    """The part of a `inbox_mock.store.homes.Storage` that is about its open database, and the ledger beside it."""

    facts: Facts
    _version: int

    def __init__(self) -> None:
        self._db: Database | None = None
        self._ledger = Ledger()
        self._advancing = Lock()

    @property
    def version(self) -> int:
        """The number of changes."""
        return self._version + self._ledger.added

    @property
    def is_open(self) -> bool:
        """Whether its database is open."""
        return self._db is not None

    def reading(self) -> tuple[Database, Ledger] | None:
        """Return the open database and its ledger."""
        return None if self._db is None else (self._db, self._ledger)

    @contextmanager
    def advancing(self) -> Iterator[bool]:
        """Say whether nobody else advances it; no other process can."""
        alone = self._advancing.acquire(blocking=False)
        try:
            yield alone
        finally:
            if alone:
                self._advancing.release()

    def transaction(self) -> AbstractContextManager[Transaction]:
        """See `inbox_mock.store.homes.Storage`."""
        raise NotImplementedError

    def _write_ledger(self) -> None:
        if self._ledger.entries:
            with self.transaction():
                pass  # which begins by writing it

    def _begun(self, db: Database) -> Transaction:
        """Return a transaction that has begun, in which what the ledger has gathered is written."""
        facts, ledger = self.facts, self._ledger
        if ledger.entries:
            ledger.write(db)
            facts = replace(facts, entry=ledger.entries[-1].id)
        return Transaction(db, facts)


@contextmanager
def beginning(db: Database, facts: Facts | None, earlier: Database | None) -> Iterator[Transaction]:
    """Open a transaction in a database that holds an image; it is closed if an exception leaves the block."""
    try:
        with unit(db):
            yield Transaction(db, facts, earlier)
    except BaseException:
        db.close()
        raise
