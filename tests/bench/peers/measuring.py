"""The rounds: each server is started in turn, then all run and are asked in turn, then the tests with fixtures take turns."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from bench.figures import say
from bench.peers import fixtures
from bench.peers.declared import Peer, Setting
from bench.peers.figures import EIGHT, FIXTURE, IDLE, LOADED, ONE, START, Subject
from bench.peers.loading import rate
from bench.peers.packages import MissingError
from bench.peers.running import Running, running
from processes import free_port

FAILURES = (OSError, RuntimeError)


class Side:
    """A peer, and what was measured of it: nothing more, once its ``subject`` is ``missing``."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.subject = peer, Subject(peer.title, peer.does)
        self.installed = Path(sys.prefix)
        if peer.package:
            say(f"{peer.title} ...")
            try:
                self.installed = peer.package.install()
            except MissingError as error:
                self.give_up("could not be installed", error)

    def give_up(self, what: str, why: Exception) -> None:
        """Go on without it."""
        self.subject.missing = what
        say(f"{self.peer.title} {what}: {why}")

    def running(self, record: Mapping[str, Any]) -> AbstractContextManager[Running]:
        """Start its server, which has the record."""
        port = free_port()
        return running(
            lambda folder: self.peer.command(Setting(self.installed, folder, port, record)),
            port,
            self.peer.first(json.dumps(record).encode()),
        )


def measure_starts(sides: Sequence[Side], record: Mapping[str, Any], rounds: int) -> None:
    """The start before the first round warms the disk's cache."""
    for number in range(-1, rounds):
        say(f"starts, round {number + 1} of {rounds}")
        for side in sides:
            if side.subject.missing or side.peer.rate_only:
                continue
            try:
                with side.running(record) as started:
                    if number >= 0:
                        side.subject.rounds[START].append(started.seconds)
            except FAILURES as error:
                side.give_up("did not start", error)


def measure_loads(sides: Sequence[Side], record: Mapping[str, Any], rounds: int, seconds: int) -> None:
    """The round before the first warms all up."""
    with ExitStack() as stack:
        servers = [(side, stack.enter_context(side.running(record))) for side in sides if not side.subject.missing]
        for side, server in servers:
            if not side.peer.rate_only:
                side.subject.rounds[IDLE].append(server.megabytes())
        for number in range(-1, rounds):
            say(f"loads, round {number + 1} of {rounds}")
            for side, server in servers:
                if side.subject.missing:
                    continue
                try:
                    rates = [rate(server.port, side.peer.load, connections, seconds) for connections in (1, 8)]
                except FAILURES as error:
                    side.give_up("did not answer", error)
                else:
                    if number >= 0:
                        _keep(side, server, rates)


def _keep(side: Side, server: Running, rates: Sequence[float]) -> None:
    for column, value in zip((ONE, EIGHT), rates, strict=True):
        side.subject.rounds[column].append(value)
    if not side.peer.rate_only:
        side.subject.rounds[LOADED].append(server.megabytes())


def measure_fixtures(sides: Sequence[Side], rounds: int) -> list[Subject]:
    """A row for each fixture."""
    testing = [(side, {name: Subject(_title(side.peer, name), does) for name, does in side.peer.fixtures.items()}) for side in sides]
    for number in range(rounds):
        say(f"fixtures, round {number + 1} of {rounds}")
        for side, subjects in testing:
            if not subjects or side.subject.missing:
                continue
            try:
                costs = fixtures.costs(side.installed / "bin" / "python", side.peer.tests)
            except FAILURES as error:
                side.give_up("could not be tested with", error)
            else:
                for name, cost in costs.items():
                    subjects[name].rounds[FIXTURE].append(cost)
    for side, subjects in testing:
        for subject in subjects.values():
            subject.missing = side.subject.missing
    return [subject for _, subjects in testing for subject in subjects.values()]


def _title(peer: Peer, fixture: str) -> str:
    return f"`{fixture}`" + (f" of {peer.package.name} {peer.package.version}" if peer.package else "")
