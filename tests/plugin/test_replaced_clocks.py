"""Tests that freeze the time of the process: a running sandbox has it too, whichever was there first, in every thread."""

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import threading
from datetime import UTC, datetime

import pytest
import requests
import time_machine
from freezegun import freeze_time

PAST, FUTURE = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2060, 1, 2, 3, 4, 5, tzinfo=UTC)
WAYS = {
    "freezegun": freeze_time,
    "elsewhere": lambda at: freeze_time(at, tz_offset=-4),
    "time-machine": lambda at: time_machine.travel(at, tick=False),
}

@pytest.fixture(params=WAYS)
def frozen(request):
    return WAYS[request.param]

running = pytest.mark.inbox_scenario(clock={"mode": "real"})
fixtures = pytest.mark.parametrize("fixture", ["inbox_mock", "inbox_mock_in_process"])

def seconds_after(at, sandbox):
    requests.get(f"{sandbox.url}/me", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10)
    asked = sandbox.journal()[-1]["at"]
    assert asked == sandbox.clock.now
    return (datetime.fromisoformat(asked) - at).total_seconds()

@running
@fixtures
def test_begun_while_frozen(request, fixture, frozen):
    with frozen(PAST):
        assert seconds_after(PAST, request.getfixturevalue(fixture)) == 0

@running
@fixtures
def test_there_before(request, fixture, frozen):
    sandbox = request.getfixturevalue(fixture)
    with frozen(FUTURE):
        assert -600 < seconds_after(FUTURE, sandbox) <= 0

def test_in_a_thread(inbox_mock_server, frozen):
    found = []
    with frozen(PAST):
        thread = threading.Thread(target=lambda: found.append(inbox_mock_server.fake.sandboxes.around.wall()))
        thread.start()
        thread.join()
    assert found == [PAST.timestamp()]
"""


@pytest.mark.parametrize("first", ["begun_while_frozen", "there_before"])
def test_a_running_clock_shows_the_frozen_time_whatever_ran_before(suite: pytest.Pytester, first: str) -> None:
    suite.makeconftest(f"def pytest_collection_modifyitems(items): items.sort(key=lambda item: {first!r} not in item.name)")
    suite.makepyfile(SUITE)

    suite.runpytest_subprocess().assert_outcomes(passed=15)
