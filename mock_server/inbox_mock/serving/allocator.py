"""What a process that serves tells the C library's allocator, where it is glibc's: by itself it keeps much memory that nobody uses."""

from contextlib import suppress
from functools import cache
from typing import Any

M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = 2
"""One for the thread that began, one for all others."""


def share_arenas() -> None:
    """Let all threads allocate in the same few arenas; what has begun already keeps its own.

    By itself glibc has eight for each processor. What SQLite frees in one is of no use to a thread with another, so that a server whose
    threads work on many sandboxes came to hold, after an hour, twice the memory that was in use. One thread computes at a time anyway.
    """
    with suppress(OSError, TypeError):
        _of_the_library("mallopt")(M_ARENA_MAX, ARENAS)


def return_memory() -> None:
    """Return to the system what the allocator keeps for threads that have ended, where it can: glibc keeps it for ever."""
    with suppress(OSError, TypeError):
        _of_the_library("malloc_trim")(0)


@cache
def _of_the_library(name: str) -> Any:  # noqa: ANN401
    from ctypes import CDLL

    return getattr(CDLL(None), name, lambda *_: 0)
