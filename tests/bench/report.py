"""The report on a full journal, in process: against reading the journal's rows once, and what it holds meanwhile."""

from collections.abc import Iterator
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
KILOBYTE, MEGABYTE = 1_000, 1024 * 1024


def measure(rounds: int) -> Iterator[Figure]:
    """Each round changes the sandbox, so that its first report is made anew, and its second is not."""
    server, kept = start()
    made = server.call("POST", ADMIN, {"scenario": "agency"}).json
    sandbox, path = kept.get(made["id"]), f"{ADMIN}/{made['id']}/report"
    say(f"  filling a journal with {int(limits.JOURNAL):,} entries")
    size = _fill(server, sandbox, made["token"])
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
    note = f"{int(limits.JOURNAL):,} entries of {size / KILOBYTE:.0f} kB"
    yield Figure(subject="a report, against reading the journal's rows once", target=4, rounds=ratios, note=note)
    yield Figure(subject="the second report of a version, against the same", target=0.1, rounds=again)
    yield Figure(subject="a report, memory", target=30, unit="MB", rounds=held)


def _fill(server: Direct, sandbox: Sandbox, token: str) -> float:
    """Read lists of bookings until the journal is full; return the size of an entry."""
    with sandbox.work() as work:
        columns = ", ".join(row[1] for row in work.db.execute("PRAGMA table_info(bookings)") if row[1] != "id")
        while work.db.value("SELECT count(*) FROM bookings", (), int) < 3 * RECORDS:  # type: ignore[operator]
            work.db.execute(f"INSERT INTO bookings ({columns}) SELECT {columns} FROM bookings LIMIT {RECORDS}")  # noqa: S608
    for number in range(limits.JOURNAL):
        fields = "id,start_at,end_at,status,reference,notes,created_at,updated_at"
        server.call("GET", f"/api/v3/bookings?page={1 + number % 3}&per_page={RECORDS}&fields={fields}", token=token)
    with sandbox.work() as work:
        return work.db.value("SELECT avg(length(request) + length(response) + length(response_body)) FROM journal", (), float) or 0


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
