"""This process's copy of a sandbox's database, of which it is known which pages a transaction has changed.

It is a file that only this process opens, written with SQLite's write-ahead log: the log holds exactly the pages that a transaction
has changed, so finding them takes as long as there are such pages, however large the database is. Nothing is lost with a copy, so
nothing is synced. Formats: https://sqlite.org/fileformat2.html#walformat and https://sqlite.org/walformat.html.
"""

import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from shutil import rmtree
from struct import Struct
from tempfile import gettempdir, mkdtemp

from inbox_mock.store import database
from inbox_mock.store.database import PAGE_BYTES, Database
from inbox_mock.store.images import open_copy

FRAME = Struct(f">II16x{PAGE_BYTES}s")
"""A frame of the log: the page's number, the pages of the database if the frame is a transaction's last, else 0, and the page."""
LOG_HEADER_BYTES = 32
INDEX_HEADER_BYTES = 136
FRAMES_AT_ONCE = 32
MOST_FRAMES = 1024
CHUNK_BYTES = 64 * PAGE_BYTES
PREFIX, LOCK = "inbox-mock-copies-", "lock"
SUFFIXES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages by their numbers, which begin with 1; and of how many pages the database consists."""

    changed: Mapping[int, bytes]
    count: int


class Folder:
    """A folder of this process for its copies. Those of processes that have ended, however they did, are deleted first."""

    def __init__(self) -> None:
        for left in Path(gettempdir()).glob(f"{PREFIX}*"):
            _delete(left)
        self._numbers = count(1)
        while True:
            self._path = Path(mkdtemp(prefix=PREFIX))
            self._lock = os.open(self._path / LOCK, os.O_CREAT | os.O_RDWR)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if (self._path / LOCK).exists():
                break
            os.close(self._lock)  # a process that starts at this moment had the lock before, and deleted the folder

    def path(self) -> Path:
        """Return where another copy may be."""
        return self._path / f"{next(self._numbers)}.sqlite"

    def delete(self) -> None:
        """Delete it, with all copies."""
        os.close(self._lock)
        rmtree(self._path, ignore_errors=True)


def _delete(folder: Path) -> None:
    """Delete a folder whose process has ended: the lock that it held is free."""
    with suppress(OSError):
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


class LocalCopy:
    """A copy in a file; ``db`` is the connection to it. The methods are for the time between transactions.

    Raises:
        UnusableDatabase: the pages are no database that this program wrote, or not as it wrote it.
    """

    def __init__(self, path: Path, pages: bytes) -> None:
        self._path = path
        path.write_bytes(pages)
        self._read_to = LOG_HEADER_BYTES
        self._count = len(pages) // PAGE_BYTES
        self.db: Database = open_copy(path)
        self._file, self._log, self._index = (os.open(f"{path}{suffix}", os.O_RDWR) for suffix in SUFFIXES)

    def changed(self) -> Pages:
        """Return the pages that were changed since this was asked last."""
        changed: dict[int, bytes] = {}
        since: dict[int, bytes] = {}
        at = self._read_to
        while True:
            frames = os.pread(self._log, FRAMES_AT_ONCE * FRAME.size, at)
            if len(frames) < FRAME.size:
                break
            for number, of, page in FRAME.iter_unpack(frames[: len(frames) - len(frames) % FRAME.size]):
                at += FRAME.size
                since[number] = page
                if of:  # what follows no such frame was rolled back
                    changed |= since
                    since, self._count, self._read_to = {}, of, at
        if self._read_to > MOST_FRAMES * FRAME.size:
            self._empty_log()
        return Pages({number: page for number, page in changed.items() if number <= self._count}, self._count)

    def patch(self, pages: Pages) -> None:
        """Replace pages by those of another process."""
        self._empty_log()
        self.db.patched += 1
        for number, page in pages.changed.items():
            os.pwrite(self._file, page, (number - 1) * PAGE_BYTES)
        os.ftruncate(self._file, pages.count * PAGE_BYTES)
        self._count = pages.count
        # Without its header, SQLite takes the index for lost: it makes it anew from the log, and forgets the pages that it holds.
        os.pwrite(self._index, bytes(INDEX_HEADER_BYTES), 0)

    def close(self) -> None:
        """Close and delete it; who still reads the database goes on reading."""
        database.let_go(self.db)
        for file in (self._file, self._log, self._index):
            os.close(file)
        for suffix in SUFFIXES:
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _empty_log(self) -> None:
        busy = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise RuntimeError("a copy is brought up to date while nobody reads it only")
        self._read_to = LOG_HEADER_BYTES


def differences(before: bytes, after: bytes) -> Pages:
    """Return the pages of an image that another one has not, or has otherwise."""
    changed: dict[int, bytes] = {}
    for at in range(0, len(after), CHUNK_BYTES):
        if after[at : at + CHUNK_BYTES] != before[at : at + CHUNK_BYTES]:
            for place in range(at, min(at + CHUNK_BYTES, len(after)), PAGE_BYTES):
                page = after[place : place + PAGE_BYTES]
                if page != before[place : place + PAGE_BYTES]:
                    changed[place // PAGE_BYTES + 1] = page
    return Pages(changed, len(after) // PAGE_BYTES)
