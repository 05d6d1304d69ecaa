"""From starting the process to the first 200, against a bare Flask application on the same server."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from statistics import median
from time import perf_counter

from bench.children import Child, bare, fake
from bench.figures import Figure
from inbox_mock.api.rendering import JSON_API

FIRST = "/api/v3/inbox/conversations"


def measure(rounds: int) -> Iterator[Figure]:
    """A start of each in turn."""
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(-1, rounds):
        spent = seconds_to_first(fake(), FIRST), seconds_to_first(bare(b"{}", JSON_API), "/")
        if number >= 0:  # the start before the first warms the disk's cache
            ours.append(spent[0])
            theirs.append(spent[1])
    yield Figure(
        subject="start to the first 200, against bare Flask",
        target=1.3,
        rounds=[mine / its for mine, its in zip(ours, theirs, strict=True)],
        note=f"{median(ours) * 1000:.0f} ms, bare {median(theirs) * 1000:.0f} ms",
    )


def seconds_to_first(start: AbstractContextManager[Child], path: str) -> float:
    began = perf_counter()
    with start as child:
        child.connect().call("GET", path)
        return perf_counter() - began
