"""Kill servers at random moments while clients write: what was acknowledged must be there. ``make crash``."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event

import postgres
from crash.servers import Running, Starter
from crash.writer import Writer, WrongError
from fake import InProcess, Mock
from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from receiver import receiving

MOST_WRITES, MOST_SECONDS, GLANCE_SECONDS = 20, 5, 0.001
"""A server is killed after so many writes at the most, and within so many seconds of having been started, if nothing is written."""

WRITERS = {"directory": 4, "postgresql": 32}
SERVERS = {"directory": 1, "postgresql": 4}
PROGRESS_SECONDS = 10


@dataclass
class Given:
    """What was asked for on the command line."""

    kills: int
    seconds: float
    seed: int
    home: str

    @property
    def again(self) -> str:
        return f"make crash ARGS='--home {self.home} --kills {self.kills} --seconds {self.seconds:g} --seed {self.seed}'"


def main() -> int:
    """Return 0 if everything that was acknowledged is there, and 1 otherwise."""
    parser = argparse.ArgumentParser(prog="crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="how many servers to kill, 1,000 if left out")
    parser.add_argument("--seconds", type=float, default=3_600, help="end after so many seconds, however many were killed")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="what moments and writes are drawn from")
    parser.add_argument(
        "--home", choices=SERVERS, default="directory", help="of one server, or of four with 32 clients; directory if left out"
    )
    given = Given(**vars(parser.parse_args()))
    try:
        print(crash(given), f"Again: {given.again}", sep="\n")  # noqa: T201
    except WrongError as wrong:
        print(wrong, f"Again: {given.again}", sep="\n")  # noqa: T201
        return 1
    return 0


def crash(given: Given) -> str:
    """Kill servers while clients write, and return what was found in words.

    Raises:
        WrongError: something that was acknowledged is not there.
    """
    with (
        _home(given.home) as place,
        receiving() as receiver,
        Starter(**place) as starter,
        ThreadPoolExecutor(max(WRITERS.values())) as pool,
    ):
        servers = [starter.start() for _ in range(SERVERS[given.home])]
        alone = Mock(InProcess(create_app(Options(scenario=find("empty"), overrides=Overrides(mode="manual"))).app))
        draws = [Random(f"{given.seed} {number}") for number in range(WRITERS[given.home])]  # noqa: S311 - a replay needs it
        writers = [Writer(n, draw, _one_of(servers, draw), receiver, alone) for n, draw in enumerate(draws)]
        is_over = Event()
        at_work = [pool.submit(writer.work, is_over.is_set) for writer in writers]
        try:
            killed = _kill(given, starter, servers, writers, at_work)
        finally:
            is_over.set()
        for work in at_work:
            work.result()
    known, unknown, compared = (sum(getattr(writer, name) for writer in writers) for name in ("acknowledged", "unsure", "compared"))
    return (
        f"{killed} servers were killed. All of {known:,} acknowledged writes are there; of {unknown:,} more it was not known, and they "
        f"were done wholly or not at all. {compared} histories are those of a server that ran on."
    )


@contextmanager
def _home(kind: str) -> Iterator[dict[str, str]]:
    """Make an empty home, and name it as the options of a server do."""
    if kind == "postgresql":
        with postgres.running() as database:
            yield {"store": database.url(database.made())}
    else:
        with TemporaryDirectory(prefix="crash-") as folder:
            yield {"data": str(Path(folder) / "data")}


def _one_of(servers: list[Running], draw: Random) -> Callable[[], str]:
    """Return a function that returns the address of any server, as a load balancer would."""
    own = Random(draw.random())  # noqa: S311 - a replay needs it
    return lambda: own.choice(servers).root


def _kill(given: Given, starter: Starter, servers: list[Running], writers: list[Writer], at_work: list[Future[None]]) -> int:
    """Kill one server after the other, start another one in its place, and return how many were killed."""
    moments = Random(f"{given.seed} moments")  # noqa: S311 - a replay needs it
    began = told = time.monotonic()
    for number in range(given.kills):
        _let_write(writers, moments)
        place = moments.randrange(len(servers))
        servers[place].kill()
        servers[place] = starter.start()
        for work in at_work:
            if work.done():
                work.result()
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            print(f"killed {number + 1} of {given.kills} in {told - began:.0f} s", file=sys.stderr)  # noqa: T201
        if time.monotonic() - began > given.seconds:
            return number + 1
    return given.kills


def _let_write(writers: list[Writer], moments: Random) -> None:
    """Wait until some writes more are acknowledged, and for a moment after that."""
    enough = sum(writer.acknowledged for writer in writers) + moments.randrange(MOST_WRITES)
    latest = time.monotonic() + MOST_SECONDS
    while sum(writer.acknowledged for writer in writers) < enough and time.monotonic() < latest:
        time.sleep(GLANCE_SECONDS)
    time.sleep(moments.uniform(0, 0.02))


if __name__ == "__main__":
    sys.exit(main())
