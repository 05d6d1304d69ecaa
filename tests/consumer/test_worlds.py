"""World files: a scenario with the steps of a trial."""

from pathlib import Path

import pytest

from builders import a_booking, a_scenario
from inbox_contracts.consumer.driver import JSON, Client
from inbox_contracts.consumer.generation import generate
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import World, load, save
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find
from processes import run as run_command

STEPS: tuple[JSON, ...] = (
    {"guest_books": {"id": 101, "channel": "airbnb", "rental": 16, "start_at": "+30d", "end_at": "+37d"}},
    {"client_replies": {"booking": 101, "content": 'Grüß Gott! 🐕 no: "12:30"\n- yes\t'}},
    {"time_passes": "10m"},
    {"client_syncs": {}},
)


class NotedBeliefs:
    """A client whose beliefs are kept."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.beliefs: list[JSON] = []
        self.start, self.reply, self.webhook = client.start, client.reply, client.webhook

    def sync(self) -> JSON:
        found = dict(self.client.sync())
        self.beliefs.append(found)
        return found


def test_a_world_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    for world in [World(a_scenario(bookings=[a_booking()]), STEPS), *generate(40, 3)]:
        read = load(str(save(world, tmp_path, "world", "A world.")))
        assert read.steps == world.steps
        assert {**read.scenario, "description": "A world."} == {"description": "A world.", **world.scenario}


@pytest.mark.parametrize("text", ["08", "1e1", "0o7", "10", "null", "yes", "2030-06-01", "1:30", "~", "12e03"])
def test_a_text_that_some_readers_of_yaml_take_for_something_else_comes_back_as_the_text(text: str, tmp_path: Path) -> None:
    world = World(a_scenario(bookings=[a_booking()]), ({"client_replies": {"booking": 80, "content": text}},))
    assert load(str(save(world, tmp_path, "world", "A world."))).steps == world.steps


def test_a_world_file_is_a_scenario_file(tmp_path: Path) -> None:
    path = save(World(a_scenario(bookings=[a_booking()]), STEPS), tmp_path, "world", "A world.")
    assert find(str(path)).description == "A world."
    checked = run_command("scenarios", str(path))
    assert checked.returncode == 0, checked.stderr


def test_a_scenario_without_a_trial_is_no_world(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text("description: No trial.\n")
    with pytest.raises(ScenarioError, match="found no trial; expected a world"):
        load(str(path))


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("{client_sync: {}}", "the unknown key 'client_sync'; did you mean 'client_syncs'?"),
        ("{client_replies: {booking: 80}}", "no 'content'"),
        ("{time_passes: 10m, client_syncs: {}}", "expected exactly one thing"),
        ("{guest_cancels: {}}", "no 'booking'"),
        ("{time_passes: 90000d}", "is more than ten years"),
        ("{meanwhile: {path: /bookings, steps: [{time_passes: 90000d}]}}", "is more than ten years"),
        ("{meanwhile: {path: /bookings, steps: [{client_syncs: {}}]}}", "the unknown key 'client_syncs'"),
        ("{meanwhile: {path: /bookings, steps: []}}", "expected "),
    ],
)
def test_a_mistake_in_a_step_is_told_with_its_line(tmp_path: Path, step: str, found: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(f"description: A world.\ntrial:\n  - {step}\n")
    with pytest.raises(ScenarioError) as mistake:
        load(str(path))
    assert f"{path}:3" in str(mistake.value)
    assert found in str(mistake.value)


@pytest.mark.parametrize(
    ("which", "read"),
    [
        ({"page": 1}, []),
        ({"page": 2}, [101]),
        ({"nth": 3}, [101, 102]),
        ({"page": 2, "after_failure": True}, [101, 102, 103]),
    ],
    ids=["before the first page", "before a page", "before the nth request", "after a failure that never comes"],
)
def test_what_happens_meanwhile_happens_between_two_requests(harness: Harness, careful: Client, which: JSON, read: list[int]) -> None:
    """``read`` are the conversations that had been read, as they were before, when staff closed them all."""
    stay = {"channel": "airbnb", "rental": 16, "start_at": "+30d", "end_at": "+37d", "conversation_delay": "0s"}
    booked: list[JSON] = [{"guest_books": {"id": number, "conversation": number, **stay}} for number in (101, 102, 103)]
    closes: list[JSON] = [{"staff_changes": {"booking": number, "closed": True}} for number in (101, 102, 103)]
    steps = (*booked, {"meanwhile": {"path": "/inbox/conversations", **which, "steps": closes}}, {"client_syncs": {}})
    noted = NotedBeliefs(careful)

    run(noted, replay=World(a_scenario(page_cap=1), steps), harness=harness)

    assert [found["id"] for found in noted.beliefs[0]["conversations"] if not found["closed"]] == read
