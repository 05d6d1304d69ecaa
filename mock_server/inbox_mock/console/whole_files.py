"""Files that are replaced as a whole: nobody sees one half-written, and an earlier one stays if the new one cannot be written."""

import errno
import os
import stat
from pathlib import Path
from secrets import token_hex

from inbox_mock.console.stopping import STOP

IN_PLACE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY}
"""The folder takes no new file, or the file is a mount point, which nothing replaces: it may still be written itself."""


def draft(path: Path, content: bytes) -> Path:
    """Return a new file beside another one, to replace it; its name is short, for names have a greatest length.

    Raises:
        OSError: it cannot be written.
    """
    made = path.with_name(f".{token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        made.unlink()
        raise
    return made


def write_whole(path: Path, text: str | bytes) -> None:
    """Replace a file, or what a link leads to. What is no regular file, and a file that is open as standard output, is appended to.

    Raises:
        OSError: it cannot be written; ``filename`` is the path as given.
    """
    content = text.encode() if isinstance(text, str) else text
    with STOP.waits():
        found = path.stat() if path.exists() else None
        if found is not None and (not stat.S_ISREG(found.st_mode) or _is_open(found)):
            with path.open("ab") as file:
                file.write(content)
            return
        try:
            replace_with(path.resolve(), content, None if found is None else stat.S_IMODE(found.st_mode))
        except OSError as error:
            if error.errno not in IN_PLACE:
                raise OSError(error.errno, error.strerror, str(path)) from None
            path.write_bytes(content)


def _is_open(found: os.stat_result) -> bool:
    """Return whether standard output or standard error goes to a file: under another name, such as /dev/stdout, it looks like any other."""
    return any(os.path.samestat(found, os.fstat(descriptor)) for descriptor in (1, 2))


def replace_with(path: Path, content: bytes, mode: int | None) -> None:
    """Replace a file, or make it; with other permissions than usual, if a mode says so.

    Raises:
        OSError: it cannot be written.
    """
    made = draft(path, content)
    try:
        if mode is not None:
            made.chmod(mode)
        made.replace(path)
    except OSError:
        made.unlink()
        raise
