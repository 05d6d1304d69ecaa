"""Opening a sandbox's database, and its image: the bytes of the whole database.

A database is restored into a new connection, never over a live one, and an image is taken outside transactions.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from importlib.resources import files

Parameters = Sequence[object] | Mapping[str, object]
Row = dict[str, object]

FORMAT = 1
PAGE_BYTES = 1024


def create() -> sqlite3.Connection:
    """Return a new, empty sandbox database."""
    connection = _open()
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.executescript(files("inbox_mock.store").joinpath("schema.sql").read_text())
    return connection


def restore(image: bytes) -> sqlite3.Connection:
    """Return a new connection to the database that an image holds."""
    connection = _open()
    connection.deserialize(image)
    return connection


def take_image(connection: sqlite3.Connection) -> bytes:
    """Return the database as bytes.

    Raises:
        RuntimeError: a transaction is open, whose uncommitted rows the image would hold.

    """
    if connection.in_transaction:
        raise RuntimeError("an image is taken outside transactions only")
    return connection.serialize()


def _open() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=256)


def one(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> Row | None:
    """Return the first row by column names, or None."""
    cursor = db.execute(sql, parameters)
    found = cursor.fetchone()
    return None if found is None else dict(zip([column[0] for column in cursor.description], found, strict=True))


def every(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> list[Row]:
    """Return all rows by column names."""
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, found, strict=True)) for found in cursor]


def value(db: sqlite3.Connection, sql: str, parameters: Parameters = ()) -> object:
    """Return the first column of the first row, or None."""
    found = db.execute(sql, parameters).fetchone()
    return None if found is None else found[0]


def insert(db: sqlite3.Connection, table: str, row: Mapping[str, object]) -> int:
    """Add a row and return its id; columns left out take their default."""
    columns = ", ".join(row)
    marks = ", ".join(f":{column}" for column in row)
    return db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row).lastrowid or 0  # noqa: S608


def update(db: sqlite3.Connection, table: str, record_id: object, changes: Mapping[str, object]) -> None:
    """Change the named columns of one row."""
    if changes:
        assignments = ", ".join(f"{column} = :{column}" for column in changes)
        db.execute(f"UPDATE {table} SET {assignments} WHERE id = :id", {**changes, "id": record_id})  # noqa: S608
