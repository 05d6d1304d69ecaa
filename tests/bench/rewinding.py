"""Checkpoints: what they add to a write and to memory, and going back to one."""

from collections.abc import Iterator
from random import Random
from statistics import median
from time import thread_time

from bench.children import fake
from bench.figures import Figure, milliseconds
from bench.inside import ADMIN, start
from bench.memory import megabytes
from bench.throughput import ratios
from bench.wire import Direct
from builders import a_message

MESSAGES = "/api/v3/inbox/messages"
SANDBOXES, REMEMBERED, REACHED = 40, 100, 1_000
CALLS, EACH = 50, 20


def measure(rounds: int) -> Iterator[Figure]:
    """The sides take turns; processor time, since others use the machine too."""
    yield from _writing(rounds)
    yield from _going_back(rounds)
    yield _remembering()


def _writing(rounds: int) -> Iterator[Figure]:
    server, _ = start()
    sides: list[list[float]] = [[], []]
    for _ in range(rounds):
        for kept, values in zip((True, False), sides, strict=True):
            made = server.call("POST", ADMIN, {"scenario": "agency", "checkpoints": kept}).json
            values.append(_posts(server, made["token"], CALLS) / CALLS)
    mine, bare = sides
    note = f"{median(mine) * 1e6:.0f} us, {median(bare) * 1e6:.0f} us without"
    yield Figure(subject="POST a message, time against one without checkpoints", target=1.1, rounds=ratios(mine, bare), note=note)


def _going_back(rounds: int) -> Iterator[Figure]:
    server, kept = start()
    made = server.call("POST", ADMIN, {"scenario": "agency"}).json
    _posts(server, made["token"], REACHED)
    first = kept.get(made["id"]).checkpoints.points[0].id
    chosen, values = Random(7), list[float]()  # noqa: S311 - no secret
    for _ in range(rounds):
        spent = list[float]()
        for _ in range(EACH):
            environ = server.environ("POST", f"{ADMIN}/{made['id']}/clock/rewind", {"point": first + chosen.randrange(1, REACHED)})
            began = thread_time()
            answer = server.ask(environ)
            spent.append(thread_time() - began)
            if answer.status != 200:
                raise RuntimeError(f"answered {answer.status} to a rewind")
        values.append(max(spent))
    yield Figure(
        subject=f"rewind to one of {REACHED:,} checkpoints, the slowest of {EACH}", target=20, unit="ms", rounds=milliseconds(values)
    )


def _remembering() -> Figure:
    """Resident memory of so many sandboxes, once: it does not vary."""
    found = []
    for kept in (True, False):
        with fake() as server:
            connection = server.connect()
            connection.call("GET", MESSAGES)
            alone = megabytes(server)
            for _ in range(SANDBOXES):
                made = connection.call("POST", ADMIN, {"scenario": "agency", "checkpoints": kept}).json
                for number in range(REMEMBERED):
                    connection.call(
                        "POST", MESSAGES, a_message(conversation_id=4, sender_id=6, content=f"Message {number}"), token=made["token"]
                    )
            found.append((megabytes(server) - alone) / SANDBOXES)
    note = f"{found[0] * 1024:.0f} kB each, {found[1] * 1024:.0f} kB without"
    return Figure(
        subject=f"memory of a sandbox with {REMEMBERED} checkpoints against one without", target=2, rounds=[found[0] / found[1]], note=note
    )


def _posts(server: Direct, token: str, many: int) -> float:
    """Return the processor time of so many posts."""
    asked = [
        server.environ("POST", MESSAGES, a_message(conversation_id=4, sender_id=6, content=f"Message {number}"), token=token)
        for number in range(many)
    ]
    began = thread_time()
    for environ in asked:
        server.ask(environ)
    return thread_time() - began
