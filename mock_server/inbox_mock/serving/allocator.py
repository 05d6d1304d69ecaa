"""What a process that serves tells the C library's allocator, where it is glibc's: by itself it keeps much memory that nobody uses."""

from contextlib import suppress
from functools import cache
from typing import Any

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3  # of glibc's malloc.h
ARENAS = 2
"""One for the thread that began, one for all others."""

LARGE = 128 * 1024
"""Bytes from which on something gets pages of its own, which are returned when it is freed: the images of sandboxes have more."""


def share_arenas() -> None:
    """Make all threads allocate in the same few arenas, and keep what is large out of them; what has begun already keeps its own.

    By itself glibc has eight for each processor. What SQLite frees in one is of no use to a thread with another, so that a server whose
    threads work on many sandboxes came to hold, after an hour, twice the memory that was in use. One thread computes at a time anyway.
    And when something large is freed, glibc puts all that is as large into arenas from then on, where images leave gaps.
    """
    with suppress(OSError, TypeError):
        _of_the_library("mallopt")(M_ARENA_MAX, ARENAS)
        _of_the_library("mallopt")(M_MMAP_THRESHOLD, LARGE)


def return_memory() -> None:
    """Return to the system what the allocator keeps for threads that have ended, where it can: glibc keeps it for ever."""
    with suppress(OSError, TypeError):
        _of_the_library("malloc_trim")(0)


@cache
def _of_the_library(name: str) -> Any:  # noqa: ANN401 - what ctypes makes of it
    from ctypes import CDLL

    return getattr(CDLL(None), name, lambda *_: 0)
