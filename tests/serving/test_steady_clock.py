"""Somebody sets the clock of the machine while the fake serves: sandboxes whose clock runs live through no hour twice, and never stand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Options, create_app
from inbox_mock.cli import serve
from inbox_mock.environment import SteadyClock
from inbox_mock.scenarios.loading import find
from inbox_mock.serving.server import Server

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC).timestamp()
YEAR = 365 * 86_400


class Machine:
    """What a machine's two clocks show: the one that is set, and the one that only runs."""

    def __init__(self) -> None:
        self.set_to, self.ran = NOON, 500.0
        self.clock = SteadyClock(lambda: self.set_to, lambda: self.ran)

    def run(self, seconds: float) -> None:
        self.set_to += seconds
        self.ran += seconds

    def set(self, seconds: float) -> None:
        self.set_to += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def running(machine: Machine) -> Sandbox:
    fake = Mock(InProcess(create_app(Options(scenario=find("empty")), wall=machine.clock).app))
    return fake.sandbox(clock={"mode": "real"})


@pytest.mark.parametrize("back", [1, 3600, YEAR, 40 * YEAR])
def test_a_sandbox_runs_on_where_the_machines_clock_is_set_back(machine: Machine, running: Sandbox, back: float) -> None:
    machine.run(60)
    assert running.now() == "2030-06-01T12:01:00Z"

    machine.set(-back)
    assert running.now() == "2030-06-01T12:01:00Z"

    machine.run(60)
    assert running.now() == "2030-06-01T12:02:00Z"


def test_setting_it_right_again_moves_nothing(machine: Machine, running: Sandbox) -> None:
    machine.set(-YEAR)
    machine.run(60)
    machine.set(YEAR)

    assert running.now() == "2030-06-01T12:01:00Z"


def test_it_goes_forward_with_the_machines_clock(machine: Machine, running: Sandbox) -> None:
    machine.set(3600)

    assert running.now() == "2030-06-01T13:00:00Z"


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e9, 1e9)), max_size=20))
def test_it_runs_as_long_as_the_machine_does_at_least(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    before = machine.clock()

    for seconds, shift in steps:
        machine.set(shift)
        machine.run(seconds)
        now = machine.clock()
        assert now - before >= seconds - 1e-3
        assert now >= machine.set_to - 1e-3
        before = now


def test_a_server_goes_by_it() -> None:
    server = serve._prepared(Options(scenario=find("empty")), "127.0.0.1", 0, None)  # noqa: SLF001 - the command itself never returns

    assert isinstance(server, Server)
    with server:
        assert isinstance(server.fake.sandboxes.around.wall, SteadyClock)
