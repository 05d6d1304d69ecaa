"""Races: the events of a scenario, placed between the requests of a client."""

import re
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_booking, a_scenario
from inbox_contracts.consumer import races
from inbox_contracts.consumer.driver import JSON, Client
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.judging import Judge
from inbox_contracts.consumer.races import baseline, count_ways, nth_placing, placings
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


def some_places(end: int) -> st.SearchStrategy[dict[int, bool]]:
    """Places where an event can happen, and whether it makes a difference there: it does at both ends."""
    between = st.dictionaries(st.integers(1, end), st.booleans())
    return between.map(lambda found: {**found, 0: True, end + 1: True})


def worlds_of(scenario: Scenario, client: Client, harness: Harness, most: int = 1000, seed: int = 0) -> list[World]:
    with Judge(client, 10.0, harness) as judge:
        return placings(scenario, judge.run(baseline(scenario)), most, seed).worlds


def all_steps(world: World) -> list[JSON]:
    """The steps of a world in their order, those between two requests of the client included."""
    return [inner for step in world.steps for inner in (step[MEANWHILE]["steps"] if MEANWHILE in step else [step])]


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
    worlds = worlds_of(a_race(CANCELS, CLOSES), careful, harness)
    assert len(worlds) > 1
    for world in worlds:
        kinds = [kind_of(step) for step in all_steps(world) if kind_of(step) in {"staff_changes", "guest_cancels"}]
        assert kinds == ["staff_changes", "guest_cancels"]


def test_of_too_many_placings_the_seed_chooses(harness: Harness, careful: Client) -> None:
    scenario = a_race(CLOSES, CANCELS, page_cap=1)
    chosen = [worlds_of(scenario, careful, harness, 5, seed) for seed in (1, 1, 2)]
    assert len(chosen[0]) == 5
    assert chosen[0] == chosen[1] != chosen[2]


def test_names_of_a_scenario_become_ids(harness: Harness, careful: Client) -> None:
    worlds = worlds_of(find_shipped("staff-answers-meanwhile"), careful, harness)
    written = [step["staff_writes"]["host"] for world in worlds for step in all_steps(world) if "staff_writes" in step]
    assert set(written) == {2}  # whom the scenario calls jan


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


@pytest.mark.parametrize("name", ["", "keeps_one_time_for_all_lists", "keeps_what_is_gone"])
def test_placings_of_two_events_that_are_left_out_find_nothing_that_others_do_not(
    harness: Harness, careful: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    client = next((found.client() for found in MUTANTS if found.name == name), careful)
    scenario = a_race(CLOSES, CANCELS)

    def verdicts(worlds: list[World]) -> set[tuple[str, ...]]:
        with Judge(client, 10.0, harness) as judge:
            return {tuple(sorted({found.code for found in judge.judge(world).findings})) for world in worlds}

    tried = worlds_of(scenario, client, harness)
    monkeypatch.setattr(races, "_places", lambda _event, asked: dict.fromkeys(range(len(asked) + 1), True))
    left_out = [world for world in worlds_of(scenario, client, harness) if world not in tried]

    assert left_out
    assert verdicts(left_out) <= verdicts(tried)


@given(st.integers(1, 6).flatmap(lambda end: st.lists(some_places(end), min_size=1, max_size=3)))
def test_of_placings_that_make_the_same_difference_one_is_tried(places: list[dict[int, bool]]) -> None:
    def difference(placing: Sequence[int]) -> tuple[int, ...]:
        return tuple(sum(some[one] for one in some if one <= place) for some, place in zip(places, placing, strict=True))

    ways = count_ways(places)
    tried = [difference(nth_placing(number, places, ways)) for number in range(ways[0][0])]

    assert len(set(tried)) == len(tried)
    assert set(tried) == {difference(placing) for placing in product(*places) if list(placing) == sorted(placing)}
