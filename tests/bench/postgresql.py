"""PostgreSQL, served by one process and by two, against memory."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from os import fsync
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter

import postgres
from bench.children import Child, fake
from bench.figures import Figure, milliseconds, say
from bench.homes import EACH, REQUESTS
from bench.inside import ADMIN
from bench.throughput import ratios
from bench.wire import written

SANDBOXES, CALLS = 32, 50


def measure(rounds: int) -> Iterator[Figure]:
    """A GET and a POST in turn, over a socket, where PostgreSQL is installed; it does not wait for the disk, whose speed would decide."""
    if why := postgres.installed():
        say(f"  PostgreSQL is not measured: {why}")
        return
    with postgres.running() as server:
        yield from _requests(server, rounds)


def _requests(server: postgres.Postgres, rounds: int) -> Iterator[Figure]:
    disk = f"a sync of this disk would add {_sync(rounds):.1f} ms"
    with ExitStack() as stack:
        store = server.url(server.made())
        one, other = (stack.enter_context(fake("agency", "--store", store)) for _ in range(2))
        here = stack.enter_context(fake("agency"))
        for count, target, theirs in ((1, 300, [one]), (SANDBOXES, 1_000, [one, other])):
            loads = [_Load(theirs, count), _Load([here], count)]
            rated = [[load.rate() for load in loads] for _ in range(-1, rounds)][1:]
            ours, others = (list(column) for column in zip(*rated, strict=True))
            subject = f"PostgreSQL, {len(theirs)} process{'es' * (len(theirs) > 1)}, {count} sandbox{'es' * (count > 1)}"
            note = f"{median(ratios(ours, others)):.2f} of memory's, one process: {median(others):,.0f}/s; {disk}"
            yield Figure(subject=subject, target=target, at_least=True, unit="/s", rounds=ours, note=note)


def _sync(rounds: int) -> float:
    """Milliseconds that the disk takes to sync a page."""
    spent = []
    with TemporaryFile(buffering=0) as file:
        for _ in range(EACH * rounds):
            file.write(bytes(8192))
            began = perf_counter()
            fsync(file.fileno())
            spent.append(perf_counter() - began)
    return median(milliseconds(spent))


class _Load:
    """Clients that ask at the same time, each in a sandbox of its own, over all processes."""

    def __init__(self, servers: Sequence[Child], clients: int) -> None:
        admin = servers[0].connect()
        tokens = [admin.call("POST", ADMIN, {"scenario": "agency"}).json["token"] for _ in range(clients)]
        self._clients = [
            (server, [written(*request, token) for _, request in REQUESTS.values()])
            for token, server in zip(tokens, cycle(servers), strict=False)
        ]

    def rate(self) -> float:
        """Requests per second, of all clients together."""
        began = perf_counter()
        with ThreadPoolExecutor(len(self._clients)) as pool:
            list(pool.map(self._ask, range(len(self._clients))))
        return len(self._clients) * CALLS * len(REQUESTS) / (perf_counter() - began)

    def _ask(self, number: int) -> None:
        server, requests = self._clients[number]
        connection = server.connect()  # one that is idle meanwhile is closed
        for _ in range(CALLS):
            for request in requests:
                if not connection.ask(request).startswith(b"HTTP/1.1 20"):
                    raise RuntimeError("a request was refused")
