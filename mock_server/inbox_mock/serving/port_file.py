"""The file that tells other programs the port of a server: it replaces nothing but an earlier file of its kind."""

import re
import stat
from contextlib import suppress
from pathlib import Path

from inbox_mock.console.whole_files import draft

CONTENT = re.compile(rb"[0-9]{1,5}\n")
MOST_BYTES = 6
Written = tuple[int, int, int, int]
"""Device, inode, size and time of the last change of a file."""


class PortFileError(Exception):
    """The port file cannot be written; the text names it, with what was found there, or why."""


def prepare_port_file(path: Path) -> None:
    """Remove the port file of an earlier run, and try whether a new one can be written.

    Raises:
        PortFileError: something else is there, or nothing can be written there.
    """
    _check(path)
    try:
        path.unlink(missing_ok=True)
        draft(path, b"").unlink()  # never the file itself: a program that waits for it would read it at once
    except OSError as error:
        raise _unwritable(path, error) from None


def write_port_file(path: Path, port: int) -> Written:
    """Write the port number atomically: a file that exists is complete. Return what `remove_port_file` knows it by.

    Raises:
        PortFileError: something else is there, or nothing can be written there.
    """
    _check(path)
    try:
        made = draft(path, b"%d\n" % port)
        written = _identity(made)
        made.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    return written


def remove_port_file(path: Path, written: Written) -> None:
    """Remove the port file, if it is still what was written. It is not opened: there may be no file handle left."""
    with suppress(OSError):
        if _identity(path) == written:
            path.unlink()


def _identity(path: Path) -> Written:
    found = path.lstat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _check(path: Path) -> None:
    """Raise PortFileError unless nothing is there, or a port file."""
    try:
        found = _read(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unwritable(path, error) from None
    if found is None or not CONTENT.fullmatch(found):
        what = "what is no regular file" if found is None else "a file that holds something else" if found else "an empty file"
        raise PortFileError(f"the port file {path}: found {what}; expected no file, or one that holds a port number")


def _read(path: Path) -> bytes | None:
    """Return what a regular file begins with; None if it is none. Nothing else is opened: that could wait for ever, or have effects."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _unwritable(path: Path, error: OSError) -> PortFileError:
    return PortFileError(f"the port file {path} cannot be written: {error.strerror}")
