"""Snapshots, restoring, resetting and forking, against a model in which a world is a list of texts and a time."""

from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from builders import a_booking, a_message, a_scenario
from fake import Mock, Sandbox
from inbox_mock.engine import sandboxes
from stateful.interrupted import Interrupted, Interruptible, hold_to_model

MESSAGES = "/inbox/messages"
NAMES = st.sampled_from(["one", "two"])
NUMBERS = st.integers(0, 3)


@dataclass
class World:
    """What a sandbox should hold: what was said, how many minutes have passed, how many requests the journal tells of."""

    said: list[str] = field(default_factory=list)
    minutes: int = 0
    requests: int = 0


@dataclass
class Life:
    """A sandbox beside the model of it."""

    sandbox: Sandbox
    world: World = field(default_factory=World)
    kept: dict[str, World] = field(default_factory=dict)


class Lives(Interrupted):
    """Every sandbox is what the model says, whatever was done to the others; only one of them is awake at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._most_awake = sandboxes.MOST_AWAKE
        sandboxes.MOST_AWAKE = 1

    def teardown(self) -> None:
        super().teardown()
        sandboxes.MOST_AWAKE = self._most_awake

    @initialize()
    def begin(self) -> None:
        host = {"id": 2, "booking": 80, "host": "jan", "at": "-1h"}
        self.lives = [Life(Mock(self.server).sandbox(a_scenario(bookings=[a_booking()], participants=[host])))]

    def life(self, number: int) -> Life:
        return self.lives[number % len(self.lives)]

    @rule(which=NUMBERS, number=st.integers(0, 9))
    def write(self, which: int, number: int) -> None:
        life = self.life(which)
        assert life.sandbox.api.post(MESSAGES, a_message(content=f"Message {number}")).status == 201
        life.world.said.append(f"Message {number}")
        life.world.requests += 1

    @rule(which=NUMBERS, minutes=st.integers(0, 30))
    def advance(self, which: int, minutes: int) -> None:
        life = self.life(which)
        life.sandbox.advance(f"{minutes}m")
        life.world.minutes += minutes

    @rule(which=NUMBERS, name=NAMES)
    def keep(self, which: int, name: str) -> None:
        life = self.life(which)
        assert life.sandbox.admin.post("/snapshots", {"name": name}).status == 201
        life.kept[name] = deepcopy(life.world)

    @rule(which=NUMBERS, name=NAMES)
    def restore(self, which: int, name: str) -> None:
        life = self.life(which)
        status = life.sandbox.admin.post(f"/snapshots/{name}/restore").status
        assert status == (200 if name in life.kept else 404)
        life.world = deepcopy(life.kept.get(name, life.world))

    @rule(which=NUMBERS, name=NAMES)
    def forget(self, which: int, name: str) -> None:
        life = self.life(which)
        assert life.sandbox.admin.delete(f"/snapshots/{name}").status == (204 if name in life.kept else 404)
        life.kept.pop(name, None)

    @rule(which=NUMBERS)
    def reset(self, which: int) -> None:
        life = self.life(which)
        assert life.sandbox.admin.post("/reset").status == 200
        life.world = World()

    @rule(which=NUMBERS, name=st.none() | NAMES)
    def fork(self, which: int, name: str | None) -> None:
        life = self.life(which)
        if len(self.lives) > 3:
            return
        answer = life.sandbox.admin.post("/fork", {} if name is None else {"snapshot": name})
        world = life.world if name is None else life.kept.get(name)
        assert answer.status == (422 if world is None else 201)
        if world is not None:
            self.lives.append(Life(Sandbox(life.sandbox.transport, answer.json), deepcopy(world)))

    @invariant()
    def each_is_what_the_model_says(self) -> None:
        for life in self.lives:
            found = life.sandbox.api.get(MESSAGES, per_page=100)
            life.world.requests += 1
            assert [message["content"] for message in found.records] == life.world.said
            assert len(life.sandbox.handle.journal()) == min(100, life.world.requests)
            assert life.sandbox.now() == f"2030-06-01T{12 + life.world.minutes // 60:02}:{life.world.minutes % 60:02}:00Z"
            assert [kept["name"] for kept in life.sandbox.admin.get("/snapshots").json["snapshots"]] == list(life.kept)


def test_sandboxes_are_what_the_model_says(server: Interruptible) -> None:
    hold_to_model(Lives, server, settings(max_examples=25, stateful_step_count=20, derandomize=True))
