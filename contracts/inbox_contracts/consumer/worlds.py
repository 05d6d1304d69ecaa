"""A world: a scenario, and the steps of a trial in it. Kept in a file, it is a scenario file with the key ``trial``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inbox_mock.engine import durations
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario, find, from_object

JSON = dict[str, Any]

TRIAL = "trial"
SYNCS, REPLIES, PASSES, EDITS = "client_syncs", "client_replies", "time_passes", "staff_edits"
COMMANDS = (SYNCS, REPLIES)
RECEIVER = "http://127.0.0.1:9000/webhooks"
"""Where a world's webhooks go: in a trial to the client, and when the file is served to whoever listens there."""


@dataclass(frozen=True, slots=True)
class World:
    """``scenario`` is how it begins; ``steps`` are what happens and what the client is told, each an object with one key."""

    scenario: Mapping[str, Any]
    steps: tuple[JSON, ...]

    @property
    def start(self) -> Scenario:
        """The scenario, checked.

        Raises:
            Mistake: it does not keep to the schema.

        """
        return from_object(dict(self.scenario))

    @property
    def size(self) -> tuple[int, int]:
        """What makes a world smaller than another: steps first, then what it starts with."""
        return len(self.steps), sum(len(part) for part in self.scenario.values() if isinstance(part, list))

    def with_steps(self, steps: Sequence[JSON]) -> "World":
        """Return the same beginning with other steps."""
        return World(self.scenario, tuple(steps))

    def assuming(self, **switches: object) -> "World":
        """Return the same world under other assumptions."""
        if not switches:
            return self
        return World({**self.scenario, "assume": {**self.scenario.get("assume", {}), **switches}}, self.steps)


def kind_of(step: Mapping[str, Any]) -> str:
    """Return what a step is, such as ``guest_books``."""
    return next(iter(step))


def load(path: str) -> World:
    """Return the world in a file.

    Raises:
        Mistake: it cannot be read, does not keep to the schema, or holds no trial.

    """
    scenario = find(path if "/" in path or path.endswith((".yaml", ".yml")) else f"./{path}")
    steps = scenario.data.get(TRIAL)
    if not steps:
        raise ScenarioError(scenario.name, 1, f"no {TRIAL}", f"a world: a scenario with the steps of a trial under {TRIAL}")
    written: list[JSON] = list(steps)  # type: ignore[call-overload]
    for number, step in enumerate(written):
        if PASSES in step:
            try:
                durations.parse(step[PASSES])
            except ValueError as error:
                raise scenario.error((TRIAL, number, PASSES), str(error), "a duration of ten years at the most") from None
    beginning = {name: part for name, part in scenario.data.items() if name != TRIAL}
    return World(beginning, tuple(written))


def save(world: World, folder: Path, name: str, description: str) -> Path:
    """Write a world into a file, and return its path.

    Raises:
        OSError: it cannot be written.

    """
    import yaml

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    written = {"description": description, **{key: part for key, part in world.scenario.items() if key != "description"}}
    head = yaml.dump(written, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    steps = yaml.dump({TRIAL: list(world.steps)}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    path.write_text(f"{head}{steps}", encoding="utf-8")
    return path
