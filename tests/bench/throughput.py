"""Requests per second, against a bare view that returns the same bytes: on cheroot, and on the fake's own server."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Any, Literal

from bench.children import Child, bare, fake
from bench.figures import Figure
from bench.wire import Connection, written

JSON = dict[str, Any]
SCENARIO = "seed: 7\ngenerate: {bookings: 200, messages: 1000}\n"
CONVERSATIONS = "/api/v3/inbox/conversations"
MESSAGES = "/api/v3/inbox/messages"
CHUNKS = 10
READ_ONCE = 30
MANY = 8
SERVERS: dict[Literal["cheroot", "own"], str] = {"cheroot": "on cheroot", "own": "on the fake's own server"}


def measure(rounds: int) -> Iterator[Figure]:
    """One conversation, a page of a hundred, reads after writes and a message, on one connection; and what many connections get."""
    with fake(SCENARIO) as server:
        connection = server.connect()
        conversations = connection.call("GET", CONVERSATIONS).json["conversations"]
        one = f"{CONVERSATIONS}/{conversations[0]['id']}"
        message = _a_message(connection)
        for on in SERVERS:
            yield _compared(connection, one, "GET the same conversation", on, 2.0, rounds, requests=30)
            yield _compared(connection, CONVERSATIONS, "GET the same page of 100 conversations", on, 1.7, rounds, requests=10)
            yield _once_after_a_write(connection, [one["id"] for one in conversations[:READ_ONCE]], message, on, rounds)
            yield _posted(connection, message, on, rounds)
        yield _on_many(server, one, rounds)


def _on_many(server: Child, path: str, rounds: int) -> Figure:
    """As many requests on one connection, one after the other, and on many of them, each before the answer to the one before."""
    alone, many, asked = server.connect(), [server.connect() for _ in range(MANY)], written("GET", path)

    def one_after_the_other() -> None:
        for _ in many:
            alone.ask(asked)

    def together() -> None:
        for connection in many:
            connection.send(asked)
        for connection in many:
            connection.answer()

    theirs, ours = rates([one_after_the_other, together], rounds, requests=5)
    note = f"{MANY * median(ours):,.0f}/s, one {MANY * median(theirs):,.0f}/s"
    subject = f"GET the same conversation on {MANY} connections, requests/s against one"
    return Figure(subject=subject, target=1.0, at_least=True, rounds=ratios(ours, theirs), note=note)


def _compared(
    connection: Connection, path: str, subject: str, on: Literal["cheroot", "own"], target: float, rounds: int, requests: int
) -> Figure:
    shown = connection.call("GET", path)
    with bare(shown.body, shown.headers["Content-Type"], on) as other:
        reference = other.connect()
        if reference.call("GET", "/").body != shown.body:
            raise RuntimeError("the bare view returns other bytes")
        asked, plain = written("GET", path), written("GET", "/")
        ours, theirs = rates([lambda: connection.ask(asked), lambda: reference.ask(plain)], rounds, requests)
    note = f"{median(ours):,.0f}/s, bare {median(theirs):,.0f}/s"
    subject = f"{subject}, requests/s against bare Flask {SERVERS[on]}"
    return Figure(subject=subject, target=target, at_least=True, rounds=ratios(ours, theirs), note=note)


def _once_after_a_write(connection: Connection, ids: Sequence[int], message: JSON, on: Literal["cheroot", "own"], rounds: int) -> Figure:
    """Each of some records once after a write, so that no answer is one that was kept."""
    paths = [f"{CONVERSATIONS}/{number}" for number in ids]
    shown = connection.call("GET", paths[0])
    asked, plain = [written("GET", path) for path in paths], written("GET", "/")
    ours, theirs = list[float](), list[float]()
    with bare(shown.body, shown.headers["Content-Type"], on) as other:
        reference = other.connect()
        for number in range(-1, rounds):
            spent = [0.0, 0.0]
            for _ in range(CHUNKS):
                connection.call("POST", MESSAGES, message)
                spent[0] += _seconds(lambda: [connection.ask(one) for one in asked])
                spent[1] += _seconds(lambda: [reference.ask(plain) for _ in asked])
            if number >= 0:
                ours.append(CHUNKS * len(asked) / spent[0])
                theirs.append(CHUNKS * len(asked) / spent[1])
    note = f"{median(ours):,.0f}/s, bare {median(theirs):,.0f}/s"
    subject = f"GET each conversation once after a write, requests/s against bare Flask {SERVERS[on]}"
    return Figure(subject=subject, target=0.90, at_least=True, rounds=ratios(ours, theirs), note=note)


def _a_message(connection: Connection) -> JSON:
    """An internal message of the first host that takes part in a conversation."""
    participants = connection.call("GET", "/api/v3/inbox/participants").json["participants"]
    host = next(one for one in participants if one["links"]["member"]["type"] == "Host")
    about = {"conversation_id": host["links"]["conversation"], "sender_id": host["id"], "sent_at": "2030-06-01T12:00:00Z"}
    return {"messages": [{**about, "content": "Hello", "origin": "bookingsync_inbox", "visibility": "internal", "channel": None}]}


def _seconds(run: Callable[[], object]) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began


def _posted(connection: Connection, message: JSON, on: Literal["cheroot", "own"], rounds: int) -> Figure:
    """A message, against a view that reads the same JSON and answers the same bytes."""
    shown = connection.call("POST", MESSAGES, message)
    with bare(shown.body, shown.headers["Content-Type"], on) as other:
        reference = other.connect()
        asked, plain = written("POST", MESSAGES, message), written("POST", "/", message)
        ours, theirs = rates([lambda: connection.ask(asked), lambda: reference.ask(plain)], rounds, requests=10)
    note = f"{median(ours):,.0f}/s, bare {median(theirs):,.0f}/s"
    subject = f"POST a message, requests/s against bare Flask {SERVERS[on]}"
    return Figure(subject=subject, target=0.45, at_least=True, rounds=ratios(ours, theirs), note=note)


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
