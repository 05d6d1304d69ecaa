"""One way out for SIGINT, SIGTERM and SIGHUP: the command runs in a thread, and the main thread waits for its end or for a signal.

So a signal raises nothing in the middle of anything, where it might be swallowed or leave a lock behind. What takes part in a
stop asks for it: `Stop.check` between two steps, `Stop.fileno` among the files that it waits for, `Stop.then` for the rest.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from socket import socket, socketpair
from threading import Event, Lock, RLock, Thread
from typing import NoReturn, TypeVar

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
ENDED = b"\0"
"""What the main thread hears in place of a signal's number when the command has ended."""
KILLED = 128
"""A shell's exit code for a program that a signal ended, less the signal's number."""
PATIENCE_SECONDS = 2.8
"""So that a stop is over within three seconds."""
UNDOING_SECONDS = 1
T = TypeVar("T")


class Stopped(BaseException):
    """A signal asks this program to end. No Exception: nothing that goes wrong in a trial is to be confused with it."""


class Stop:
    """The stop of this process: it is requested once. A further signal ends what takes its time to stop; elsewhere it changes nothing."""

    def __init__(self) -> None:
        self._requested = Event()
        self._reader, self._writer = os.pipe()
        self._in_hand = RLock()
        self._patience = 0.0
        self._leaving = Lock()
        self._undo: Callable[[], object] = lambda: None
        self._is_usual = self._has_ended = False
        self._error: BaseException | None = None
        self.received = 0
        """The number of the signal that has requested it; 0 if none has."""

    def run(self, command: Callable[[], object]) -> None:
        """Run a command to its end, or exit with 128 and the number of the first signal.

        An ignored signal stays ignored. A blocked one does not stay blocked: that is handed on by accident, and nothing would end it.
        """
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        news, told = socketpair()
        told.setblocking(False)
        signal.set_wakeup_fd(told.fileno())  # a signal that comes just before a wait, or in another thread, wakes it too
        _handle(lambda *_: None)
        Thread(target=self._carry_out, args=(command, told), name="command", daemon=True).start()
        if first := ord(news.recv(1)):
            self._exit(signal.Signals(first))
        for number in SIGNALS:  # it has ended, and only its exit code is left to tell
            signal.signal(number, signal.SIG_IGN)
        if self._error is not None:
            raise self._error

    def expect(self) -> None:
        """Take a signal for the usual end of a command that goes on until then, with the exit code 0. A second one ends it at once."""
        self._is_usual = True

    def request(self) -> None:
        """Tell everything that takes part to end: whoever checks, waits for the file, or is called."""
        self._requested.set()
        os.close(self._writer)

    @property
    def is_requested(self) -> bool:
        """Whether a signal has come."""
        return self._requested.is_set()

    def check(self) -> None:
        """Raise Stopped if a stop was requested."""
        if self.is_requested:
            raise Stopped

    def fileno(self) -> int:
        """Return a file that can be read from as soon as a stop is requested."""
        return self._reader

    def then(self, end: Callable[[], object]) -> Thread:
        """Call a function when a stop is requested, in the thread that is returned."""

        def wait() -> None:
            self._requested.wait()
            end()

        thread = Thread(target=wait, name="stop", daemon=True)
        thread.start()
        return thread

    @contextmanager
    def waits(self, seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
        """Make a stop wait for the end of the block, for at most ``seconds``."""
        with self._in_hand:
            self._patience = max(self._patience, seconds)
            yield

    def leave_behind(self, do: Callable[[], T], undo: Callable[[T], object]) -> Callable[[], object]:
        """Do something, and return what undoes it; a further signal, which ends the program at once, undoes it, too."""
        with self._leaving:
            self._undo = partial(undo, do())
        return self._undo

    def _carry_out(self, command: Callable[[], object], told: socket) -> None:
        try:
            command()
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            self._error = error
        self._has_ended = True
        told.send(ENDED)

    def _exit(self, received: signal.Signals) -> NoReturn:
        """Request the stop, wait for what is in hand, and exit without waiting for anything else."""
        if self._is_usual:
            _handle(self._end_at_once)
        self.received = received
        self.request()
        self._in_hand.acquire(timeout=self._patience)
        if not self._is_usual and not self._has_ended:
            with suppress(OSError):
                os.write(2, f"{chr(10) * os.isatty(2)}inbox-mock: stopped by {received.name} before it was done\n".encode())
        os._exit(0 if self._is_usual else KILLED + received)

    def _end_at_once(self, *_: object) -> None:
        if self._leaving.acquire(timeout=UNDOING_SECONDS):  # never released: nothing is left behind from here on
            with suppress(OSError):
                self._undo()
        os._exit(0)


def _handle(handler: Callable[..., None]) -> None:
    """Handle the signals, except those that are ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


STOP = Stop()
