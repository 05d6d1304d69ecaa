"""Opening a sandbox's database, reading and writing rows, and its image: the bytes of the whole database.

A database is restored into a new connection, never over a live one, and an image is taken outside transactions.
"""

import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, overload

from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.store import migrations
from inbox_mock.store.changes import Changes, Parameters
from inbox_mock.store.migrations import APPLICATION, FORMAT
from inbox_mock.store.rows import TABLES

Row = dict[str, Any]
Due = tuple[int, str, str, str]
"""An event of the timeline: its id, when it is due, its kind, and what it is about as JSON."""
T = TypeVar("T")
D = TypeVar("D", bound="Database")

PAGE_BYTES = 1024
PATIENCE_SECONDS = 5.0
"""How long a database in a file waits until an earlier connection, which another thread may be closing, lets go of it."""
_ROLLBACK, _WRITE_AHEAD = b"\1\1", b"\2\2"
_JOURNALING = slice(18, 20)  # where a database says which journal it has; one with a write-ahead log cannot be deserialised


class Database(sqlite3.Connection):
    """The connection to a sandbox's database, with the most frequent statements.

    Reads take the type that they return: a row of `inbox_mock.store.rows`, or that of a value. The schema fixes the types
    of the columns, so the type is not checked at run time. ``readers`` counts those who read the journal entry by entry.
    """

    readers = 0
    most_bytes = 0
    bookkept = 0
    """How many changes were of the journal and of the rate limit: what no answer of the API depends on."""
    patched = 0
    """How often pages were replaced by those of another process."""
    changes: Changes | None = None
    """Where its changes are noted, if they are."""

    def execute(self, sql: str, parameters: Parameters = (), /) -> sqlite3.Cursor:  # type: ignore[override]
        """Execute a statement."""
        cursor = sqlite3.Connection.execute(self, sql, parameters)  # super() takes a tenth of a statement's time
        if self.changes is not None and not sql.startswith("SELECT"):
            self.changes.note(sql, parameters)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> sqlite3.Cursor:  # type: ignore[override]
        """Execute a statement with each of the parameters."""
        given = list(parameters)
        cursor = super().executemany(sql, given)
        if self.changes is not None and given:
            self.changes.note(sql, given, len(given))
        return cursor

    @property
    def version(self) -> int:
        """A number that differs after each other change."""
        return self.total_changes - self.bookkept + self.patched

    def limit(self, most_bytes: int) -> None:
        """Let it grow to so many bytes, and no further."""
        if most_bytes != self.most_bytes:
            self.execute(f"PRAGMA max_page_count = {most_bytes // PAGE_BYTES}")
            self.most_bytes = most_bytes

    def __del__(self) -> None:
        """Close the database with its last reference: Python 3.13 warns of one that is left open."""
        self.close()

    def get(self, table: type[T], record_id: object, account_id: int | None = None) -> T:
        """Return the row of a table with this id; with ``account_id``, one that belongs to this account.

        Raises:
            NotFound: there is no such row, or it belongs to another account.
        """
        sql = f"SELECT * FROM {TABLES[table]} WHERE id = ?"  # noqa: S608
        owned = () if account_id is None else (account_id,)
        found = self.one(f"{sql} AND account_id = ?" if owned else sql, (record_id, *owned), table)
        if found is None:
            raise NotFound
        return found

    def refer(self, table: type[T], field: str, record_id: object, account_id: int) -> T:
        """Return the row of an account that a client refers to by id.

        Raises:
            Invalid: there is no such row, or it belongs to another account; the problem names ``field``.
        """
        try:
            return self.get(table, record_id, account_id)
        except NotFound:
            raise Invalid(invalid(field, "can't be blank")) from None

    @overload
    def one(self, sql: str, parameters: Parameters = ()) -> Row | None: ...
    @overload
    def one(self, sql: str, parameters: Parameters, shape: type[T]) -> T | None: ...
    def one(self, sql: str, parameters: Parameters = (), shape: object = None) -> object:
        """Return the first row by column names, or None."""
        del shape
        cursor = self.execute(sql, parameters)
        found = cursor.fetchone()
        return None if found is None else dict(zip([column[0] for column in cursor.description], found, strict=True))

    @overload
    def every(self, sql: str, parameters: Parameters = ()) -> list[Row]: ...
    @overload
    def every(self, sql: str, parameters: Parameters, shape: type[T]) -> list[T]: ...
    def every(self, sql: str, parameters: Parameters = (), shape: object = None) -> object:
        """Return all rows by column names."""
        del shape
        return list(self.each(sql, parameters))

    def each(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """Yield the rows by column names, without holding them."""
        cursor = self.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        for found in cursor:
            yield dict(zip(names, found, strict=True))

    @overload
    def value(self, sql: str, parameters: Parameters = ()) -> object: ...
    @overload
    def value(self, sql: str, parameters: Parameters, shape: type[T]) -> T | None: ...
    def value(self, sql: str, parameters: Parameters = (), shape: object = None) -> object:
        """Return the first column of the first row, or None."""
        del shape
        found = self.execute(sql, parameters).fetchone()
        return None if found is None else found[0]

    def holds_any(self, table: str) -> bool:
        """Return whether a table has any row."""
        return self.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None  # noqa: S608

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        found: int = self.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        return found

    def has(self, table: str, record_id: object) -> bool:
        """Return whether a table has a row with this id."""
        return self.execute(f"SELECT 1 FROM {table} WHERE id = ?", (record_id,)).fetchone() is not None  # noqa: S608

    def of(self, table: type[T], column: str, value: object) -> list[T]:
        """Return the rows of a table that have a value in a column, by id."""
        return self.every(f"SELECT * FROM {TABLES[table]} WHERE {column} = ? ORDER BY id", (value,), table)  # noqa: S608

    def next_due(self, until: str, only: str, but: Sequence[str]) -> Due | None:
        """Return the first pending event that is due by ``until``: of the kind ``only``, or of every kind that is not in ``but``."""
        sql = f"""
            SELECT id, due_at, kind, about FROM timeline
            WHERE happened = 0 AND due_at <= ? AND (? = '' OR kind = ?) AND kind NOT IN ({", ".join("?" * len(but))})
            ORDER BY due_at, id LIMIT 1"""  # noqa: S608
        found: Due | None = self.execute(sql, (until, only, only, *but)).fetchone()
        return found

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Open a savepoint, to which the transaction is rolled back if an exception leaves the block."""
        self.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK TO attempt")
            raise
        finally:
            self.execute("RELEASE attempt")

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert a row and return its id; columns left out take their default."""
        return self.execute(insertion(table, tuple(row)), row).lastrowid or 0

    def update(self, table: str, record_id: object, changes: Mapping[str, object]) -> None:
        """Change the named columns of the row with this id."""
        if changes:
            self.execute(updating(table, tuple(changes)), {**changes, "id": record_id})


@lru_cache(maxsize=256)
def insertion(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that inserts a row with these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{column}' for column in columns)})"  # noqa: S608


@lru_cache(maxsize=256)
def updating(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that changes these columns of a row."""
    return f"UPDATE {table} SET {', '.join(f'{column} = :{column}' for column in columns)} WHERE id = :id"  # noqa: S608


def create() -> Database:
    """Return a new, empty sandbox database."""
    return create_as(Database)


def create_as(kind: type[D]) -> D:
    """Return a new, empty sandbox database of a kind."""
    database = _open(kind)
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    database.execute(f"PRAGMA application_id = {APPLICATION}")
    database.execute(f"PRAGMA user_version = {FORMAT}")
    database.executescript(files("inbox_mock.store").joinpath("schema.sql").read_text())
    return database


def restore(image: bytes, *, checked: bool = True) -> Database:
    """Return a new connection to the database that an image holds, in memory and in the present format.

    Raises:
        UnusableDatabase: its format is unknown, or it has not been ``checked`` before, and is not as this program wrote it.
    """
    if not image:
        raise migrations.UnusableDatabase("it is empty; expected a sandbox of the Inbox Mock")
    database = _open(Database)
    database.deserialize(image)
    if not checked:
        check(database)
    migrations.migrate(database)
    database.limit(limits.SANDBOX)
    return database


def open_file(path: Path, *, durable: bool, checked: bool = False) -> Database:
    """Return a connection to a database in a file, in the present format; no other process can open it meanwhile.

    What is committed survives the end of the process; if ``durable``, of the system too. It is checked, unless it was ``checked``.

    Raises:
        UnusableDatabase: it is not one that this program wrote, or not as it wrote it; nothing was changed.
        sqlite3.Error: it cannot be read.
    """
    with _opening(path) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        if not checked:
            check(database)
        database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    return database


def open_copy(path: Path) -> Database:
    """Return a connection to a database in a file that ends with this process: nothing is synced, and the log is left as it grows.

    Raises:
        UnusableDatabase: it is not one that this program wrote, or not as it wrote it.
    """
    with _opening(path) as database:
        check(database)
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA wal_autocheckpoint = 0")
    return database


@contextmanager
def _opening(path: Path) -> Iterator[Database]:
    """Open the database in a file, bring it to the present format after the block, and close it if anything fails."""
    database = _open(Database, f"{path.absolute().as_uri()}?mode=rw", uri=True)
    try:
        yield database
        database.execute("PRAGMA journal_mode = WAL")
        migrations.migrate(database)
        database.limit(limits.SANDBOX)
    except BaseException:
        database.close()
        raise


def check(database: Database) -> None:
    """Check a database that may come from anywhere.

    Raises:
        UnusableDatabase: it is not one that this program wrote, or not as it wrote it.
    """
    database.execute("PRAGMA trusted_schema = OFF")
    migrations.check(database, _schema())
    database.execute("PRAGMA trusted_schema = ON")  # it is ours, and json_group_array, in its views, is not what SQLite calls innocuous


@cache
def _schema() -> str:
    return migrations.fingerprint(create())


def size(database: Database) -> int:
    """Return the bytes of a database."""
    return int(database.execute("PRAGMA page_count").fetchone()[0]) * PAGE_BYTES


def is_full(error: BaseException) -> bool:
    """Return whether a statement failed because the database has reached its limit."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_FULL


def let_go(database: Database) -> None:
    """Close a database, unless somebody still reads it: then it is closed with its last reference, and late.

    A connection and its statements refer to each other.
    """
    if not database.readers:
        database.close()


def take_image(database: Database) -> bytes:
    """Return the database as bytes.

    Raises:
        RuntimeError: a transaction is open, whose uncommitted rows the image would hold.
    """
    if database.in_transaction:
        raise RuntimeError("an image is taken outside transactions only")
    return _image(database)


def copied(database: Database) -> Database:
    """Return a copy of a database in memory, with what the present transaction has written."""
    return restore(_image(database))


def as_file(image: bytes) -> bytes:
    """Return an image as the content of a file, for `open_file` and `open_copy`."""
    return _journaling(image, _WRITE_AHEAD)


def _image(database: Database) -> bytes:
    image = database.serialize()
    return image if image[_JOURNALING] == _ROLLBACK else _journaling(image, _ROLLBACK)


def _journaling(image: bytes, how: bytes) -> bytes:
    return b"".join((image[: _JOURNALING.start], how, image[_JOURNALING.stop :]))


def _open(kind: type[D], address: str = ":memory:", *, uri: bool = False) -> D:
    """Open a database with defences that SQLite documents against hostile files: https://www.sqlite.org/security.html."""
    database = sqlite3.connect(
        address,
        timeout=PATIENCE_SECONDS,
        uri=uri,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=kind,
    )
    database.execute("PRAGMA cell_size_check = ON")
    if sys.version_info >= (3, 12):
        database.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    return database
