"""What a start keeps for the next one in the user's cache folder: a scenario that was checked, and the image of one whose clock stands.

A file's name is the hash of all that its content depends on: of what the caller names, and of the code. Of the code counts what the
system says of each file, and of each folder of installed packages: that differs even where two versions are called the same. An image
has the secrets that follow from the scenario's seed; a sandbox draws its own, or not, as from any other image.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from sqlite3 import sqlite_version
from stat import S_ISREG, S_IWGRP, S_IWOTH

from inbox_mock import IMPORTED_AT, __version__
from inbox_mock.console.whole_files import replace_with
from inbox_mock.domain import limits
from inbox_mock.scenarios import fixtures

PACKAGE = Path(__file__).parents[1]
GRAIN_SECONDS = 2
"""The coarsest step in which a file system tells times."""
NAME = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{16}")
DIGEST_BYTES = sha256().digest_size
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class StartCache:
    """What is kept in a folder by the code that runs, which ``code`` identifies. What cannot be read or written there is not kept."""

    folder: Path
    code: str

    def get(self, *source: str) -> bytes | None:
        """Return what was made from a source; None if it is not there, is damaged, or may be another user's."""
        try:
            descriptor = os.open(self._path(source), OPEN_FLAGS)
            with os.fdopen(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not S_ISREG(found.st_mode) or found.st_mode & (S_IWGRP | S_IWOTH) or found.st_uid != _user(found.st_uid):
                    return None
                content = file.read() if found.st_size <= limits.KEPT else b""
        except OSError:
            return None
        digest, content = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        return content if sha256(content).digest() == digest else None

    def put(self, content: bytes, *source: str) -> None:
        """Keep what was made from a source. The oldest of what is kept makes room for it."""
        if len(content) + DIGEST_BYTES > limits.KEPT:
            return
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_with(self._path(source), sha256(content).digest() + content, 0o600)
            self._make_room()

    def _path(self, source: tuple[str, ...]) -> Path:
        return self.folder / sha256("\0".join((self.code, *source)).encode()).hexdigest()

    def _make_room(self) -> None:
        held = 0
        files = [(found.stat(), found) for found in os.scandir(self.folder) if NAME.fullmatch(found.name)]
        for facts, found in sorted(files, key=lambda each: each[0].st_mtime_ns, reverse=True):
            held += facts.st_size
            if held > limits.KEPT:
                Path(found).unlink()


def open_cache(folder: Path | None = None) -> StartCache | None:
    """Return what is kept in a folder, by default in the user's cache folder, for the code that this process has imported.

    None: there is no such folder, or the code may have changed since it was imported.
    """
    folder = folder or cache_folder()
    try:
        facts = [*_facts()]
    except OSError:  # it is being changed
        return None
    if folder is None or max(changed for _, changed in facts) > IMPORTED_AT - GRAIN_SECONDS:
        return None
    told = repr((__version__, sys.version, sqlite_version, [fact for fact, _ in facts]))
    return StartCache(folder, sha256(told.encode()).hexdigest())


def cache_folder() -> Path | None:
    """Return the folder in which the user's programs keep what they can make again; None if the user has none."""
    try:
        if sys.platform == "win32":
            given = os.environ.get("LOCALAPPDATA")
            root = Path(given) if given else Path.home() / "AppData" / "Local"
        elif sys.platform == "darwin":
            root = Path.home() / "Library" / "Caches"
        else:
            given = os.environ.get("XDG_CACHE_HOME", "")
            root = Path(given) if given.startswith("/") else Path.home() / ".cache"
    except RuntimeError:
        return None
    return root / "inbox-mock"


def _facts() -> Iterator[tuple[object, float]]:
    """Yield what identifies each file of this package, and each folder from which others are imported; and when that last changed."""
    for root in (PACKAGE, fixtures()):
        for file in _files(root):
            yield _told(file.path, file.stat())
    for place in map(Path, sys.path[1:]):  # the first is where the command is, or the working directory
        if place.is_dir():
            yield _told(str(place), place.stat())


def _files(folder: os.PathLike[str]) -> Iterator["os.DirEntry[str]"]:
    with os.scandir(folder) as found:
        for entry in sorted(found, key=lambda entry: entry.name):
            if not entry.is_dir():
                yield entry
            elif entry.name != "__pycache__":
                yield from _files(entry)


def _told(path: str, facts: os.stat_result) -> tuple[object, float]:
    return (path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino), max(facts.st_mtime, facts.st_ctime)


def _user(otherwise: int) -> int:
    """Return the user who runs this process; on systems without such numbers, ``otherwise``."""
    return os.geteuid() if hasattr(os, "geteuid") else otherwise
