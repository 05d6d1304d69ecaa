"""The fake in a test's own process, in processor time: a GET, and what a test with a fixture costs, beside peers."""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import thread_time

import requests
from flask import Flask, Response
from werkzeug.test import Client

from bench.figures import Figure, milliseconds, say
from bench.inside import start
from bench.peers.declared import PEERS
from bench.peers.fixtures import costs
from bench.peers.packages import MissingError
from bench.throughput import ratios
from inbox_mock.testing import inbox_mock

PATH = "/inbox/conversations/4"
PEER_ADDRESS = "https://peer.example/"
BEARER = {"Authorization": "Bearer demo"}
CALLS, CHUNKS = 20, 10
PEER = "mock_aws"
OWN = Path(sys.executable)


def measure(rounds: int) -> Iterator[Figure]:
    """The sides take turns."""
    yield from _get(rounds)
    yield from _fixtures(rounds)


def _get(rounds: int) -> Iterator[Figure]:
    """Once as a WSGI application, and once with requests, which alone takes longer than Flask's test client on a bare view."""
    server, _ = start("agency")
    ours = Client(server.app, use_cookies=False)  # which Flask's test client builds on
    answer = ours.get(f"/api/v3{PATH}", headers=BEARER)
    body, kind = answer.data, answer.headers["Content-Type"]
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/", view_func=lambda: Response(body, content_type=kind))
    bare = app.test_client(use_cookies=False)
    mine, its = _seconds([lambda: ours.get(f"/api/v3{PATH}", headers=BEARER).data, lambda: bare.get("/").data], rounds)
    yield Figure(
        subject="GET in process, calls/s against Flask's test client on a bare view",
        target=1.0,
        at_least=True,
        rounds=ratios(its, mine),
        note=_microseconds(mine, its),
    )
    session = requests.Session()
    with inbox_mock() as sandbox:
        sandbox.responses.get(PEER_ADDRESS, body=body, content_type=kind)

        def answered() -> None:
            sandbox.responses.calls.reset()  # it keeps every one
            session.get(PEER_ADDRESS)

        mine, its = _seconds([lambda: session.get(f"{sandbox.url}{PATH}", headers=BEARER), answered], rounds)
    yield Figure(
        subject="GET with requests in process, calls/s against responses with the same bytes",
        target=0.5,
        at_least=True,
        rounds=ratios(its, mine),
        note=_microseconds(mine, its),
    )


def _seconds(sides: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Processor time of a call of each side in each round; in a round, the sides take turns after so many calls."""
    found: list[list[float]] = [[] for _ in sides]
    for number in range(-1, rounds):
        spent = [0.0] * len(sides)
        for _ in range(CHUNKS):
            for index, call in enumerate(sides):
                began = thread_time()
                for _ in range(CALLS):
                    call()
                spent[index] += thread_time() - began
        if number >= 0:  # the round before the first warms all up
            for values, seconds in zip(found, spent, strict=True):
                values.append(seconds / CHUNKS / CALLS)
    return found


def _microseconds(ours: Sequence[float], theirs: Sequence[float]) -> str:
    return f"{median(ours) * 1e6:.0f} us, theirs {median(theirs) * 1e6:.0f} us"


def _fixtures(rounds: int) -> Iterator[Figure]:
    """A test with one call in each, without what an empty test takes; moto keeps its client, as a session of requests is kept."""
    sides: dict[str, Callable[[], dict[str, float]]] = {"": lambda: costs(OWN, "using_inbox_mock.py")}
    for peer in PEERS:
        try:
            if peer.package and peer.fixtures:
                sides |= dict.fromkeys(peer.fixtures, partial(costs, peer.package.install() / "bin" / "python", peer.tests))
        except MissingError as missing:
            say(f"  its fixtures are not measured: {peer.name} {missing}")
    found = [{name: run() for name, run in sides.items()} for _ in range(rounds)]
    theirs = {fixture: [each[fixture][fixture] for each in found] for fixture in sides if fixture}
    told = ", ".join(f"{fixture} {median(spent) * 1000:.1f} ms" for fixture, spent in theirs.items())
    for fixture in found[0][""]:
        ours = [each[""][fixture] for each in found]
        subject = f"a test with {fixture} and one call"
        yield Figure(subject=subject, target=5, unit="ms", rounds=milliseconds(ours), note=told)
        if PEER in theirs:
            yield Figure(subject=f"{subject}, against moto's {PEER}", target=0.6, rounds=ratios(ours, theirs[PEER]))
