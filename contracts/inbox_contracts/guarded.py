"""A command that ends with this process, whatever ends that, together with everything that the command has started."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from socket import SHUT_WR, socket, socketpair
from time import monotonic
from typing import IO

from inbox_contracts import guardian
from inbox_mock.console.stopping import STOP
from inbox_mock.domain import limits

FIRST_BYTES = 1024
CHUNK_BYTES = 64 * 1024
LAST_SECONDS = guardian.FAREWELL_SECONDS + guardian.TERM_SECONDS + guardian.KILL_SECONDS


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


class Guarded:
    """A running command: ``out`` is what it has written and nobody has taken, ``err`` its stderr, ``code`` how it ended.

    ``failed`` is the number of the error if it could not be started. One thread uses it, and none is started.
    """

    def __init__(self, command: Sequence[str], folder: str | None = None, environment: Mapping[str, str] | None = None) -> None:
        """Start the command, in a folder, with variables besides those of this process.

        Raises:
            OSError: no process can be started.
        """
        self.out, self.err = bytearray(), Said()
        self.code: int | None = None
        self.failed: int | None = None
        self._holder, theirs = socketpair()
        pipe = subprocess.PIPE
        with theirs:
            self._guardian = subprocess.Popen(  # noqa: S603 - running the user's own command is the purpose
                [sys.executable, "-I", "-S", str(Path(guardian.__file__).resolve()), str(theirs.fileno()), *command],
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                bufsize=0,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._stdin, self._stdout, self._stderr = _streams(self._guardian)
        os.set_blocking(self._stdin.fileno(), False)
        self._told = b""
        self._events = DefaultSelector()
        self._events.register(STOP, EVENT_READ, STOP.check)
        self._heard: set[IO[bytes] | socket] = set()
        for file, take in ((self._stdout, self._take_out), (self._stderr, self.err.keep), (self._holder, self._take_word)):
            self._heard.add(file)
            self._events.register(file, EVENT_READ, partial(self._hear, file, take))

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
        ends, known = monotonic() + seconds, 0
        while True:
            end = self.out.find(b"\n", known) + 1
            if end or len(self.out) > limits.DRIVER_LINE or not self.is_open:
                taken = bytes(self.out[: end or len(self.out)])
                del self.out[: len(taken)]
                known = 0
                if taken.strip() or not taken:
                    return taken
            else:
                known = len(self.out)
                if not self.wait(partial(self._has_more, known), ends - monotonic()):
                    return None

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Take in what comes until a condition holds, for so many seconds at the most; return whether it does.

        Raises:
            Stopped: this process is to end.
        """
        ends = monotonic() + seconds
        while not until():
            left = ends - monotonic()
            if left <= 0:
                return False
            for key, _ in self._events.select(left):
                key.data()
        return True

    def _has_more(self, known: int) -> bool:
        return len(self.out) > known or not self.is_open

    @property
    def is_open(self) -> bool:
        """Whether it, or what it has started, may still write to its stdout."""
        return self._stdout in self._heard

    @property
    def has_ended(self) -> bool:
        """Whether the command itself has ended, or could not be started."""
        return self.code is not None or self.failed is not None or self._holder not in self._heard

    def close(self, *, at_once: bool = False) -> None:
        """Close its stdin, wait until it has ended by itself, and end the rest; what does not end soon, or ``at_once``, is killed."""
        self._events.unregister(STOP)
        self._stdin.close()
        with suppress(OSError):  # the guardian is gone already
            if at_once:
                self._holder.send(guardian.AT_ONCE)
            self._holder.shutdown(SHUT_WR)
        self.wait(lambda: not self._heard, LAST_SECONDS)
        self._guardian.kill()  # if it was kept from its work
        self._guardian.wait()
        for file in (self._events, self._stdout, self._stderr, self._holder):
            file.close()

    def _hear(self, file: IO[bytes] | socket, take: Callable[[bytes], None]) -> None:
        try:
            found = os.read(file.fileno(), CHUNK_BYTES)
        except ConnectionResetError:
            found = b""
        take(found)
        if not found:
            self._heard.discard(file)
            self._events.unregister(file)

    def _take_out(self, found: bytes) -> None:
        if len(self.out) <= limits.DRIVER_LINE:  # more is read all the same, so that it can end
            self.out += found

    def _take_word(self, found: bytes) -> None:
        """Take what the guardian tells; if it was killed, nobody knows how the command ended."""
        self._told += found
        for word in self._told.splitlines():
            what, _, number = word.partition(b" ")
            if what == b"ended":
                self.code = int(number)
            elif what == b"failed":
                self.failed = int(number)


def _streams(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    """Return the three pipes of a process."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise TypeError("expected three pipes")
    return process.stdin, process.stdout, process.stderr
