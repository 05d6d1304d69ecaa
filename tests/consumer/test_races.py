"""Races: the events of a scenario, placed between the requests of a client."""

import re

import pytest

from builders import a_booking, a_scenario
from inbox_contracts.consumer import races
from inbox_contracts.consumer.driver import JSON, Client
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.judging import Judge
from inbox_contracts.consumer.races import baseline, placings
from inbox_contracts.consumer.trial import run
from inbox_contracts.consumer.worlds import MEANWHILE, World, kind_of
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import Scenario, find_shipped, from_object
from mutants.clients.matrix import MUTANTS
from processes import run as run_command

CLOSES: JSON = {"at": "1m", "staff_changes": {"booking": 80, "closed": True}}
CANCELS: JSON = {"at": "2m", "guest_cancels": {"booking": 80}}

MOVES: JSON = {"at": "1m", "staff_moves": {"booking": 81, "start_at": "2031-02-01T16:00:00Z", "end_at": "2031-02-05T10:00:00Z"}}


def a_race(*events: JSON, **changes: object) -> Scenario:
    bookings = [a_booking(id=80 + n, conversation=11 + n) for n in range(3)]
    return from_object(a_scenario(**{"bookings": bookings, "timeline": list(events), **changes}))


def worlds_of(scenario: Scenario, client: Client, harness: Harness, most: int = 1000, seed: int = 0) -> list[World]:
    with Judge(client, 10.0, harness) as judge:
        return placings(scenario, judge.run(baseline(scenario)), most, seed).worlds


def test_a_careful_client_passes_however_the_events_fall(harness: Harness, careful: Client) -> None:
    verdict = run(careful, races=a_race(CLOSES, CANCELS, page_cap=1), harness=harness)
    assert verdict.passed, verdict.failure
    assert verdict.worlds > 10


@pytest.mark.parametrize(
    ("name", "events", "code"),
    [
        ("keeps_one_time_for_all_lists", [CANCELS], "SYN004"),
        ("keeps_the_time_of_the_last_page", [CLOSES], "BELIEF"),
        ("keeps_what_is_gone", [CANCELS], "SYN004"),
    ],
)
def test_a_client_that_loses_a_race_is_found_by_it(harness: Harness, name: str, events: list[JSON], code: str) -> None:
    mutant = next(found for found in MUTANTS if found.name == name)
    verdict = run(mutant.client(), races=a_race(*events, page_cap=1), harness=harness, shrink_seconds=5)
    assert verdict.codes[:1] == (code,)
    assert verdict.failure is not None
    assert verdict.failure.recording.world.steps


def test_an_event_is_placed_where_it_can_make_a_difference_only(harness: Harness, careful: Client) -> None:
    placed = [step[MEANWHILE]["path"] for world in worlds_of(a_race(CLOSES), careful, harness) for step in world.steps if MEANWHILE in step]
    assert placed == ["/inbox/participants", "/inbox/participants"]  # conversations are read before them, once in each sync


@pytest.mark.parametrize("event", [CANCELS, MOVES])
def test_nothing_is_cancelled_or_moved_between_two_pages_of_a_list(harness: Harness, careful: Client, event: JSON) -> None:
    worlds = worlds_of(a_race(event, page_cap=1), careful, harness)
    assert not any(step[MEANWHILE]["path"] == "/bookings" for world in worlds for step in world.steps if MEANWHILE in step)


def test_events_keep_their_order(harness: Harness, careful: Client) -> None:
    for world in worlds_of(a_race(CANCELS, CLOSES), careful, harness):
        steps = [inner for step in world.steps for inner in (step[MEANWHILE]["steps"] if MEANWHILE in step else [step])]
        kinds = [kind_of(step) for step in steps if kind_of(step) in {"staff_changes", "guest_cancels"}]
        assert kinds == ["staff_changes", "guest_cancels"]


def test_of_too_many_placings_the_seed_chooses(harness: Harness, careful: Client) -> None:
    scenario = a_race(CLOSES, CANCELS, page_cap=1)
    chosen = [worlds_of(scenario, careful, harness, 5, seed) for seed in (1, 1, 2)]
    assert len(chosen[0]) == 5
    assert chosen[0] == chosen[1] != chosen[2]


def test_names_of_a_scenario_become_ids(harness: Harness, careful: Client) -> None:
    verdict = run(careful, races=find_shipped("staff-answers-meanwhile"), harness=harness)
    assert verdict.passed
    assert "host 2" in str(verdict) or verdict.worlds > 1


def test_a_scenario_in_which_nothing_happens_is_no_race() -> None:
    with pytest.raises(ScenarioError, match="found no timeline"):
        baseline(a_race())


def test_the_command_says_so() -> None:
    done = run_command("check", "client", "--races", "empty", "--", "true")
    assert done.returncode == 2
    assert "found no timeline" in done.stderr


def test_it_is_told_how_many_placings_there_are_and_how_many_are_tried(harness: Harness, careful: Client) -> None:
    (all_tried,) = run(careful, races=a_race(CLOSES), harness=harness).notes
    (some_tried,) = run(careful, races=a_race(CLOSES, CANCELS, page_cap=1), worlds=2, seed=3, harness=harness).notes

    assert re.fullmatch(r"1 event between \d+ requests can be placed in \d+ ways, .*; all of these are tried", all_tried)
    assert some_tried.endswith("; 2 of these are tried, chosen by seed 3 (--worlds)")


@pytest.mark.parametrize(
    ("name", "event"),
    [("", CLOSES), ("keeps_one_time_for_all_lists", CANCELS), ("keeps_the_time_of_the_last_page", CLOSES), ("keeps_what_is_gone", CANCELS)],
)
def test_placings_that_are_left_out_find_nothing_that_others_do_not(
    harness: Harness, careful: Client, monkeypatch: pytest.MonkeyPatch, name: str, event: JSON
) -> None:
    client = next((found.client() for found in MUTANTS if found.name == name), careful)
    reduced = run(client, races=a_race(event), harness=harness, shrink_seconds=0)

    monkeypatch.setattr(races, "_places", lambda _event, asked: set(range(len(asked) + 1)))
    whole = run(client, races=a_race(event), harness=harness, shrink_seconds=0)

    assert reduced.codes[:1] == whole.codes[:1]
    assert reduced.worlds <= whole.worlds
