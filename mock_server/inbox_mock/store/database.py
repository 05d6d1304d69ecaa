"""Opening a sandbox's database, reading and writing rows, and its image: the bytes of the whole database.

A database is restored into a new connection, never over a live one, and an image is taken outside transactions.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeVar, overload

from inbox_mock.domain import limits
from inbox_mock.domain.errors import Invalid, NotFound, invalid
from inbox_mock.store.rows import TABLES

Parameters = Sequence[object] | Mapping[str, object]
Row = dict[str, Any]
T = TypeVar("T")

FORMAT = 2
PAGE_BYTES = 1024


class Database(sqlite3.Connection):
    """The connection to a sandbox's database, with the most frequent statements.

    Reads take the type that they return: a row of `inbox_mock.store.rows`, or that of a value. The schema fixes the types
    of the columns, so the type is not checked at run time. ``readers`` counts those who read the journal entry by entry.
    """

    readers = 0

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

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert a row and return its id; columns left out take their default."""
        columns = ", ".join(row)
        marks = ", ".join(f":{column}" for column in row)
        return self.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row).lastrowid or 0  # noqa: S608

    def update(self, table: str, record_id: object, changes: Mapping[str, object]) -> None:
        """Change the named columns of the row with this id."""
        if changes:
            assignments = ", ".join(f"{column} = :{column}" for column in changes)
            self.execute(f"UPDATE {table} SET {assignments} WHERE id = :id", {**changes, "id": record_id})  # noqa: S608


def create() -> Database:
    """Return a new, empty sandbox database."""
    database = _open()
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    database.execute(f"PRAGMA user_version = {FORMAT}")
    database.executescript(files("inbox_mock.store").joinpath("schema.sql").read_text())
    return database


def restore(image: bytes) -> Database:
    """Return a new connection to the database that an image holds."""
    database = _open()
    database.deserialize(image)
    database.execute(f"PRAGMA max_page_count = {limits.SANDBOX // PAGE_BYTES}")
    return database


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
    return database.serialize()


def _open() -> Database:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=256, factory=Database)
