"""What a server costs at rest, and what a stranger waits for: idle running clocks, the list of sandboxes, health under load."""

import socket
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter, sleep

from psutil import Process

from bench.children import Child, fake
from bench.figures import Figure, milliseconds
from bench.inside import ADMIN
from bench.wire import Connection, written

CLOCKS, LISTED, THREADS = 1_000, 5_000, 64
WATCHED_SECONDS = 5
HEALTH = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
CONVERSATIONS = "/api/v3/inbox/conversations"


def measure(rounds: int) -> Iterator[Figure]:
    """The processor's time of the server; health also against an idle server's, since it shares the machine with its load."""
    with fake() as server:
        connection = server.connect()
        idle = _asked_apart(server, 10 * rounds)
        loaded = _under_load(server, rounds)
        yield Figure(
            subject=f"health, the slowest of a hundred while {THREADS} threads work",
            target=50,
            unit="ms",
            rounds=milliseconds([_slowest(loaded)]),
            note=f"{_slowest(loaded) / _slowest(idle):.0f} times an idle server's",
        )
        for number in range(LISTED):
            mode = "real" if number < CLOCKS else "manual"
            connection.call("POST", ADMIN, {"scenario": "empty", "clock": {"mode": mode}})
        yield Figure(subject=f"{CLOCKS:,} idle running clocks, of a core", target=2, unit="%", rounds=[_share(server) for _ in range(3)])
        connection = server.connect()  # the first one was idle for too long
        lists = [_seconds(connection) for _ in range(rounds)]
        yield Figure(subject=f"a page of {LISTED:,} sandboxes", target=50, unit="ms", rounds=milliseconds(lists))


def _share(server: Child) -> float:
    process = Process(server.process.pid)
    before = sum(process.cpu_times()[:2])
    sleep(WATCHED_SECONDS)
    return float(sum(process.cpu_times()[:2]) - before) / WATCHED_SECONDS * 100


def _seconds(connection: Connection) -> float:
    began = perf_counter()
    connection.call("GET", ADMIN)
    return perf_counter() - began


def _asked_apart(server: Child, times: int) -> list[float]:
    """Ask for health in a process of its own, whose interpreter the load does not share."""
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        return list(apart.map(_health, [server.port] * times))


def _health(port: int) -> float:
    began = perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as opened:
        opened.sendall(HEALTH)
        while opened.recv(4_096):
            pass
    return perf_counter() - began


def _under_load(server: Child, rounds: int) -> list[float]:
    over = Event()
    connection = server.connect()
    tokens = [connection.call("POST", ADMIN, {"scenario": "agency"}).json["token"] for _ in range(THREADS)]

    def work(token: str) -> None:
        mine, request = server.connect(), written("GET", CONVERSATIONS, token=token)
        while not over.is_set():
            mine.ask(request)

    threads = [Thread(target=work, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    try:
        return _asked_apart(server, 10 * rounds)
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _slowest(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1]
