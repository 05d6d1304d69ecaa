"""A sandbox in a directory."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from inbox_mock.domain.errors import HomeUnavailable, NotFound, SandboxFull
from inbox_mock.store import database, images, journal
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.database import Database
from inbox_mock.store.homes import Facts, Label, Snapshot, Start, Transaction
from inbox_mock.store.homes.directory.files import LEDGER, Files, naming_path
from inbox_mock.store.homes.directory.index import Index, IndexEntry
from inbox_mock.store.homes.directory.ledger_file import LedgerFile
from inbox_mock.store.homes.local import LocalStorage, beginning
from inbox_mock.store.migrations import UnusableDatabase
from inbox_mock.store.values import MISREAD, check_values

STATEMENTS = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_TOOBIG,
}
"""Codes of SQLite of what is wrong with a statement, not with the file."""


class StoredSandbox(LocalStorage):
    """A sandbox in a directory. ``next_version`` returns a number that is greater than each one before."""

    def __init__(self, entry: IndexEntry, files: Files, index: Index, next_version: Callable[[], int]) -> None:
        super().__init__()
        self.id, self.label, self.facts, self.size = entry.id, entry.label, entry.facts, entry.size
        self._files, self._index, self._next_version = files, index, next_version
        self._recorded = entry.facts
        self._file: LedgerFile | None = None
        self._checked = self._removed = False
        self._version = next_version()
        self.generation = 0
        with suppress(HomeUnavailable):  # the first transaction says so
            self.generation, _ = self._files.database(self.id)

    def __del__(self) -> None:
        """Close the database when nobody refers to the sandbox: whoever finds it again opens it."""
        with suppress(Exception):
            self.sleep()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """See `inbox_mock.store.homes.Storage`, here and below."""
        db = self._opened()
        before = db.total_changes
        try:
            db.execute("BEGIN")
            transaction = self._begun(db)
            yield transaction
            facts = transaction.facts or self.facts
            self._foretell(facts)
            if db.total_changes != before:
                self._files.check_database(self.id, self.generation)
            db.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                if db.in_transaction:
                    db.execute("ROLLBACK")
            if (reason := self._reason(error)) is not None:
                raise reason from None
            raise
        self._clear_ledger()
        transaction.changed = db.total_changes != before
        self._leave(facts, changed=transaction.changed)

    @contextmanager
    def replacement(self, image: bytes) -> Iterator[Transaction]:
        """Open a transaction in another database, whose file takes the place of this one's as a whole."""
        earlier = self._opened()
        with (
            usable(f"the image that sandbox {self.id} goes back to"),
            beginning(images.restore(image, checked=False), self.facts, earlier) as transaction,
        ):
            yield transaction
        facts = transaction.facts or self.facts
        self._foretell(facts)
        content = content_of(transaction)
        self._files.write(self._files.folder(self.id) / f"{self.generation + 1}.sqlite", images.as_file(content))
        self.generation, self.size, self._checked = self.generation + 1, len(content), True
        self._let_go()
        self._files.forget_earlier(self.id, self.generation)
        self._leave(facts, changed=True)

    def image(self) -> bytes:
        """Return the image."""
        self._write_ledger()
        return images.take_image(self._opened())

    def start(self) -> Start:
        """Return what it goes back to."""
        entry = self._index.find(self.id)
        if entry is None:
            raise NotFound
        content = self._files.read_image(entry.start)
        return Start(recipe=content) if entry.is_recipe else Start(image=content)

    def sleep(self) -> None:
        """Close the database, unless somebody still reads it: nobody else can open it before it is closed."""
        if self._db is not None and not self._db.readers:
            with suppress(NotFound, HomeUnavailable, SandboxFull):
                self._write_ledger()
                self._record()
            self._db.close()
            self._close_ledger()
            self._db = None

    def relabel(self, label: Label) -> None:
        """Keep another label."""
        self._index.keep_label(self.id, label)
        self.label = label

    def use(self, at: float) -> None:
        """Keep when it was used last."""
        self._index.use(self.id, at)
        self.label = replace(self.label, used_at=at)

    def snapshots(self) -> Sequence[Snapshot]:
        """Return the snapshots."""
        return self._index.snapshots(self.id)

    def snapshot(self, name: str) -> bytes | None:
        """Return a snapshot's image."""
        found = self._index.snapshot(self.id, name)
        return None if found is None else self._files.read_image(found)

    def keep_snapshot(self, name: str, at: str, image: bytes) -> None:
        """Keep a snapshot."""
        earlier = self._index.snapshot(self.id, name)
        with self._index.writing():
            self._index.keep_snapshot(self.id, Snapshot(name, at, len(image)), self._files.keep_image(image))
        forget_images(self._files, self._index, earlier)

    def forget_snapshot(self, name: str) -> None:
        """Delete a snapshot."""
        earlier = self._index.snapshot(self.id, name)
        self._index.forget_snapshot(self.id, name)
        forget_images(self._files, self._index, earlier)

    def removed(self) -> None:
        """Close the database; any later use raises NotFound."""
        self._removed = True
        self._let_go()

    def _opened(self) -> Database:
        """Return the database. What the index says of it may be older than what is in it: a process may have ended between the two."""
        if self._removed:
            raise NotFound
        if self._db is None:
            self.generation, path = self._files.database(self.id)
            with usable(str(path)):
                db = images.open_file(path, durable=self._files.durable, checked=self._checked)
                self._file = LedgerFile(path.with_name(f"{path.name}{LEDGER}"), durable=self._files.durable)
                try:
                    if not self._checked:
                        sandbox_store.check(db)
                    recover(db, self._file)
                except BaseException:
                    db.close()  # the next try opens it again, and nobody else can before
                    raise
                self._ledger.keep = self._file.add
            if not self._checked:
                self._files.forget_earlier(self.id, self.generation)
                self.facts = replace(self.facts, clock=sandbox_store.read_clock(db), entry=journal.next_id(db) - 1)
            self._db, self._checked = db, True
        return self._db

    def _let_go(self) -> None:
        """Forget the database, whose file is no longer needed; who reads it goes on."""
        db, self._db = self._db, None
        self._ledger.clear()
        self._close_ledger()
        if db is not None and not db.in_transaction:
            with suppress(sqlite3.Error):
                db.execute("PRAGMA synchronous = OFF")
            database.let_go(db)

    def _clear_ledger(self) -> None:
        self._ledger.clear()
        if self._file is not None:
            self._file.clear()

    def _close_ledger(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _foretell(self, facts: Facts) -> None:
        """Have the sandbox woken in time, also if the process ends before it records what was committed."""
        known = self._recorded.due
        if facts.due is not None and (known is None or facts.due < known):
            self._index.foretell(self.id, facts.due)
            self._recorded = replace(self._recorded, due=facts.due)

    def _leave(self, facts: Facts, *, changed: bool) -> None:
        self.facts, known = facts, self._recorded
        if changed:
            self._version = self._next_version()
        if facts.due != known.due or facts.clock != known.clock or facts.description is not known.description:
            with suppress(HomeUnavailable):  # what was committed is committed: the next transaction tries again
                self._record()

    def _record(self) -> None:
        if self._db is not None:
            self.size = database.size(self._db)
        self._index.keep_facts(self.id, self.facts, self.size)
        self._recorded = self.facts

    def _reason(self, error: BaseException) -> Exception | None:
        """Return why a transaction failed, unless it is the fault of a statement; None if of something else."""
        path = self._files.folder(self.id) / f"{self.generation}.sqlite"
        if isinstance(error, UnusableDatabase):
            return HomeUnavailable(f"{path}, in a fault: {error}")
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in STATEMENTS:
            return self._wrong_value(path) if isinstance(error, MISREAD) else None
        if code == sqlite3.SQLITE_FULL:
            try:
                self._files.check()
            except HomeUnavailable as full:
                return full
            return SandboxFull()
        self._let_go()
        return HomeUnavailable(f"{path}: {error}; nothing was changed")

    def _wrong_value(self, path: Path) -> Exception | None:
        """Return what is wrong with a value in the database; None if the program itself is wrong."""
        try:
            check_values(self._opened())
        except (UnusableDatabase, sqlite3.Error, UnicodeError) as wrong:
            return HomeUnavailable(f"{path}: {wrong}; nothing was changed")
        return None


def recover(db: Database, file: LedgerFile) -> None:
    """Write into a database what was gathered beside it when its process ended, unless it has it."""
    last = journal.next_id(db) - 1
    try:
        gathered = [one for one in file.read() if one.id > last]
        follows = [one.id for one in gathered] == [*range(last + 1, last + 1 + len(gathered))]
        if gathered and follows:
            db.execute("BEGIN")
            journal.write_gathered(db, gathered)
            db.execute("COMMIT")
    except (ValueError, TypeError, KeyError, AttributeError, sqlite3.ProgrammingError, sqlite3.IntegrityError):
        follows = False
    if not follows:
        raise HomeUnavailable(f"{file.path}: a line is no entry of a journal; expected what this program wrote")
    with naming_path(file.path):
        file.path.unlink(missing_ok=True)


def forget_images(files: Files, index: Index, *names: str | None) -> None:
    """Delete those starts and snapshots that nothing refers to any more."""
    with index.writing():  # nobody begins to refer to one meanwhile
        for name in names:
            if name is not None and not index.refers(name):
                files.delete_image(name)


@contextmanager
def usable(what: str) -> Iterator[None]:
    """Raise `HomeUnavailable` in place of what says that a database cannot be used."""
    try:
        yield
    except UnusableDatabase as error:
        raise HomeUnavailable(f"{what}: {error}") from None
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in STATEMENTS:
            raise
        raise HomeUnavailable(f"{what}: {error}; expected a database that this process alone uses") from None


def content_of(transaction: Transaction) -> bytes:
    """Return the image of a new database, and close it."""
    content = images.take_image(transaction.db)
    transaction.db.close()
    return content
