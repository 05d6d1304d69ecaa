"""A process that writes in a directory of sandboxes until it is killed, and what must be there afterwards.

It tells each step before it begins, and again when it is done, as a server answers; what it had told as done is certain, and the one
step that it had only begun is there wholly or not at all.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from homes import Homes, InDirectory, an_image, facts, leave, plan, read, texts_of, written_in
from inbox_mock.store import sandbox as sandbox_store
from inbox_mock.store.homes import Start

IDS = [f"00000000000{digit}" for digit in "abcd"]
STEPS = ["write"] * 8 + ["plan", "replace", "keep", "sleep", "remove", "add", "add"]
LONGEST_SECONDS = 0.2


@dataclass(frozen=True)
class Told:
    """What a sandbox is: the texts in it, None if there is no sandbox; its snapshots; when something is due in it."""

    texts: tuple[str, ...] | None = None
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    due: float | None = None


@dataclass(frozen=True)
class Step:
    """What is done to a sandbox."""

    what: str
    sandbox_id: str
    text: str

    @property
    def due(self) -> float:
        """When what it plans is due: the later the step, the earlier."""
        return 1e6 - float(self.text.split("/")[1].rstrip("x"))

    def take(self, homes: Homes) -> None:
        """Do it."""
        if self.what == "add":
            homes.add(self.sandbox_id, self.text, start=Start(image=an_image("start")))
            return
        storage = homes.found(self.sandbox_id)
        match self.what:
            case "write":
                written_in(storage, self.text)
            case "plan":
                with storage.transaction() as transaction:
                    plan(transaction, self.due)
            case "replace":
                with storage.replacement(an_image("image")) as transaction:
                    transaction.facts = None
                    leave(transaction, self.text)
            case "keep":
                storage.keep_snapshot("kept", "now", storage.image())
            case "sleep":
                storage.sleep()
            case "remove":
                homes.home.remove(self.sandbox_id)

    def applied(self, told: Told) -> Told:
        """What a sandbox is when it is done."""
        results = {
            "add": Told((self.text,)),
            "write": replace(told, texts=(*(told.texts or ()), self.text)),
            "plan": replace(told, due=min(self.due, told.due or self.due)),
            "replace": Told(("image", self.text), told.kept),
            "keep": replace(told, kept={"kept": told.texts or ()}),
            "sleep": told,
            "remove": Told(),
        }
        return results[self.what]


def work(homes: Homes, seed: int) -> None:
    """Take steps until killed."""
    drawn = random.Random(seed)  # noqa: S311 - a test
    for number in range(1_000_000):
        text = f"{seed}/{number}" + drawn.choice(["", "x" * 3000])  # a line of 4,096 bytes is written at once, a longer one is not
        step = Step(drawn.choice(STEPS), drawn.choice(IDS), text)
        exists = homes.home.find(step.sandbox_id) is not None
        if exists != (step.what == "add"):
            say(json.dumps([step.what, step.sandbox_id, step.text]))
            step.take(homes)
            say("done")


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def begin_each(path: str) -> None:
    """Begin a process for each seed that is read, as soon as the last one has ended; it says its id first."""
    for line in sys.stdin:
        process = os.fork()
        if not process:
            say(str(os.getpid()))
            work(Homes(InDirectory(Path(path))), int(line))
        os.waitpid(process, 0)
        say("killed")


@dataclass
class Killing:
    """A directory in which processes are killed; ``certain`` is what must be in it by now."""

    path: Path
    orders: IO[str]
    answers: IO[str]
    certain: dict[str, Told] = field(default_factory=lambda: dict.fromkeys(IDS, Told()))

    def kill(self, seed: int) -> None:
        """Begin a process, kill it at a moment that depends on the seed, and compare."""
        self.orders.write(f"{seed}\n")
        self.orders.flush()
        process = int(self.answers.readline())
        time.sleep(random.Random(seed).uniform(0, LONGEST_SECONDS))  # noqa: S311 - a test
        os.kill(process, signal.SIGKILL)
        begun: Step | None = None
        while (line := self.answers.readline()) != "killed\n":
            assert line, "the process ended by itself"
            if line != "done\n":
                begun = Step(*json.loads(line))
            elif begun is not None:
                self.certain[begun.sandbox_id] = begun.applied(self.certain[begun.sandbox_id])
                begun = None
        self.compare(begun, seed)

    def compare(self, begun: Step | None, seed: int) -> None:
        """Hold the directory to what is certain, and make what is found certain."""
        homes = Homes(InDirectory(self.path))
        for sandbox_id in IDS:
            possible = [self.certain[sandbox_id]]
            if begun is not None and begun.sandbox_id == sandbox_id:
                possible.append(begun.applied(possible[0]))
            found = found_in(homes, sandbox_id)
            assert found in possible, (seed, sandbox_id, begun)
            self.certain[sandbox_id] = found
        homes.home.close()


def found_in(homes: Homes, sandbox_id: str) -> Told:
    """What a sandbox is in a home; before it was opened, its index had a time that is not too late."""
    storage = homes.home.find(sandbox_id)
    if storage is None:
        return Told()
    foretold = storage.facts.due
    kept = {one.name: tuple(texts_of(storage.snapshot(one.name) or b"")) for one in storage.snapshots()}
    with storage.transaction() as transaction:
        assert transaction.db.value("PRAGMA integrity_check") == "ok"
        due = facts(transaction.db, sandbox_store.read_clock(transaction.db)).due
    assert due is None or (foretold is not None and foretold <= due)
    return Told(tuple(read(storage)), kept, due)


@contextmanager
def killing(path: Path) -> Iterator[Killing]:
    """Prepare to kill processes that write in a directory."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, __file__, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Killing(path, process.stdin, process.stdout)
        process.stdin.close()


if __name__ == "__main__":
    begin_each(sys.argv[1])
