"""The scheduler sleeps until something is due under a running clock, and may be stopped whenever."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic, sleep

import pytest

from builders import a_scenario
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.domain.errors import SandboxFull
from inbox_mock.engine import beginnings
from inbox_mock.engine.sandbox import Sandbox
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find, from_object
from inbox_mock.serving import scheduler as scheduling
from inbox_mock.serving.scheduler import LONGEST_SECONDS, SHARED_SECONDS, Scheduler

START = 1_900_000_000.0
A_GUEST_BOOKS = {"at": "+30s", "guest_books": {"rental": 16, "start_at": "+60d", "end_at": "+67d"}}


class AtOnce(Scheduler):
    """A scheduler that looks after sandboxes in the thread that looks."""

    def __init__(self, fake: Fake, wall: Callable[[], float]) -> None:
        super().__init__(fake.sandboxes, fake.sender, wall)
        self.looked_after: list[str] = []

    @property
    def is_woken(self) -> bool:
        return self._news.is_set()

    def _submit(self, sandbox: Sandbox) -> None:
        self.looked_after.append(sandbox.id)
        self._busy.add(sandbox.id)
        self._look_after(sandbox)


@dataclass
class Running:
    """A fake whose wall clock stands where it is put, its scheduler, and which sandboxes that has looked after."""

    fake: Fake
    wall: list[float]
    scheduler: AtOnce

    def sandbox(self, *timeline: object, rate: float = 1.0, mode: str = "real") -> Sandbox:
        scenario = from_object(a_scenario(timeline=list(timeline)))
        return self.fake.factory.create(scenario, Overrides(mode=mode, rate=rate))

    def look(self, after: float = 0) -> float:
        """Let time pass and the scheduler look; when it would look again."""
        self.wall[0] += after
        self.scheduler.looked_after.clear()
        return self.scheduler.look()


@pytest.fixture
def running() -> Iterator[Running]:
    wall = [START]
    fake = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="real")), wall=lambda: wall[0])
    scheduler = AtOnce(fake, lambda: wall[0])
    yield Running(fake, wall, scheduler)
    scheduler.stop()


def test_nobody_looks_after_a_clock_under_which_nothing_is_due(running: Running) -> None:
    for _ in range(20):
        running.sandbox()

    assert running.look(after=1_000) == LONGEST_SECONDS
    assert running.scheduler.looked_after == []


def test_it_looks_more_often_where_another_process_may_end_before_what_it_has_planned(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.fake.sandboxes.home, "is_shared", True)

    assert running.look() == SHARED_SECONDS


@pytest.mark.parametrize(("rate", "seconds"), [(1, 30), (60, 0.5), (0.75, 40)])
def test_it_sleeps_until_the_next_event_is_due_at_the_pace_of_the_clock(running: Running, rate: float, seconds: float) -> None:
    sandbox = running.sandbox(A_GUEST_BOOKS, rate=rate)

    assert running.look() == pytest.approx(seconds)
    assert running.scheduler.looked_after == []
    running.look(after=seconds + 0.001)
    assert running.scheduler.looked_after == [sandbox.id]
    assert running.look() == LONGEST_SECONDS
    with sandbox.work() as work:
        assert work.db.value("SELECT count(*) FROM bookings") == 1


def test_a_wall_clock_that_jumps_is_seen_at_the_next_look(running: Running) -> None:
    sandbox = running.sandbox({**A_GUEST_BOOKS, "at": "+5h"})

    assert running.look() == LONGEST_SECONDS
    running.look(after=86_400)
    assert running.scheduler.looked_after == [sandbox.id]


def test_a_thread_that_cannot_be_started_stops_no_clock(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith("delivery"):
            raise RuntimeError("can't start new thread")
        start(thread)

    scheduler = Scheduler(running.fake.sandboxes, running.fake.sender, lambda: running.wall[0])
    first, second = running.sandbox(A_GUEST_BOOKS), running.sandbox({**A_GUEST_BOOKS, "at": "+60s"})
    running.wall[0] += 31
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        scheduler.look()
    running.wall[0] += 31
    scheduler.look()
    for sandbox in (first, second):
        end = monotonic() + LONGEST_SECONDS
        while sandbox.due is not None:
            assert monotonic() < end
            sleep(0.001)
    scheduler.stop()


def test_a_clock_that_stands_and_a_sandbox_that_is_gone_wake_nobody(running: Running) -> None:
    running.sandbox(A_GUEST_BOOKS, mode="manual")
    running.fake.sandboxes.remove(running.sandbox(A_GUEST_BOOKS))

    assert running.look(after=60) == LONGEST_SECONDS
    assert running.scheduler.looked_after == []


def _make(running: Running) -> None:
    running.sandbox(A_GUEST_BOOKS)


def _fork(running: Running) -> None:
    sandbox = running.sandbox(A_GUEST_BOOKS)
    image, _ = sandbox.image()
    running.fake.sandboxes.remove(sandbox)
    running.look()
    running.fake.sandboxes.fork(sandbox, image)


def _reset(running: Running) -> None:
    sandbox = running.sandbox(A_GUEST_BOOKS)
    running.look(after=31)
    running.look()
    beginnings.reset(sandbox)


@pytest.mark.parametrize("plan", [_make, _fork, _reset])
def test_whatever_plans_something_earlier_ends_its_sleep(running: Running, plan: Callable[[Running], None]) -> None:
    running.look()
    plan(running)

    assert running.scheduler.is_woken
    assert running.look() == pytest.approx(30)


def test_a_unit_of_work_that_plans_nothing_earlier_does_not(running: Running) -> None:
    sandbox = running.sandbox(A_GUEST_BOOKS)
    running.look()
    with sandbox.work() as work:
        work.db.execute("UPDATE bookings SET updated_at = updated_at")

    assert not running.scheduler.is_woken


def test_a_full_sandbox_is_left_alone_until_something_changes_in_it(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise SandboxFull

    sandbox = running.sandbox(A_GUEST_BOOKS)
    with monkeypatch.context() as patched:
        patched.setattr(scheduling, "deliver_due", full)
        running.look(after=31)
        assert running.scheduler.looked_after == [sandbox.id]
        for _ in range(20):
            assert running.look(after=1) == LONGEST_SECONDS
            assert running.scheduler.looked_after == []
    beginnings.reset(sandbox)
    running.look(after=31)
    assert running.scheduler.looked_after == [sandbox.id]


def test_it_may_be_stopped_in_the_middle_of_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    fake = create_app(
        Options(scenario=from_object(a_scenario(timeline=[{**A_GUEST_BOOKS, "at": "+1s"}])), overrides=Overrides(mode="real"))
    )
    others = set(threading.enumerate())
    scheduler = Scheduler(fake.sandboxes, fake.sender, wall=lambda: scheduler.stop() or START * 2)  # type: ignore[func-returns-value]
    scheduler.start()

    for thread in set(threading.enumerate()) - others:
        thread.join(timeout=10)

    assert failed == []
