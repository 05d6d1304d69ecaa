"""Where sandboxes live: a directory against memory, and what lies in it unused."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time

from bench.children import fake
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
UNUSED = 10_000


def measure(rounds: int) -> Iterator[Figure]:
    """Directory and memory take turns."""
    with TemporaryDirectory() as folder:
        yield from _directory_in_process(Path(folder, "in process"), rounds)
        yield from _directory_over_a_socket(Path(folder, "over a socket"), rounds)
        yield _opening(Path(folder, "opening"), rounds)
        yield from _unused(Path(folder, "unused"), rounds)


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
            return [partial(connection.ask, sent) for connection in connections]

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
