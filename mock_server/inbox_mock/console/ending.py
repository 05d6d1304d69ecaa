"""The end of a command: its exit codes, and one line in place of a traceback. It imports little, to be there before anything fails."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TextIO

from inbox_mock.domain.values import printable

DEBUG = "INBOX_MOCK_DEBUG"
"""The environment variable that shows the traceback of an error, too."""

FINDINGS, WRONG, INTERRUPTED, UNREAD = 1, 2, 130, 141
"""Exit codes besides 0: of findings, of what cannot be done, of an interrupt, of output that nobody reads (128 + SIGPIPE)."""


@contextmanager
def without_traceback(*passing: type[BaseException]) -> Iterator[None]:
    """End the program with one line and an exit code if the block raises; errors of the types ``passing`` are raised as they are."""
    try:
        yield
    except passing:
        raise
    except KeyboardInterrupt:
        _end(INTERRUPTED, "interrupted")
    except Exception as error:  # noqa: BLE001 - whatever it is
        if os.environ.get(DEBUG):
            _show_traceback()
        if isinstance(error, BrokenPipeError):
            _end(UNREAD)
        if isinstance(error, OSError):
            _end(WRONG, f"{error.filename or 'what is printed cannot be written'}: {error.strerror or error}")
        told = " ".join(f"{type(error).__name__}: {error}".split())
        _end(WRONG, f"unexpected error: {told:.200}. This is a fault of inbox-mock: report it, with what {DEBUG}=1 shows")


def _show_traceback() -> None:
    from traceback import print_exc

    with suppress(OSError, ValueError):
        print_exc()


def _end(code: int, text: str = "") -> NoReturn:
    """Exit, and say why, if standard error can be written."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"inbox-mock: {printable(text)}\n" if text else "")
    for stream in (sys.stdout, sys.stderr):
        _settle(stream)
    sys.exit(code)


def _settle(stream: TextIO) -> None:
    """Write what a stream still holds; if that fails, write it nowhere: Python would try again at its end, and choose an exit code."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
