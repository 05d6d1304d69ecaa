"""The file beside a database that holds what was gathered beside it: an entry in each line, as JSON.

An entry is written before its request is answered. A last line without an end was interrupted, and its request was not answered.
"""

import os
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

import orjson

from inbox_mock.domain.reasons import from_json
from inbox_mock.store.homes.directory.files import naming_path
from inbox_mock.store.journal import LedgerEntry, Spent


class LedgerFile:
    """Such a file, which is made with its first entry; if ``durable``, each entry survives a power cut."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path, self._durable = path, durable
        self._open: int | None = None
        self._size = 0

    def read(self) -> list[LedgerEntry]:
        """Return what is in it.

        Raises:
            HomeUnavailable: it cannot be read.
            ValueError: a line is no entry.
        """
        with naming_path(self.path), suppress(FileNotFoundError):
            return list(map(_entry, self.path.read_bytes().split(b"\n")[:-1]))
        return []

    def add(self, gathered: LedgerEntry) -> int:
        """Add an entry, and return its bytes.

        Raises:
            HomeUnavailable: it cannot be written; nothing was added.
        """
        number, entry, reasons, spent = gathered
        line = orjson.dumps([number, entry, [reason.as_json() for reason in reasons], spent and [*spent]]) + b"\n"
        with naming_path(self.path):
            if self._open is None:
                self._open = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                _write(self._open, line)
                if self._durable:
                    os.fdatasync(self._open)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._open, self._size)
                raise
        self._size += len(line)
        return len(line)

    def clear(self) -> None:
        """Empty the file, once the database has what is in it. If that fails, it is read again later, and left out as known."""
        if self._open is not None and self._size:
            with suppress(OSError):
                os.ftruncate(self._open, 0)
            self._size = 0

    def close(self) -> None:
        """Close it."""
        if self._open is not None:
            os.close(self._open)
            self._open = None


def _write(descriptor: int, line: bytes) -> None:
    if os.write(descriptor, line) < len(line):
        raise OSError(ENOSPC, os.strerror(ENOSPC))


def _entry(line: bytes) -> LedgerEntry:
    found = orjson.loads(line)
    if not isinstance(found, list) or len(found) != 4:
        raise ValueError(line)
    entry_id, entry, reasons, spent = found
    return LedgerEntry(entry_id, entry, tuple(map(from_json, reasons)), None if spent is None else Spent(*spent))
