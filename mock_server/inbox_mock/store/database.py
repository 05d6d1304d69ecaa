"""The connection to a sandbox's database: reading and writing rows, and noting what has changed it.

SQLite does not say which pages it has changed, and comparing all of them with each change would take as long as the database is
large. So statements are noted: made again on an image from before, they lead to every moment since. A statement has the same
effect each time, since none draws, or asks for a time.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pickle import HIGHEST_PROTOCOL, dumps, loads
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

from inbox_mock.domain.errors import BLANK, Invalid, NotFound, invalid
from inbox_mock.store.rows import TABLES

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

Row = dict[str, Any]
Parameters: TypeAlias = "SupportsLenAndGetItem[Any] | Mapping[str, Any]"
Due = tuple[int, str, str, str]
"""An event of the timeline: its id, when it is due, its kind, and what it is about as JSON."""
T = TypeVar("T")
Change = tuple[str, bytes, bool]
"""A statement, its parameters, pickled, and whether that is a list of those that it is executed with."""

PAGE_BYTES = 1024
MOST_PAGES = 2**30 - 2
"""The highest limit that every SQLite takes."""
READING = ("SELECT", "WITH", "PRAGMA")
CONTROLLING = {*READING, "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}
STATEMENT_BYTES = 120
"""About how many bytes a statement takes besides its parameters."""


class Changes:
    """The changes of one database in their order, those that were rolled back left out; it begins within a transaction.

    ``size`` is how many bytes they take, ``rows`` how many times a statement is executed to make them again, ``position`` where the
    next one will be. While it ``is_tentative``, what is changed may be rolled back without the transaction. If they begin with an
    ``image``, it is there until somebody keeps both.
    """

    def __init__(self, image: bytes | None = None) -> None:
        self.image = image
        self.size = self.rows = self.position = 0
        self.is_tentative = False
        self._made: list[Change] = []
        self._begun = [0] if image is None else []  # where the transaction begins, and each savepoint in it

    def note(self, sql: str, parameters: "Parameters | list[Parameters]", times: int = 0) -> None:
        """Note that a statement was executed with parameters; with each in a list of ``times`` of them, if that is not 0."""
        word = _first_word(sql)
        if word in CONTROLLING:
            self._note_control(word)
        else:
            kept = dumps(parameters, HIGHEST_PROTOCOL)
            self._made.append((sql, kept, times > 0))
            self.position += 1
            self.size += STATEMENT_BYTES + len(kept)
            self.rows += times or 1

    def _note_control(self, word: str) -> None:
        if word == "BEGIN":
            if self._begun:  # SQLite has rolled back by itself
                self.forget_from(self._begun[0])
            self._begun = [len(self._made)]
        elif word == "COMMIT":
            self._begun = []
        elif word == "SAVEPOINT":
            self._begun.append(len(self._made))
        elif word == "RELEASE":
            self._begun.pop()
        elif word == "ROLLBACK":
            self.forget_from(self._begun[-1])
        self.is_tentative = len(self._begun) > 1

    def make_again(self, db: "Database", position: int) -> None:
        """Make the changes before a position in another database."""
        for sql, kept, many in self._made[:position]:
            if many:
                db.executemany(sql, loads(kept))  # noqa: S301 - this process has written it
            else:
                db.execute(sql, loads(kept))  # noqa: S301 - here, too

    def forget_from(self, position: int) -> None:
        """Forget the changes from a position on."""
        for _, kept, _ in self._made[position:]:
            self.size -= STATEMENT_BYTES + len(kept)
        del self._made[position:]
        self.position = len(self._made)


@lru_cache(maxsize=1024)
def _first_word(sql: str) -> str:
    return sql.split(None, 1)[0].upper()


class Database(sqlite3.Connection):
    """The connection to a sandbox's database, with the most frequent statements.

    Reads take the type that they return: a row of `inbox_mock.store.rows`, or that of a value. The schema fixes the types
    of the columns, so the type is not checked at run time. ``readers`` counts those who read the journal entry by entry.
    """

    readers = 0
    most_bytes = 0
    held_from: int | None = None
    """How many changes there were when what can be undone began (`inbox_mock.store.undoing`); None where nothing can be."""
    is_working = False
    """Whether a unit of work is open."""
    bookkept = 0
    """How many changes were of the journal and of the rate limit: what no answer of the API depends on."""
    patched = 0
    """How often pages were replaced by those of another process."""
    changes: Changes | None = None
    """Where its changes are noted, if they are."""

    def execute(self, sql: str, parameters: Parameters = (), /) -> sqlite3.Cursor:
        """Execute a statement."""
        cursor = sqlite3.Connection.execute(self, sql, parameters)  # super() takes a tenth of a statement's time
        if self.changes is not None and not sql.startswith("SELECT"):
            self.changes.note(sql, parameters)
        return cursor

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> sqlite3.Cursor:
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
        """Limit its size to ``most_bytes``; while it is held, others than SQLite look after that."""
        self.execute(f"PRAGMA max_page_count = {most_bytes // PAGE_BYTES if self.held_from is None else MOST_PAGES}")
        self.most_bytes = most_bytes

    def __del__(self) -> None:
        """Close the database with its last reference: Python 3.13 warns of one that is left open."""
        self.close()

    def get(self, table: type[T], record_id: object, account_id: int | None = None) -> T:
        """Return the row of a table with this id; with ``account_id``, one that belongs to this account.

        Raises:
            NotFound: there is no such row, or it belongs to another account.
        """
        sql = f"SELECT * FROM {TABLES[table]} WHERE id = ?"
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
            raise Invalid(invalid(field, BLANK)) from None

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
        names = columns_of(cursor)
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
        return self.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None

    def count(self, table: str) -> int:
        """Return the number of a table's rows."""
        found: int = self.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return found

    def has(self, table: str, record_id: object) -> bool:
        """Return whether a table has a row with this id."""
        return self.execute(f"SELECT 1 FROM {table} WHERE id = ?", (record_id,)).fetchone() is not None

    def of(self, table: type[T], column: str, value: object) -> list[T]:
        """Return the rows of a table that have a value in a column, by id."""
        return self.every(f"SELECT * FROM {TABLES[table]} WHERE {column} = ? ORDER BY id", (value,), table)

    def next_due(self, until: str, only: str, but: Sequence[str]) -> Due | None:
        """Return the first pending event that is due by ``until``: of the kind ``only``, or of every kind that is not in ``but``."""
        sql = f"""SELECT id, due_at, kind, about FROM timeline
            WHERE happened = 0 AND due_at <= ? AND (? = '' OR kind = ?) AND kind NOT IN ({", ".join("?" * len(but))})
            ORDER BY due_at, id LIMIT 1"""
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
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{column}' for column in columns)})"


@lru_cache(maxsize=256)
def updating(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that changes these columns of a row."""
    return f"UPDATE {table} SET {', '.join(f'{column} = :{column}' for column in columns)} WHERE id = :id"


def columns_of(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    """Return the names of a cursor's columns."""
    return tuple([column[0] for column in cursor.description])


def size(database: Database) -> int:
    """Return the bytes of a database."""
    return int(database.execute("PRAGMA page_count").fetchone()[0]) * PAGE_BYTES


def is_full(error: BaseException) -> bool:
    """Return whether a statement failed because the database has reached its limit."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_FULL


def is_used(database: Database) -> bool:
    """Return whether somebody reads a database, or writes in it, at this moment."""
    return database.readers > 0 or database.is_working or (database.in_transaction and database.held_from is None)


def let_go(database: Database) -> None:
    """Close a database, unless somebody still reads it: then it is closed with its last reference, and late.

    A connection and its statements refer to each other.
    """
    if not database.readers:
        database.close()
