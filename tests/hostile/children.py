"""The product in processes of its own, within limits, with what it prints and how much memory it takes; none stays behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psutil

from fake import Mock, OverSocket
from hostile.attacks import Run
from processes import wait_for

PROGRAM = """
try:
    from inbox_mock.__main__ import main
except ModuleNotFoundError:  # before it was there: a build to compare with
    from inbox_mock.cli import main
main()
"""
LIMITED = """
import os, resource, sys
for limit in sys.argv[1].split():
    name, _, most = limit.partition("=")
    resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (int(most), int(most)))
os.execv(sys.argv[2], sys.argv[2:])
"""
MOST_ADDRESSES = f"AS={8 * 1024**3}"
"""Whatever a child does, the machine it runs on stays usable."""

HANG_SECONDS = 60
GLANCE_SECONDS = 0.02
PIPES = ("out", "err")
MEGABYTE = 1024 * 1024
BUG, TRACEBACK = "a bug of the Inbox Mock", "Traceback (most recent call last)"


@dataclass(frozen=True)
class Ended:
    """A command that ended; ``code`` is None if it did not, and had to be killed."""

    code: int | None
    out: str
    err: str
    peak_mb: float
    seconds: float

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def last_line(self) -> str:
        return self.said.strip().rpartition("\n")[2][:300]

    @property
    def is_broken(self) -> bool:
        """Whether it tells of a bug, or shows where it broke off."""
        return BUG in self.said or TRACEBACK in self.said


@dataclass(frozen=True)
class Served:
    """A running server, and the file into which it writes what it has to say."""

    root: str
    process: psutil.Process
    log: Path

    @property
    def port(self) -> int:
        return int(self.root.rpartition(":")[2])

    @property
    def resident_mb(self) -> float:
        return float(self.process.memory_info().rss) / MEGABYTE

    @property
    def peak_mb(self) -> float:
        return peak_mb(self.process.pid)

    @property
    def mock(self) -> Mock:
        """A caller with a connection of its own."""
        return Mock(OverSocket(self.root))

    def held_by(self, run: Run) -> None:
        """Note it if the server has ended, does not answer, or tells of a bug."""
        alive = self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE
        run.hold(alive, f"the server ended: {self.log.read_text(errors='replace')[-2000:]}")
        if alive:
            status = self.mock.caller(base="").get("/readyz").status
            run.hold(status == 200, f"/readyz is answered {status}")
        told = self.log.read_text(errors="replace")
        run.hold(BUG not in told and TRACEBACK not in told, f"the server's log tells of a bug: ... {told[-1000:]}")


def command(*arguments: str, limits: str = "", program: str = PROGRAM) -> list[str]:
    """``inbox-mock`` with its arguments, within limits such as ``NOFILE=64``."""
    within = [sys.executable, "-c", LIMITED, f"{MOST_ADDRESSES} {limits}"]
    return [*within, sys.executable, "-c", program, *arguments]


def environment(run: Run) -> dict[str, str]:
    """The environment in which the tree under attack is imported."""
    if run.tree is None:
        return dict(os.environ)
    return os.environ | {"PYTHONPATH": os.pathsep.join(str(run.tree / part) for part in ("mock_server", "contracts"))}


@dataclass(frozen=True)
class Child:
    """A command that runs in a folder of its own, where it leaves what it prints."""

    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def log(self) -> str:
        """What it has written to stderr."""
        return (self.folder / "err").read_text(errors="replace")

    def end(self, seconds: float = HANG_SECONDS) -> Ended:
        """Wait for the end, or until it hangs; the memory is looked at all the while."""
        began, most = time.monotonic(), 0.0
        while self.process.poll() is None and time.monotonic() < began + seconds:
            most = max(most, peak_mb(self.process.pid))
            time.sleep(GLANCE_SECONDS)
        out, err = ((self.folder / name).read_text(errors="replace") for name in PIPES)
        return Ended(self.process.returncode, out, err, most, time.monotonic() - began)


@contextmanager
def begun(run: Run, *arguments: str, limits: str = "", stdout: Path | None = None, program: str = PROGRAM) -> Iterator[Child]:
    """Start a command in a session of its own, of which nothing is left after the block; ``stdout`` is where it prints to."""
    folder = Path(mkdtemp(dir=run.folder))
    for name in PIPES:
        (folder / name).touch()
    with (stdout or folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            command(*arguments, limits=limits, program=program),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment(run),
            cwd=folder,
            start_new_session=True,
        )
    try:
        yield Child(process, folder)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ended(run: Run, *arguments: str, limits: str = "", stdout: Path | None = None, seconds: float = HANG_SECONDS) -> Ended:
    """Run a command to its end, or until it hangs."""
    with begun(run, *arguments, limits=limits, stdout=stdout) as child:
        return child.end(seconds)


@contextmanager
def served(run: Run, *options: str, limits: str = "") -> Iterator[Served]:
    """Serve as a user does, on a manual clock unless the options say otherwise; what the log says is judged at the end of the block."""
    with begun(run, "serve", "--port", "0", "--port-file", "port", "--clock", "manual", *options, limits=limits) as child:
        port = wait_for(child.folder / "port", child.process)
        server = Served(f"http://127.0.0.1:{port}", psutil.Process(child.process.pid), child.folder / "err")
        yield server
        server.held_by(run)


def peak_mb(pid: int) -> float:
    """The most memory that a process has had resident; what it has now, where the system does not tell; 0 if it has gone."""
    try:
        told = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace") if sys.platform == "linux" else ""
        most = re.search(r"VmHWM:\s+(\d+) kB", told)
        return int(most[1]) / 1024 if most else psutil.Process(pid).memory_info().rss / MEGABYTE
    except (OSError, psutil.Error):
        return 0.0
