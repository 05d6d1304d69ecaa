"""Requests per second on one connection, against a bare view that returns the same bytes on the same server."""

from collections.abc import Iterator
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
    ours: list[float] = []
    theirs: list[float] = []
    with bare(shown.body, shown.headers["Content-Type"]) as other:
        reference = other.connect()
        if reference.call("GET", "/").body != shown.body:
            raise RuntimeError("the bare view returns other bytes")
        for number in range(-1, rounds):
            spent = [0.0, 0.0]
            for _ in range(CHUNKS):
                spent[0] += _seconds(connection, written("GET", path), requests)
                spent[1] += _seconds(reference, written("GET", "/"), requests)
            if number >= 0:  # the round before the first warms both up
                ours.append(CHUNKS * requests / spent[0])
                theirs.append(CHUNKS * requests / spent[1])
    note = f"{median(ours):,.0f}/s, bare {median(theirs):,.0f}/s"
    ratios = [mine / its for mine, its in zip(ours, theirs, strict=True)]
    return Figure(subject=f"{subject}, requests/s against bare Flask", target=target, at_least=True, rounds=ratios, note=note)


def _seconds(connection: Connection, request: bytes, times: int) -> float:
    ask = connection.ask
    began = perf_counter()
    for _ in range(times):
        ask(request)
    return perf_counter() - began
