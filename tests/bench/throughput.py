"""Requests per second on one connection, against a bare view that returns the same bytes on the same server."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import perf_counter

from bench.children import bare, fake
from bench.figures import Figure
from bench.wire import Connection, written

SCENARIO = "seed: 7\ngenerate: {bookings: 200, messages: 1000}\n"
CONVERSATIONS = "/api/v3/inbox/conversations"
CHUNKS = 10


def measure(rounds: int) -> Iterator[Figure]:
    """One conversation, and a page of a hundred."""
    with fake(SCENARIO) as server:
        connection = server.connect()
        conversations = connection.call("GET", CONVERSATIONS).json["conversations"]
        one = f"{CONVERSATIONS}/{conversations[0]['id']}"
        yield _compared(connection, one, "GET one conversation", 0.70, rounds, requests=30)
        yield _compared(connection, CONVERSATIONS, "GET a page of 100 conversations", 0.40, rounds, requests=10)


def _compared(connection: Connection, path: str, subject: str, target: float, rounds: int, requests: int) -> Figure:
    shown = connection.call("GET", path)
    with bare(shown.body, shown.headers["Content-Type"]) as other:
        reference = other.connect()
        if reference.call("GET", "/").body != shown.body:
            raise RuntimeError("the bare view returns other bytes")
        asked, plain = written("GET", path), written("GET", "/")
        ours, theirs = rates([lambda: connection.ask(asked), lambda: reference.ask(plain)], rounds, requests)
    note = f"{median(ours):,.0f}/s, bare {median(theirs):,.0f}/s"
    return Figure(subject=f"{subject}, requests/s against bare Flask", target=target, at_least=True, rounds=ratios(ours, theirs), note=note)


def rates(sides: Sequence[Callable[[], object]], rounds: int, requests: int) -> list[list[float]]:
    """Requests per second of each side in each round; in a round, the sides take turns after so many requests."""
    found: list[list[float]] = [[] for _ in sides]
    for number in range(-1, rounds):
        spent = [0.0] * len(sides)
        for _ in range(CHUNKS):
            for index, ask in enumerate(sides):
                began = perf_counter()
                for _ in range(requests):
                    ask()
                spent[index] += perf_counter() - began
        if number >= 0:  # the round before the first warms all up
            for values, seconds in zip(found, spent, strict=True):
                values.append(CHUNKS * requests / seconds)
    return found


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Each round's ratio."""
    return [mine / its for mine, its in zip(ours, theirs, strict=True)]
