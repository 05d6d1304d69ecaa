"""A command that ends with this process, whatever ends that, together with everything that the command has started."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from socket import SHUT_WR, socket, socketpair
from time import monotonic
from typing import IO

from inbox_mock.console import guardian
from inbox_mock.console.stopping import STOP

CHUNK_BYTES = 64 * 1024
LOOK_SECONDS = 0.5
COUNTED_SECONDS = 1.0
"""Of what passes between two looks, one each half a second, no more than this counts: then this process stood still."""
LAST_SECONDS = guardian.FAREWELL_SECONDS + guardian.TERM_SECONDS + guardian.KILL_SECONDS


class Guarded:
    """A running command: ``code`` is how it ended, ``failed`` the number of the error if it could not be started.

    Its standard streams are those of this process. One thread uses it, and none is started.
    """

    STREAMS: int | None = None
    """What `subprocess.Popen` takes for each standard stream."""

    def __init__(self, command: Sequence[str], folder: str | None = None, environment: Mapping[str, str] | None = None) -> None:
        """Start the command, in a folder, with variables besides those of this process.

        Raises:
            OSError: no process can be started.
        """
        self.code: int | None = None
        self.failed: int | None = None
        self._holder, theirs = socketpair()
        with theirs:
            self._guardian = subprocess.Popen(  # noqa: S603 - running the user's own command is the purpose
                [sys.executable, "-I", "-S", str(Path(guardian.__file__).resolve()), str(theirs.fileno()), *command],
                stdin=self.STREAMS,
                stdout=self.STREAMS,
                stderr=self.STREAMS,
                bufsize=0,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._told = b""
        self._events = DefaultSelector()
        self._events.register(STOP, EVENT_READ, STOP.check)
        self._heard: set[IO[bytes] | socket] = set()
        self._listen(self._holder, self._take_word)

    def wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Take in what comes until a condition holds, for at most ``seconds``; return whether it does.

        The time in which this process stands still, since somebody paused it, does not count: nobody could be heard meanwhile.

        Raises:
            Stopped: this process is to end.
        """
        left, looked_at = seconds, monotonic()
        while not until():
            if left <= 0:
                return False
            for key, _ in self._events.select(min(left, LOOK_SECONDS)):
                key.data()
            before, looked_at = looked_at, monotonic()
            left -= min(looked_at - before, COUNTED_SECONDS)
        return True

    @property
    def has_ended(self) -> bool:
        """Whether the command itself has ended, or could not be started."""
        return self.code is not None or self.failed is not None or self._holder not in self._heard

    def close(self, begin_with: int = 0) -> None:
        """Wait until it has ended by itself, and end the rest; what does not end soon is killed.

        ``begin_with`` is the signal that asks it to end; SIGKILL kills everything at once.
        """
        self._events.unregister(STOP)
        with suppress(OSError):  # the guardian is gone already
            if begin_with:
                self._holder.send(bytes([begin_with]))
            self._holder.shutdown(SHUT_WR)
        self.wait(lambda: not self._heard, LAST_SECONDS)
        self._guardian.kill()  # if it was kept from its work
        self._guardian.wait()
        self._events.close()
        self._holder.close()

    def _listen(self, file: IO[bytes] | socket, take: Callable[[bytes], None]) -> None:
        """Take in what comes from a file, until its end."""
        self._heard.add(file)
        self._events.register(file, EVENT_READ, partial(self._hear, file, take))

    def _hear(self, file: IO[bytes] | socket, take: Callable[[bytes], None]) -> None:
        try:
            found = os.read(file.fileno(), CHUNK_BYTES)
        except ConnectionResetError:
            found = b""
        take(found)
        if not found:
            self._heard.discard(file)
            self._events.unregister(file)

    def _take_word(self, found: bytes) -> None:
        """Take what the guardian tells; if it was killed, nobody knows how the command ended."""
        self._told += found
        for word in self._told.splitlines():
            what, _, number = word.partition(b" ")
            if what == b"ended":
                self.code = int(number)
            elif what == b"failed":
                self.failed = int(number)
