"""From starting the process to the first 200, against a bare Flask application on the same server, and what its imports cost."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from statistics import median
from time import perf_counter

from bench.children import Child, bare, fake, told_of_imports
from bench.figures import Figure, say
from inbox_mock.api.rendering import JSON_API

FIRST = "/api/v3/inbox/conversations"
KEEPING_NOTHING, RUNNING = "with nothing kept by an earlier one", "with a running clock"
SIDES: dict[str, tuple[Callable[[], AbstractContextManager[Child]], str]] = {
    "fake": (fake, FIRST),
    "the same server": (lambda: bare(b"{}", JSON_API, "own"), "/"),
    "cheroot": (lambda: bare(b"{}", JSON_API), "/"),
    KEEPING_NOTHING: (lambda: fake("agency", "--cache", "off"), FIRST),
    RUNNING: (lambda: fake("agency", "--clock", "real"), FIRST),
}
IMPORT = re.compile(r"import time: +([0-9]+) \| +[0-9]+ \| +(\S+)")
OWN = "inbox_mock"
MOST_TOLD = 25


def measure(rounds: int) -> Iterator[Figure]:
    """A start of each in turn."""
    spent: dict[str, list[float]] = {side: [] for side in SIDES}
    for number in range(-1, rounds):
        for side, (start, path) in SIDES.items():
            seconds = seconds_to_first(start(), path)
            if number >= 0:  # the start before the first warms the disk's cache
                spent[side].append(seconds)
    tell_imports()
    others = ", ".join(f"{side} {median(spent[side]) * 1000:.0f} ms" for side in (KEEPING_NOTHING, RUNNING))
    for server in ("the same server", "cheroot"):
        yield Figure(
            subject=f"start to the first 200, against bare Flask on {server}",
            target=1.3,
            rounds=[mine / its for mine, its in zip(spent["fake"], spent[server], strict=True)],
            note=f"{median(spent['fake']) * 1000:.0f} ms, bare {median(spent[server]) * 1000:.0f} ms; {others}",
        )


def seconds_to_first(start: AbstractContextManager[Child], path: str) -> float:
    began = perf_counter()
    with start as child:
        child.connect().call("GET", path)
        return perf_counter() - began


def tell_imports() -> None:
    """Say what the imports of a start cost, by package; of this project by the room."""
    costs = Counter[str]()
    for microseconds, module in IMPORT.findall(told_of_imports()):
        parts = str(module).split(".")
        costs[".".join(parts[:2]) if parts[0] == OWN else parts[0]] += int(microseconds)
    say(f"  imports of a start: {costs.total() / 1000:.0f} ms, of which, in milliseconds,")
    for name, microseconds in costs.most_common(MOST_TOLD):
        say(f"    {microseconds / 1000:5.1f} {name}")
