"""Images: the bytes of a whole sandbox database. How one is made, opened in memory or in a file, taken, and told from another.

A database is restored into a new connection, never over a live one, and an image is taken outside transactions.
"""

import sqlite3
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, TypeVar

from inbox_mock.domain import limits
from inbox_mock.store import migrations
from inbox_mock.store.database import PAGE_BYTES, Database
from inbox_mock.store.migrations import APPLICATION, FORMAT

D = TypeVar("D", bound="Database")

PATIENCE_SECONDS = 5.0
"""How long a database in a file waits until an earlier connection, which another thread may be closing, lets go of it."""
_ROLLBACK, _WRITE_AHEAD = b"\1\1", b"\2\2"
_JOURNALING = slice(18, 20)  # where a database says which journal it has; one with a write-ahead log cannot be deserialised


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


def take_image(database: Database) -> bytes:
    """Return the database as bytes.

    Raises:
        RuntimeError: a transaction is open, whose uncommitted rows the image would hold.
    """
    if database.in_transaction:
        raise RuntimeError("an image is taken outside transactions only")
    return _image(database)


def copied(database: Database, but: Collection[str]) -> Database:
    """Return a copy of a database in memory, with what the present transaction has written, and without the rows of some tables.

    It is made row by row: the bytes of a database in memory are those of the last commit.
    """
    copy = restore(_new_image())
    copy.execute("BEGIN")
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")]
    for name in names:  # a trigger writes into tables that come later, whose rows are replaced then
        if name not in but and not name.startswith("sqlite_"):
            rows = database.execute(f"SELECT * FROM {name}")
            columns = ", ".join(column[0] for column in rows.description)
            copy.execute(f"DELETE FROM {name}")
            copy.executemany(f"INSERT INTO {name} ({columns}) VALUES ({', '.join('?' * len(rows.description))})", rows)
    copy.execute("COMMIT")
    return copy


@cache
def _new_image() -> bytes:
    return take_image(create())


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


class Differences(NamedTuple):
    """The ``pages`` of an image, by where they begin, that are not those of a ``base``, and the image's ``size`` in bytes."""

    base: bytes
    size: int
    pages: dict[int, bytes]

    def image(self) -> bytes:
        """Return the image."""
        image = bytearray(self.base[: self.size].ljust(self.size, b"\0"))
        for begins, page in self.pages.items():
            image[begins : begins + PAGE_BYTES] = page
        return bytes(image)


def differences(image: bytes, base: bytes | None) -> Differences:
    """Return what of an image is not in a base. Without a base, or if that is the image, the image is the base."""
    if base is None or image == base:
        return Differences(image, len(image), {})
    pages = {
        begins: page
        for begins in range(0, len(image), PAGE_BYTES)
        if (page := image[begins : begins + PAGE_BYTES]) != base[begins : begins + PAGE_BYTES]
    }
    return Differences(base, len(image), pages)


def shared_pages(image: bytes, known: Sequence[bytes]) -> list[bytes]:
    """Return the pages of an image; where one is the same as the ``known`` one in its place, that one."""
    places = range(0, len(image), PAGE_BYTES)
    same = [image.startswith(page, at) for page, at in zip(known, places, strict=False)]
    same += [False] * (len(places) - len(same))
    return [known[number] if same[number] else image[at : at + PAGE_BYTES] for number, at in enumerate(places)]
