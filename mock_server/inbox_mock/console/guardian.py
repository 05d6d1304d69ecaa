"""A program that runs a command, and ends it with everything that it has started as soon as nobody holds the other end of a socket.

`Guarded` runs it by its path, without the package: ``python -I -S guardian.py SOCKET CMD...``. The socket is inherited, and so are
the command's standard streams. On Linux it adopts what the command leaves behind: a daemon, a session of its own; elsewhere it
knows the command's process group. It writes how the command ended: ``ended CODE``, or ``failed ERRNO`` if it cannot be started.
A byte that it reads is the number of a signal for the command's process group, with which the end begins.
"""

import ctypes
import errno
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SET_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36  # operations of prctl(2)
FAREWELL_SECONDS = 1.0
"""How long the command may take to end by itself once its stdin is closed."""
TERM_SECONDS = 0.5
KILL_SECONDS = 5.0
BREATH_SECONDS = 0.01
IS_LINUX = sys.platform == "linux"


class Guardian:
    """The guard of one command."""

    def __init__(self, holder: int, command: list[str]) -> None:
        self._holder = holder
        os.set_inheritable(holder, False)
        self._signals, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told)
        handled = (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, handled)  # a program that blocks them hands that on to what it starts
        for number in handled:
            if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGCHLD:
                signal.signal(number, lambda *_: None)  # its number comes through the pipe
        _prctl(SET_CHILD_SUBREAPER, 1)
        self._command = _started(command, holder)
        self._has_ended = self._is_alone = False
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):  # they are the command's: what reads from them is to see their end
            os.dup2(nothing, stream)

    def run(self) -> None:
        """Wait until nobody holds the socket, a signal comes, or nothing is left to guard; then end what is left."""
        first = 0
        while not (self._is_alone and IS_LINUX):  # elsewhere nobody knows
            ready, _, _ = select.select([self._holder, self._signals], [], [])
            if self._holder in ready:
                with suppress(OSError):
                    first = sum(os.read(self._holder, 1))
                break
            if set(os.read(self._signals, 4096)) != {signal.SIGCHLD}:
                break
            self._reap()
        if first != signal.SIGKILL:
            self._send(first)
            self._wait(FAREWELL_SECONDS, lambda: self._has_ended)
            self._strike(signal.SIGTERM)
            self._wait(TERM_SECONDS, lambda: self._is_alone)
        ends = time.monotonic() + KILL_SECONDS
        self._strike(signal.SIGKILL)
        while not self._is_alone and time.monotonic() < ends:
            self._wait(BREATH_SECONDS, lambda: self._is_alone)
            self._strike(signal.SIGKILL)

    def _wait(self, seconds: float, until: Callable[[], bool]) -> None:
        ends = time.monotonic() + seconds
        self._reap()
        while not until() and (left := ends - time.monotonic()) > 0:
            if select.select([self._signals], [], [], left)[0]:
                os.read(self._signals, 4096)
            self._reap()

    def _reap(self) -> None:
        """Take note of each process that has ended."""
        try:
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self._command:
                    self._has_ended = True
                    _tell(self._holder, "ended", os.waitstatus_to_exitcode(found[1]))
        except ChildProcessError:
            self._is_alone = True

    def _send(self, number: int) -> None:
        """Send a signal to the command's process group, as a terminal does; 0 is none."""
        with suppress(OSError):
            os.killpg(self._command, number)

    def _strike(self, number: int) -> None:
        """Send a signal to everything that the command has started."""
        if not IS_LINUX:
            self._send(number)
        for process in _descendants():
            with suppress(OSError):
                os.kill(process, number)


def _started(command: list[str], holder: int) -> int:
    """Start the command in a session of its own, and return its process."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    _prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - running the user's own command is the purpose
    except OSError as error:
        _tell(holder, "failed", error.errno or 0)
    except ValueError:  # Python takes no blank name
        _tell(holder, "failed", errno.ENOENT)
    os._exit(127)


def _descendants() -> list[int]:
    """Return the processes that this one has started or adopted, and those that they have; none where there is no /proc."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_bytes().rpartition(b")")[2].split()[1])
    found = [os.getpid()]
    for process in found:  # grows meanwhile
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def _prctl(operation: int, value: int) -> None:
    if IS_LINUX:
        ctypes.CDLL(None).prctl(operation, value, 0, 0, 0)


def _tell(holder: int, what: str, number: int) -> None:
    with suppress(OSError):
        os.write(holder, f"{what} {number}\n".encode())


if __name__ == "__main__":
    Guardian(int(sys.argv[1]), sys.argv[2:]).run()
