"""The fake in a test's own process, in processor time: a GET, and what a test with a fixture costs, against peers."""

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time

import requests
from flask import Flask, Response
from werkzeug.test import Client

from bench.figures import Figure, say
from bench.inside import start
from bench.throughput import ratios
from inbox_mock.testing import inbox_mock

PATH = "/inbox/conversations/4"
PEER_ADDRESS = "https://peer.example/"
BEARER = {"Authorization": "Bearer demo"}
CALLS, CHUNKS = 20, 10
PEER = ("moto[s3]", "pytest")
INSTALL_SECONDS = 300
WARM, TESTS = 20, 100
CONFTEST = f"""
import time

count = began = 0

def pytest_runtest_logstart():
    global count, began
    count += 1
    if count == {WARM + 1}:
        began = time.process_time()

def pytest_sessionfinish():
    print(f"\\nspent {{(time.process_time() - began) / (count - {WARM})}}")
"""
OURS = f"""
import pytest, requests

session = requests.Session()

@pytest.mark.parametrize("number", range({WARM + TESTS}))
def test(FIXTURE, number):
    headers = {{"Authorization": f"Bearer {{FIXTURE.token}}"}}
    assert session.get(f"{{FIXTURE.url}}/inbox/conversations/4", headers=headers).status_code == 200
"""
THEIRS = f"""
import boto3, pytest
from moto import mock_aws

with mock_aws():
    client = boto3.client("s3", region_name="us-east-1")

@pytest.mark.parametrize("number", range({WARM + TESTS}))
@mock_aws
def test(number):
    client.create_bucket(Bucket="a-bucket")
"""
ENVIRON = {
    **os.environ,
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # each side has its own plugin, and no other
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nobody",
}


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
    """A test with one call: pytest's own share is in both, and moto keeps its client, as a session of requests is kept."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        peer = _install(folder / "peer")
        if peer is None:
            return
        suites = {
            "inbox_mock_in_process": (sys.executable, OURS.replace("FIXTURE", "inbox_mock_in_process")),
            "inbox_mock": (sys.executable, OURS.replace("FIXTURE", "inbox_mock")),
            "moto": (peer, THEIRS),
        }
        (folder / "conftest.py").write_text(CONFTEST)
        for suite, (_, source) in suites.items():
            (folder / f"test_{suite}.py").write_text(source)
        found = [[_seconds_a_test(python, folder / f"test_{suite}.py") for suite, (python, _) in suites.items()] for _ in range(rounds)]
    *ours, theirs = zip(*found, strict=True)
    for suite, seconds in zip(suites, ours, strict=False):
        yield Figure(
            subject=f"a test with {suite} and one call, against moto's mock_aws",
            target=0.6,
            rounds=ratios(seconds, theirs),
            note=f"{median(seconds) * 1000:.1f} ms, theirs {median(theirs) * 1000:.1f} ms",
        )


def _install(folder: Path) -> str | None:
    """Install the peer into an environment of its own; return its Python, or None where it cannot be."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    with suppress(subprocess.TimeoutExpired):
        installed = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *PEER], capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
        if installed.returncode == 0:
            return python
        say(f"  the fixtures are not measured: {(installed.stderr.strip().splitlines() or ['pip failed'])[-1]}")
        return None
    say(f"  the fixtures are not measured: {PEER[0]} was not installed within {INSTALL_SECONDS} s")
    return None


def _seconds_a_test(python: str, suite: Path) -> float:
    plugins = ["-p", "no:cacheprovider", *(["-p", "inbox_contracts.plugin"] if python == sys.executable else [])]
    command = [python, "-m", "pytest", "-q", "-s", "-c", os.devnull, f"--rootdir={suite.parent}", *plugins, str(suite)]
    ran = subprocess.run(command, env=ENVIRON, cwd=suite.parent, capture_output=True, text=True, check=True)
    return float(ran.stdout.rpartition("spent ")[2].split()[0])
