"""The report on a full journal, in process: against reading the journal's rows once, and what it holds meanwhile."""

from collections.abc import Callable, Iterator
from gc import collect
from time import perf_counter

from psutil import Process

from bench.figures import Figure, say
from bench.inside import ADMIN, start
from bench.wire import Direct
from inbox_mock.domain import limits
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.store import journal

RECORDS = 40  # as many bookings fill an entry without being cut
LONG = "x" * 8_000  # sent and answered, it fills an entry too
MESSAGE = {
    "conversation_id": 1,
    "sender_id": 2,
    "origin": "bookingsync_inbox",
    "visibility": "internal",
    "channel": None,
    "sent_at": "2030-06-01T12:00:00Z",
}
KILOBYTE, MEGABYTE = 1_000, 1024 * 1024


def measure(rounds: int) -> Iterator[Figure]:
    """One journal is of lists of bookings alone, the other of what a client of the inbox does."""
    yield from _measured(rounds, "lists of bookings", _read_bookings)
    yield from _measured(rounds, "reads and writes of the inbox", _use_the_inbox)


def _measured(rounds: int, of: str, fill: Callable[[Direct, Sandbox, str], None]) -> Iterator[Figure]:
    """Each round changes the sandbox, so that its first report is made anew, and its second is not."""
    server, kept = start()
    made = server.call("POST", ADMIN, {"scenario": "agency"}).json
    sandbox, path = kept.get(made["id"]), f"{ADMIN}/{made['id']}/report"
    say(f"  filling a journal with {int(limits.JOURNAL):,} entries: {of}")
    fill(server, sandbox, made["token"])
    server.call("GET", path)
    collect()
    process, ratios, again, held = Process(), [], [], []
    for _ in range(rounds):
        server.call("GET", "/api/v3/rentals", token=made["token"])
        before = process.memory_info().rss
        first, second = _time_of(server, path), _time_of(server, path)
        held.append((process.memory_info().rss - before) / MEGABYTE)
        bare = _bare(sandbox)
        ratios.append(first / bare)
        again.append(second / bare)
    note = f"{int(limits.JOURNAL):,} entries of {_size_of_an_entry(sandbox) / KILOBYTE:.0f} kB"
    yield Figure(subject=f"a report on {of}, against reading the journal's rows once", target=4, rounds=ratios, note=note)
    yield Figure(subject=f"the second report of a version, on {of}, against the same", target=0.1, rounds=again)
    yield Figure(subject=f"a report on {of}, memory", target=30, unit="MB", rounds=held)


def _read_bookings(server: Direct, sandbox: Sandbox, token: str) -> None:
    """Read lists of bookings until the journal is full."""
    with sandbox.work() as work:
        columns = ", ".join(row[1] for row in work.db.execute("PRAGMA table_info(bookings)") if row[1] != "id")
        while work.db.count("bookings") < 3 * RECORDS:
            work.db.execute(f"INSERT INTO bookings ({columns}) SELECT {columns} FROM bookings LIMIT {RECORDS}")
    for number in range(limits.JOURNAL):
        fields = "id,start_at,end_at,status,reference,notes,created_at,updated_at"
        server.call("GET", f"/api/v3/bookings?page={1 + number % 3}&per_page={RECORDS}&fields={fields}", token=token)


def _use_the_inbox(server: Direct, _sandbox: Sandbox, token: str) -> None:
    """Of ten calls, read conversations with their messages in eight, send a long message to another one, and change it."""
    path, sent = "/api/v3/inbox/messages", 0
    for number in range(limits.JOURNAL):
        match number % 10:
            case 0:
                message = {**MESSAGE, "content": f"{number} {LONG}"}
                sent = server.call("POST", path, {"messages": [message]}, token).json["messages"][0]["id"]
            case 1:
                server.call("PUT", f"{path}/{sent}", {"messages": [{"content": f"{number} {LONG}"}]}, token)
            case _:
                server.call("GET", "/api/v3/inbox/conversations/2,3,4,5,6,7,8?include=messages,participants", token=token)


def _size_of_an_entry(sandbox: Sandbox) -> float:
    with sandbox.work() as work:
        return (
            work.db.value(
                "SELECT avg(length(request) + length(response) + coalesce(length(request_body), 0) + length(response_body)) FROM journal",
                (),
                float,
            )
            or 0
        )


def _time_of(server: Direct, path: str) -> float:
    began = perf_counter()
    server.call("GET", path)
    return perf_counter() - began


def _bare(sandbox: Sandbox) -> float:
    """What it takes to read every row of the journal, and nothing else."""
    with sandbox.work() as work:
        began = perf_counter()
        journal.after(work.db, 0, limits.JOURNAL)
        return perf_counter() - began
