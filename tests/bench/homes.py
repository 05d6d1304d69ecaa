"""Where sandboxes live: a directory and PostgreSQL against memory, and what lies in a directory unused."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from os import fsync
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from time import perf_counter, thread_time

import postgres
from bench.children import Child, fake
from bench.figures import Figure, milliseconds, say
from bench.inside import ADMIN, start
from bench.memory import megabytes
from bench.startup import FIRST, seconds_to_first
from bench.throughput import rates, ratios
from bench.wire import Direct, written
from inbox_mock.store.homes.directory import Directory

GET, POST = "/api/v3/inbox/conversations/4", "/api/v3/inbox/messages"
WRITTEN = {"conversation_id": 4, "sender_id": 6, "content": "At four.", "origin": "bookingsync_inbox", "visibility": "external"}
MESSAGE = {"messages": [WRITTEN | {"channel": "airbnb", "sent_at": "2030-06-01T12:00:00Z"}]}
REQUESTS: dict[str, tuple[float, tuple[str, str, object]]] = {
    "GET": (0.7, ("GET", GET, None)),
    "POST": (0.5, ("POST", POST, MESSAGE)),
}
EACH = 20
RECORDS = {"seed": 7, "generate": {"bookings": 1_000, "messages": 1_800}}
UNUSED, SANDBOXES, CALLS = 10_000, 32, 50


def measure(rounds: int) -> Iterator[Figure]:
    """The homes take turns; PostgreSQL where it is installed, and without waiting for the disk, whose speed would decide."""
    with TemporaryDirectory() as folder:
        yield from _directory_in_process(Path(folder, "in process"), rounds)
        yield from _directory_over_a_socket(Path(folder, "over a socket"), rounds)
        yield _opening(Path(folder, "opening"), rounds)
        yield from _unused(Path(folder, "unused"), rounds)
    if why := postgres.installed():
        say(f"  PostgreSQL is not measured: {why}")
    else:
        with postgres.running() as server:
            yield from _postgresql(server, rounds)


def _directory_in_process(data: Path, rounds: int) -> Iterator[Figure]:
    (there, _), (here, _) = start("agency", data=data), start("agency")

    def asking(server: Direct, request: tuple[str, str, object]) -> Callable[[], object]:
        return lambda: server.call(*request)

    yield from _against_memory("in process", lambda request: [asking(there, request), asking(here, request)], rounds)


def _directory_over_a_socket(data: Path, rounds: int) -> Iterator[Figure]:
    with fake("agency", "--data", str(data)) as there, fake("agency") as here:
        connections = [there.connect(), here.connect()]

        def asking(request: tuple[str, str, object]) -> list[Callable[[], object]]:
            sent = written(*request)
            return [lambda connection=each: connection.ask(sent) for each in connections]  # type: ignore[misc]

        yield from _against_memory("over a socket", asking, rounds)


def _against_memory(how: str, asking: Callable[[tuple[str, str, object]], Sequence[Callable[[], object]]], rounds: int) -> Iterator[Figure]:
    for name, (target, request) in REQUESTS.items():
        there, here = rates(asking(request), rounds, EACH)
        note = f"{median(there):,.0f}/s, in memory {median(here):,.0f}/s"
        subject = f"{name} with --data {how}, requests/s against memory"
        yield Figure(subject=subject, target=target, at_least=True, rounds=ratios(there, here), note=note)


def _opening(data: Path, rounds: int) -> Figure:
    """In processor time, for others use the machine too; the first time in a process, when the file is checked."""
    server, kept = start(data=data)
    made = server.call("POST", ADMIN, {"scenario": RECORDS}).json
    kept.home.close()
    home, spent = Directory(data), []
    for _ in range(rounds):
        storage = home.find(made["id"])
        if storage is None:
            raise RuntimeError("a sandbox is gone")
        began = thread_time()
        with storage.transaction() as transaction:
            spent.append(thread_time() - began)
            count = sum(transaction.db.count(table) for table in ("bookings", "conversations", "participants", "messages", "clients"))
        del storage, transaction
    home.close()
    note = f"{count:,} records, checked"
    return Figure(subject="open a sandbox of about 5,000 records from disk", target=10, unit="ms", rounds=milliseconds(spent), note=note)


def _unused(data: Path, rounds: int) -> Iterator[Figure]:
    say(f"  making {UNUSED:,} sandboxes")
    server, kept = start("agency", data=data)
    for _ in range(UNUSED):
        server.call("POST", ADMIN, {"scenario": "empty"})
    kept.home.close()
    crowded, alone, resident = [], [], []
    for _ in range(rounds):
        crowded.append(seconds_to_first(fake("agency", "--data", str(data)), FIRST))
        alone.append(seconds_to_first(fake("agency"), FIRST))
    with fake("agency", "--data", str(data)) as child:
        child.connect().call("GET", FIRST)
        resident.append(megabytes(child))
    yield Figure(subject=f"memory with {UNUSED:,} unused sandboxes in a directory", target=100, unit="MB", rounds=resident)
    note = f"{median(crowded) * 1000:.0f} ms, in memory {median(alone) * 1000:.0f} ms"
    yield Figure(subject="start to the first 200 with these, against memory", target=1.25, rounds=ratios(crowded, alone), note=note)


def _postgresql(server: postgres.Postgres, rounds: int) -> Iterator[Figure]:
    """A GET and a POST in turn, over a socket."""
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
