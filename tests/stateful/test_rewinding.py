"""Rewinding, against what was seen before each deed: a checkpoint leads back to that, whatever was done since, and in which history."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake import JSON, Mock, Sandbox
from homes import InDirectory, InMemory
from stateful.interrupted import FEW, Interruptible
from stateful.steps import STEPS, Step, a_lively_scenario, take
from whole import LISTS

OTHERS: dict[str, Callable[[Sandbox, int], object]] = {
    "a read": lambda s, _: s.api.get("/bookings"),
    "a guest": lambda s, _: s.handle.book("direct"),
    "a fault": lambda s, n: s.handle.fault(("slow", "stale_read")[n % 2], times=1),
    "a token": lambda s, _: s.handle.issue_token("inbox_read"),
    "a reset": lambda s, _: s.handle.reset(),
}
DEEDS = st.tuples(st.sampled_from([*sorted(STEPS), *sorted(OTHERS), *["going back"] * 4]), st.integers(0, 120))


@pytest.fixture(params=["memory", "directory"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interruptible]:
    """A fake in each home that one process has to itself."""
    server = Interruptible(InMemory() if request.param == "memory" else InDirectory(tmp_path_factory.mktemp("data")))
    yield server
    server.close()


@dataclass
class Life:
    """A sandbox, and what was seen before what follows each of its checkpoints."""

    sandbox: Sandbox
    seen: dict[int, object] = field(default_factory=dict)

    def look(self) -> object:
        """What a fork shows, so that looking leaves no trace: every list, what is left of the rate limit, timeline, journal, time."""
        fork = Sandbox(self.sandbox.transport, self.sandbox.handle.fork().made)
        answers = [fork.api.get(path, per_page=100) for path in LISTS]
        told = [(entry["id"], entry["path"], entry["at"], entry["response"]["body"]) for entry in fork.handle.journal()]
        seen = (
            [answer.body.replace(fork.id.encode(), b"") for answer in answers],
            [answer.headers["X-RateLimit-Remaining"] for answer in answers],
            [fork.handle.timeline(), fork.handle.faults(), fork.now()],
            str(told).replace(fork.id, "").replace(self.sandbox.id, ""),
        )
        fork.handle.delete()
        return seen

    def points(self) -> list[JSON]:
        return self.sandbox.handle.clock.points()

    def do(self, name: str, number: int) -> None:
        known = [point["id"] for point in self.points()]
        if name == "going back":
            if known:
                self.go_back(known[number % len(known)])
            return
        before = self.look()
        if name in OTHERS:
            OTHERS[name](self.sandbox, number)
        else:
            take(self.sandbox, Step(name, number))
        new = [point["id"] for point in self.points() if point["id"] not in known]
        if new:
            self.seen[new[0]] = before

    def go_back(self, point_id: int) -> None:
        self.sandbox.handle.clock.rewind(point=point_id)
        assert self.look() == self.seen.get(point_id, self.look())


def test_a_checkpoint_leads_back_to_what_was_seen_there(server: Interruptible) -> None:
    @settings(max_examples=FEW if server.place.lasts else 8, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(deeds=st.lists(DEEDS, min_size=5, max_size=14))
    def lived(deeds: list[tuple[str, int]]) -> None:
        life = Life(Mock(server).sandbox(a_lively_scenario()))
        for name, number in deeds:
            life.do(name, number)

        for point_id in life.seen:
            life.go_back(point_id)

    lived()
