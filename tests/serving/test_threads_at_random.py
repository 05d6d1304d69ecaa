"""Whatever requests wait for, and in whatever order they come: each is answered once, somebody looks for more, and all threads end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from time import sleep
from typing import Any, cast

import pytest

from inbox_mock.serving import threads
from inbox_mock.serving.threads import Threads

MOST = 4
REQUESTS = 24
PATIENCE_SECONDS = 20
SANDBOXES = ("one", "two")


@dataclass
class Asked:
    """A request: what it does, one after the other, in which sandbox, and how often it was answered."""

    steps: list[str]
    sandbox: str
    answered: Event = field(default_factory=Event)
    times: int = 0

    def asks_in(self, sandbox_id: bytes) -> bool:
        return self.sandbox.encode() == sandbox_id


class Clients:
    """Clients and receivers of webhooks: ``come`` is what they ask, ``health`` what only who looks can answer."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._changing, self._news = Lock(), Event()
        self._come: list[Asked] = []
        self._health: list[Event] = []
        self._calling = 0
        self.most_busy = 0
        self.stops = False
        self.all: list[Asked] = []
        self.threads = Threads(cast("Any", self.look), self._news.set, cast("Any", self.answer), MOST)

    def look(self, seconds: float) -> list[Asked]:
        self._news.wait(0.001 if self.stops else seconds)
        self._news.clear()
        with self._changing:
            come, self._come = self._come, []
            for asked in self._health:
                asked.set()
            self._health.clear()
        return come

    def ask(self, *steps: str, sandbox: str = "") -> Asked:
        asked = Asked(list(steps), sandbox)
        with self._changing:
            self.all.append(asked)
            self._come.append(asked)
        self._news.set()
        return asked

    def stop(self) -> None:
        self.stops = True
        self._news.set()
        self.threads.stop(PATIENCE_SECONDS, [])

    def answer(self, asked: Asked) -> None:
        self.most_busy = max(self.most_busy, self.threads.busy)
        while asked.steps:
            step = asked.steps.pop(0)
            if step == "follow":
                break
            getattr(self, f"_{step}")()
        if step == "follow" and asked.steps:
            self.threads.put(cast("Any", asked))
            return
        asked.times += 1
        asked.answered.set()

    def _compute(self) -> None:
        sum(range(self._chance.randrange(20_000)))

    def _wait(self) -> None:
        self._wait_for_health()

    def _stand_aside(self) -> None:
        with self.threads.aside():
            self._wait_for_health()

    def _be_called_back(self) -> None:
        """Wait for a receiver that asks for something before it answers; with one thread for each that is asked, not all may."""
        with self._changing:
            may = self._calling < MOST - 1
            self._calling += may
        if may:
            sandbox = self._chance.choice(SANDBOXES)
            with self.threads.aside(sandbox):
                assert self.ask("compute", sandbox=sandbox).answered.wait(PATIENCE_SECONDS)
            with self._changing:
                self._calling -= 1

    def _wait_for_health(self) -> None:
        asked = Event()
        with self._changing:
            self._health.append(asked)
        self._news.set()
        assert asked.wait(PATIENCE_SECONDS), "nobody looks"


STEPS = ("compute", "compute", "wait", "stand_aside", "be_called_back", "follow")


@contextmanager
def running(clients: Clients) -> Iterator[None]:
    thread = Thread(target=clients.threads.run, daemon=True)
    thread.start()
    yield
    clients.stop()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


@pytest.mark.parametrize("seed", range(12))
def test_nobody_is_forgotten(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "STALLED_SECONDS", 0.001)
    monkeypatch.setattr(threads, "LONG_SECONDS", 0.01)
    chance = Random(seed)  # noqa: S311 - no secret
    clients = Clients(chance)
    with running(clients):
        for _ in range(REQUESTS):
            clients.ask("compute", *chance.choices(STEPS, k=4), sandbox=chance.choice(SANDBOXES))
            sleep(chance.choice((0, 0, 0, 0.001, 0.005)))
        for asked in list(clients.all):
            assert asked.answered.wait(PATIENCE_SECONDS)

    assert {asked.times for asked in clients.all} == {1}
    assert clients.most_busy <= MOST
    assert (clients.threads.busy, len(clients.threads)) == (0, 0)
