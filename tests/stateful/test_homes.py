"""A sandbox has the history that it has in memory wherever it lives, and whatever interrupts it."""

from hypothesis import HealthCheck, given, settings

from fake import Mock
from stateful.history import history
from stateful.interrupted import Interruptible
from stateful.steps import Step, a_lively_scenario, steps, take
from whole import MESSAGES


@settings(max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
@given(taken=steps(12))
def test_any_steps_make_the_history_that_they_make_in_memory(in_process: Mock, server: Interruptible, taken: list[Step]) -> None:
    expected, sandbox = in_process.sandbox(a_lively_scenario()), Mock(server).sandbox(a_lively_scenario())

    for number, step in enumerate(taken):
        for one in (expected, sandbox):
            take(one, step)
            one.api.get(MESSAGES)
            one.api.get(MESSAGES)
        if number % 2:
            server.put_to_sleep()
        elif server.place.lasts:
            server.restart()

    assert history(sandbox) == history(expected)
