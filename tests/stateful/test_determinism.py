"""The same scenario, seed and calls make the same history, byte for byte; and reading changes nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import a_scenario
from fake import Mock, Sandbox
from receiver import receiving, subscribe
from stateful.history import LISTS, begin, history, live
from stateful.steps import Step, a_lively_scenario, steps, take

pytestmark = pytest.mark.both_transports

READS = [
    *(("GET", f"/{name}") for name in LISTS),
    ("GET", "/inbox/conversations/1"),
    ("GET", "/inbox/conversations?include=participants,messages"),
    ("GET", "/bookings?updated_since=2030-01-01T00:00:00Z"),
    ("GET", "/me"),
    ("GET", "/accounts"),
    ("GET", "/nowhere"),
    ("DELETE", "/inbox/messages"),
]
QUIET = settings(max_examples=6, derandomize=True, suppress_health_check=list(HealthCheck))


def test_the_same_calls_make_the_same_history(mock: Mock) -> None:
    one, two = begin(mock), begin(mock)

    live(one, 3)
    live(two, 3)

    assert history(one) == history(two)


def test_another_seed_makes_another_history(mock: Mock) -> None:
    one, two = begin(mock, 7), begin(mock, 8)

    live(one, 3)
    live(two, 3)

    assert history(one) != history(two)


def test_a_reset_sandbox_lives_the_same_life_again(mock: Mock) -> None:
    sandbox = begin(mock)
    live(sandbox)
    first = history(sandbox)

    sandbox.admin.post("/reset")
    live(sandbox)

    assert history(sandbox) == first


def test_two_sandboxes_that_live_side_by_side_do_not_know_each_other(mock: Mock) -> None:
    alone, one, two = begin(mock), begin(mock), begin(mock)
    live(alone, 3)

    for number in range(3):
        live(one, 1, number)
        live(two, 1, number)

    assert history(one) == history(two) == history(alone)


def test_one_more_read_anywhere_changes_nothing_else(mock: Mock) -> None:
    quiet, read = begin(mock), begin(mock)

    def reads() -> None:
        for method, path in READS:
            read.api.call(method, path)
        read.admin.get("/timeline")
        read.admin.get("/journal")
        read.admin.get("/deliveries")

    live(quiet, 3)
    live(read, 3, meanwhile=reads)

    assert history(read, accounting=False) == history(quiet, accounting=False)


def test_webhooks_are_the_same_too(mock: Mock) -> None:
    bodies = []
    for _ in range(2):
        sandbox = begin(mock)
        with receiving() as receiver:
            subscribe(sandbox, receiver.url)
            live(sandbox, 3)
            bodies.append([received.body for received in receiver.received])

    assert len(bodies[0]) > 10
    assert bodies[0] == bodies[1]


@QUIET
@given(taken=steps(15))
def test_any_steps_make_the_same_history_twice(mock: Mock, taken: list[Step]) -> None:
    found = []
    for _ in range(2):
        sandbox = mock.sandbox(a_lively_scenario())
        for step in taken:
            take(sandbox, step)
        found.append(history(sandbox))

    assert found[0] == found[1]


@QUIET
@given(taken=steps(10), read=st.lists(st.sampled_from(READS), max_size=10))
def test_any_reads_between_any_steps_change_nothing(mock: Mock, taken: list[Step], read: list[tuple[str, str]]) -> None:
    quiet, watched = mock.sandbox(a_lively_scenario()), mock.sandbox(a_lively_scenario())

    for number, step in enumerate(taken):
        take(quiet, step)
        take(watched, step)
        if number < len(read):
            watched.api.call(*read[number])

    assert history(watched, accounting=False) == history(quiet, accounting=False)


@pytest.mark.parametrize("drawn", ["conversation delay", "host participant"])
def test_a_draw_does_not_depend_on_the_draws_before(mock: Mock, drawn: str) -> None:
    def third(sandbox: Sandbox) -> object:
        booking = sandbox.admin.post("/bookings", {}).json["booking"]["id"]
        sandbox.admin.post("/clock/advance", {"until": "idle"})
        (number,) = sandbox.api.get(f"/bookings/{booking}").record["links"]["conversations"]
        opened = next(e for e in sandbox.handle.timeline()["past"] if e["about"].get("conversation_id") == number)
        return opened["at"] if drawn == "conversation delay" else len(sandbox.api.get(f"/inbox/conversations/{number}").json)

    one, two = mock.sandbox(a_scenario()), mock.sandbox(a_scenario())
    for _ in range(2):
        one.admin.post("/bookings", {"conversation_delay": "0s"})
        two.admin.post("/bookings", {"conversation_delay": "0s", "host_participant": False, "client_participants": 2})

    assert third(one) == third(two)
