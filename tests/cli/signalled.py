"""Commands that signals end: what they leave behind, and how a run at random moments goes wrong.

``cd tests; python -m cli.signalled 500`` runs as many seeds, and prints what went wrong.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import is_zipfile

from inbox_contracts.consumer import worlds
from processes import COMMAND

MARK = "INBOX_MOCK_TEST_MARK"
PATIENCE_SECONDS = 60
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STUBBORN = "import signal; [signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]"
FOR_EVER = "import time; time.sleep(600)"
DAEMON = f"""
import os
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    {STUBBORN}
    {FOR_EVER}
os.wait()
"""
"""What a process of its own session does: it was forked twice, holds the driver's pipes, and nobody can end it but by SIGKILL."""

DRIVERS = {
    "one that ends with its input": ("", ""),
    "one that goes on after its input has ended": ("", FOR_EVER),
    "one that ignores signals": (STUBBORN, FOR_EVER),
    "one that leaves a daemon": (DAEMON, ""),
    "one that does all this": (STUBBORN + DAEMON, FOR_EVER),
}
"""What a driver does at its start and at the end of its input, by what it is."""

ANSWERING = """
import json, os, sys
open(os.environ["INBOX_MOCK_TEST_MARK"], "a").close()
for line in sys.stdin:
    request = json.loads(line)
    DEED
    print(json.dumps({"id": request["id"], "ok": True, "can": ["sync"], "bookings": [], "conversations": []}), flush=True)
"""


def driver(kind: str, deed: str = "") -> list[str]:
    """Return the command of a driver, which knows nothing, and does a deed before each answer."""
    begin, end = DRIVERS[kind]
    return [sys.executable, "-c", begin + ANSWERING.replace("DEED", deed or "pass") + end]


@contextmanager
def marked(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command in a folder; it is the leader of a process group, and what it starts is found by `left_of`."""
    mark = folder / "mark"
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=folder,
        env=os.environ | {MARK: str(mark)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        for left in left_of(folder):
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)


def has_begun(folder: Path) -> bool:
    """Return whether a driver was started in time."""
    return _soon((folder / "mark").exists)


def are_gone(folder: Path) -> bool:
    """Return whether nothing is left in time of what `marked` has started in a folder."""
    return _soon(lambda: not left_of(folder))


def _soon(condition: Callable[[], bool]) -> bool:
    for _ in range(PATIENCE_SECONDS * 100):
        if condition():
            return True
        time.sleep(0.01)
    return False


def left_of(folder: Path) -> list[int]:
    """Return the processes that `marked` has started in a folder, and those that they have."""
    wanted = f"{MARK}={folder / 'mark'}\0".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in environ.read_bytes():
                found.append(int(environ.parent.name))
    return found


def one(seed: int) -> list[str]:
    """Put a client on trial, send it one to three signals at moments that the seed chooses; return what went wrong."""
    chosen = random.Random(seed)  # noqa: S311
    kind = chosen.choice(list(DRIVERS))
    number = chosen.choice(STOPS)
    pauses = [chosen.uniform(0, 2)] + [chosen.uniform(0, 0.2) for _ in range(chosen.choice((0, 0, 1, 2)))]
    about = f"seed {seed}, {kind}, {number.name} after {', '.join(f'{pause:.3f}' for pause in pauses)} s"
    trial = ("check", "client", "--worlds", "2", "--shrink-seconds", "1", "--save", "saved", "--", *driver(kind))
    with TemporaryDirectory() as made:
        folder = Path(made).resolve()
        with marked(folder, *trial) as process:
            if not has_begun(folder):
                return [f"{about}: no driver was started"]
            for pause in pauses:
                time.sleep(pause)
                process.send_signal(number)
            try:
                said, complaints = process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                return [f"{about}: it did not end"]
            left = left_of(folder)
        ended = "FAILED in world" in said  # before the signal came
        expected = {128 + number, 1} if ended else {128 + number}
        return [
            f"{about}: {wrong}"
            for wrong, found in {
                f"exit code {process.returncode}": process.returncode not in expected,
                f"it said {complaints!r}": "Traceback" in complaints or not (ended or f"stopped by {number.name}" in complaints),
                f"it left the processes {left}": left,
                "it left a file half-written": not _are_whole(folder / "saved"),
            }.items()
            if found
        ]


def _are_whole(folder: Path) -> bool:
    """Return whether all files in a folder are worlds and bundles that can be replayed."""
    return all(is_zipfile(path) if path.suffix == ".zip" else worlds.load(str(path)).steps for path in folder.glob("*"))


if __name__ == "__main__":
    for wrong in (wrong for seed in range(int(sys.argv[1])) for wrong in one(seed)):
        print(wrong)  # noqa: T201 - it is run by hand
