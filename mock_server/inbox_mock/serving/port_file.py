"""The file that tells other programs the port of a server: it replaces nothing but an earlier file of its kind."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

CONTENT = re.compile(rb"[0-9]{1,5}\n")
MOST_BYTES = 6


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
        _draft(path, b"").unlink()  # never the file itself: a program that waits for it would read it at once
    except OSError as error:
        raise _unwritable(path, error) from None


def write_port_file(path: Path, port: int) -> None:
    """Write the port number atomically: a file that exists is complete.

    Raises:
        PortFileError: something else is there, or nothing can be written there.
    """
    _check(path)
    try:
        _draft(path, _content(port)).replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None


def remove_port_file(path: Path, port: int) -> None:
    """Remove the port file, if it still holds this port."""
    with suppress(OSError):
        if _read(path) == _content(port):
            path.unlink()


def _content(port: int) -> bytes:
    return b"%d\n" % port


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


def _draft(path: Path, content: bytes) -> Path:
    """Return a new file beside the port file, with this content."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}.tmp")
    made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(content)
    except OSError:
        draft.unlink()
        raise
    return draft


def _unwritable(path: Path, error: OSError) -> PortFileError:
    return PortFileError(f"the port file {path} cannot be written: {error.strerror}")
