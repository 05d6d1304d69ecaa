"""Making a sandbox of a known scenario through the admin API, going back to its start, and forking it, in process."""

from collections.abc import Iterator
from statistics import median
from time import thread_time

from bench.figures import Figure, milliseconds
from bench.inside import ADMIN, start
from bench.wire import Direct
from inbox_mock.engine.beginnings import reset
from inbox_mock.engine.sandbox import Sandbox

CONVERSATION = "/api/v3/inbox/conversations/1"
RESETS = ((50, {"bookings": 8, "messages": 20}, 1.0), (5_000, {"bookings": 1_000, "messages": 1_800}, 5.0))
FORKED: dict[str, int] = {"bookings": 500, "messages": 10_000}
EACH = 20


def measure(rounds: int) -> Iterator[Figure]:
    """Each round does each thing some times; its value is their median, in processor time: others use the machine too."""
    server, kept = start()
    made = [server.call("POST", ADMIN, {"scenario": {"seed": 7, "generate": wanted}}).json for _, wanted, _ in RESETS]
    resets: list[list[float]] = [[] for _ in RESETS]
    after_writes: list[list[float]] = [[] for _ in RESETS]
    creations: list[float] = []
    forks: list[float] = []
    server.call("POST", ADMIN, {"scenario": "agency"})
    large = server.call("POST", ADMIN, {"scenario": {"seed": 7, "generate": FORKED}}).json
    for _ in range(rounds):
        creations.append(median(_creation(server, ADMIN, {"scenario": "agency"}) for _ in range(EACH)))
        forks.append(median(_creation(server, f"{ADMIN}/{large['id']}/fork", {}) for _ in range(EACH)))
        for answer, values, others in zip(made, resets, after_writes, strict=True):
            sandbox = kept.get(answer["id"])
            values.append(median(_reset(server, sandbox, answer["token"]) for _ in range(EACH)))
            others.append(median(_reset(server, sandbox, answer["token"], after_a_write=True) for _ in range(EACH)))
    yield Figure(subject="create a sandbox of a known scenario", target=2, unit="ms", rounds=milliseconds(creations))
    for what, found in (("reset", resets), ("reset after a write", after_writes)):
        for (size, _, target), answer, values in zip(RESETS, made, found, strict=True):
            yield Figure(
                subject=f"{what} and the first GET, about {size:,} records",
                target=target,
                unit="ms",
                rounds=milliseconds(values),
                note=f"{_records(server, answer['token']):,} records",
            )
    yield Figure(
        subject="fork 10,000 messages",
        target=5,
        unit="ms",
        rounds=milliseconds(forks),
        note=f"{_records(server, large['token']):,} records",
    )


def _creation(server: Direct, path: str, body: object) -> float:
    environ = server.environ("POST", path, body)
    began = thread_time()
    answer = server.ask(environ)
    spent = thread_time() - began
    server.call("DELETE", f"{ADMIN}/{answer.json['id']}")
    return spent


def _reset(server: Direct, sandbox: Sandbox, token: str, *, after_a_write: bool = False) -> float:
    first = server.environ("GET", CONVERSATION, token=token)
    if after_a_write:
        with sandbox.work() as work:
            work.happen("noted")
    began = thread_time()
    reset(sandbox)
    answer = server.ask(first)
    spent = thread_time() - began
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status} after a reset")
    return spent


def _records(server: Direct, token: str) -> int:
    nouns = ("inbox/conversations", "inbox/participants", "inbox/messages", "bookings", "clients", "rentals")
    return sum(int(server.call("GET", f"/api/v3/{noun}?per_page=1", token=token).headers["X-Total-Count"]) for noun in nouns)
