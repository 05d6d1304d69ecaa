"""A guarded command that is written to and read from."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from selectors import EVENT_WRITE
from typing import IO

from inbox_mock.console.guarded import Guarded
from inbox_mock.domain import limits

FIRST_BYTES = 1024


class Said:
    """What a command wrote to its stderr: the first and the last bytes; what is between them is counted only."""

    def __init__(self) -> None:
        self._first = self._last = b""
        self._left_out = 0

    def keep(self, written: bytes) -> None:
        """Take more of the stream."""
        room = FIRST_BYTES - len(self._first)
        self._first += written[:room]
        later = self._last + written[room:]
        self._last = later[FIRST_BYTES - limits.DRIVER_STDERR :]
        self._left_out += len(later) - len(self._last)

    def __str__(self) -> str:
        """Return the text, with what was left out in numbers."""
        between = f"\n... {self._left_out:,} bytes left out ...\n".encode() if self._left_out else b""
        return (self._first + between + self._last).decode(errors="replace").strip()


class Piped(Guarded):
    """A running command: ``out`` is what it has written and nobody has taken, ``err`` its stderr."""

    STREAMS = subprocess.PIPE

    def __init__(self, command: Sequence[str], folder: str | None = None, environment: Mapping[str, str] | None = None) -> None:
        """See `Guarded`."""
        super().__init__(command, folder, environment)
        self.out, self.err = bytearray(), Said()
        self._stdin, self._stdout, self._stderr = _streams(self._guardian)
        os.set_blocking(self._stdin.fileno(), False)
        self._listen(self._stdout, self._take_out)
        self._listen(self._stderr, self.err.keep)

    def write(self, data: bytes, seconds: float) -> bool:
        """Write to its stdin; return whether all of it could be written in time.

        Raises:
            BrokenPipeError: nobody reads it any more.
            Stopped: this process is to end.
        """
        rest = memoryview(data)

        def go_on() -> None:
            nonlocal rest
            rest = rest[os.write(self._stdin.fileno(), rest) :]

        with suppress(BlockingIOError, BrokenPipeError):  # what it has written by then is heard below
            go_on()
        if not rest:
            return True
        self._events.register(self._stdin, EVENT_WRITE, go_on)
        try:
            self.wait(lambda: not rest or len(self.out) > limits.DRIVER_LINE, seconds)
        finally:
            self._events.unregister(self._stdin)
        return not rest

    def line(self, seconds: float) -> bytes | None:
        """Return the next line of its stdout that is not blank: an empty one at the end, None if there is none in time.

        Raises:
            Stopped: this process is to end.
        """
        known = end = 0

        def has_come() -> bool:
            nonlocal known, end
            while (end := self.out.find(b"\n", known) + 1) and not self.out[:end].strip():
                del self.out[:end]
                known = 0
            known = len(self.out)
            return end > 0 or known > limits.DRIVER_LINE or not self.is_open

        if not self.wait(has_come, seconds):
            return None
        taken = bytes(self.out[: end or len(self.out)])
        del self.out[: len(taken)]
        return taken if self.is_open or taken.strip() else b""

    @property
    def is_open(self) -> bool:
        """Whether it, or what it has started, may still write to its stdout."""
        return self._stdout in self._heard

    def close(self, begin_with: int = 0) -> None:
        """Close its stdin, and do as `Guarded.close`."""
        self._stdin.close()
        super().close(begin_with)
        self._stdout.close()
        self._stderr.close()

    def _take_out(self, found: bytes) -> None:
        if len(self.out) <= limits.DRIVER_LINE:  # more is read all the same, so that it can end
            self.out += found


def _streams(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    """Return the three pipes of a process."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise TypeError("expected three pipes")
    return process.stdin, process.stdout, process.stderr
