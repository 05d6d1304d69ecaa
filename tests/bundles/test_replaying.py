"""A bundle says all that has happened: done again, it gives the same answers, byte for byte."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings

from bundles.lives import live, lives
from fake import InProcess, Mock, Sandbox
from inbox_mock.app import Fake, Options, create_app
from inbox_mock.bundles.bundle import Bundle, read
from inbox_mock.bundles.saving import save
from inbox_mock.replaying.replay import replay
from inbox_mock.scenarios.loading import find
from steps import Step, a_lively_scenario

MANY = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@dataclass
class Wall:
    """A wall clock that goes on by some seconds each time that somebody looks."""

    seconds: float = 1_900_000_000.0
    answered: list[int] = field(default_factory=lambda: [200])

    def __call__(self) -> float:
        self.seconds += 0.7
        return self.seconds


@pytest.fixture(scope="module")
def running() -> Iterator[Fake]:
    """A fake whose receiver calls back, and refuses every other webhook."""
    made = create_app(Options(scenario=find("empty"), seed=0), wall=Wall(), wait=lambda _seconds: None)
    mock = Mock(InProcess(made.app))
    statuses = [200, 500]

    def receive(_url: str, _headers: Mapping[str, str], _body: bytes) -> tuple[int, Mapping[str, str], str]:
        statuses.reverse()
        latest = made.sandboxes.all()[-1]
        token = mock.admin.get(f"/sandboxes/{latest.id}").json["token"]
        mock.caller(token).get("/inbox/messages", per_page=2)
        return statuses[0], {"X-Received": "yes"}, "noted"

    made.sender.local_receivers["receiver.test"] = receive
    yield made
    made.sandboxes.begin_anew()


def bundle_of(fake: Fake, sandbox: Sandbox) -> Bundle:
    return read(save(fake.sandboxes.get(sandbox.id)))


@MANY
@given(life=lives(25))
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_a_life_done_again_gives_the_same_answers(running: Fake, mode: str, life: list[Step]) -> None:
    sandbox = Mock(InProcess(running.app)).sandbox(a_lively_scenario(), clock={"mode": mode})
    live(sandbox, life)

    found = replay(bundle_of(running, sandbox))

    assert found.difference is None, "\n".join(found.difference.lines)
    assert found.ended is None
