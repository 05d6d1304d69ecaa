"""The scheduler looks after running clocks until it is stopped, whenever that is."""

import threading

import pytest

from inbox_mock.app import Options, create_app
from inbox_mock.scenarios.build import Overrides
from inbox_mock.scenarios.loading import find
from inbox_mock.scheduler import Scheduler


def test_it_may_be_stopped_in_the_middle_of_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    fake = create_app(Options(scenario=find("empty"), overrides=Overrides(mode="real")))
    others = set(threading.enumerate())

    def stop() -> None:
        scheduler.stop()

    scheduler = Scheduler(fake.sandboxes, fake.sender, at_each_tick=stop)
    scheduler.start()

    for thread in set(threading.enumerate()) - others:
        thread.join(timeout=10)

    assert failed == []
