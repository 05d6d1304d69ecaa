"""Which worlds are generated."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_contracts.consumer import generation
from inbox_contracts.consumer.generation import compatible, compose, generate
from inbox_contracts.consumer.hazards import StepBuilder, hazard, hazards
from inbox_contracts.consumer.hazards.texts import AGAIN
from inbox_contracts.consumer.worlds import PARTS, World, kind_of
from inbox_mock.faults.declaration import WebhookFault
from inbox_mock.faults.kinds import kinds as kinds_of_faults


def kinds_of_webhook_faults() -> set[str]:
    return {kind for kind, fault in kinds_of_faults().items() if isinstance(fault, WebhookFault)}


STORED_UNANSWERED = {"timeout_after", "truncated", "malformed"}


def a_world(draw: st.DataObject, without: str = "") -> World:
    return compose(
        draw.draw(st.sampled_from([name for name in hazards() if name != without])), lambda choices: draw.draw(st.sampled_from(choices))
    )


def faults(world: World) -> list[dict[str, Any]]:
    return [dict(step["fault"]) for step in world.steps if kind_of(step) == "fault"]


def test_the_same_seed_invents_the_same_worlds() -> None:
    assert generate(72, 5) == generate(72, 5)
    assert generate(72, 5) != generate(72, 6)


def test_worlds_depend_on_no_package_that_another_machine_has_in_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    assert len(generate(4, 77, only="lost_answer")) == 4


def test_the_third_world_of_a_hazard_holds_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    @hazard(met=lambda _: True)
    def quiet(steps: StepBuilder) -> None:
        """Nothing happens."""
        steps.sync()

    known = hazards() | {"quiet": quiet}
    monkeypatch.setattr(generation, "hazards", lambda: known)
    assert generate(3, 0, only="quiet")[2].steps == ({"client_syncs": {}},)


def test_a_hazard_of_which_there_are_few_worlds_is_met_in_some_of_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "compose", lambda _, pick, *__: World({}, ({"time_passes": pick(("1m", "2m"))},)))
    worlds = generate(5, 0, only="lost_answer")
    assert {world.steps[0]["time_passes"] for world in worlds} == {"1m", "2m"}
    assert len(worlds) == 5


def test_a_hazard_may_choose_between_objects_and_between_what_python_holds_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    @hazard(met=lambda _: True)
    def choosy(steps: StepBuilder) -> None:
        """Answers take a minute."""
        match = steps.any_of({"method": "GET"}, {"method": "POST"})
        steps.fault("slow", by="61s", match=match, times=steps.any_of(0, 1), honest=steps.any_of(False, True))

    known = hazards() | {"choosy": choosy}
    monkeypatch.setattr(generation, "hazards", lambda: known)
    found = [fault for world in generate(20, 0, only="choosy") for fault in faults(world) if fault.get("by") == "61s"]

    assert {fault["match"]["method"] for fault in found} == {"GET", "POST"}
    assert {type(fault["honest"]) for fault in found} == {bool}
    assert {type(fault["times"]) for fault in found} == {int}


def test_every_hazard_takes_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "compose", lambda must, *_: World({}, ({must: {}},)))
    assert [kind_of(world.steps[0]) for world in generate(2 * len(hazards()) + 1, 0)] == [*hazards(), *hazards(), next(iter(hazards()))]


def test_more_worlds_begin_with_the_same_ones() -> None:
    assert generate(100, 1)[:90] == generate(90, 1)


@pytest.mark.parametrize("seed", range(4))
def test_a_hazard_meets_everything_that_it_may_choose_before_anything_again(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    @hazard(met=lambda _: True)
    def choosy(steps: StepBuilder) -> None:
        """A time passes that is chosen."""
        steps.passes(steps.any_of("61s", "62s", "63s"))
        steps.passes(steps.any_of("71s", "72s"))
        steps.passes(steps.any_of("1d", "2d", "3d", "4d", "5d", "6d"))  # no world is drawn twice

    known = hazards() | {"choosy": choosy}
    monkeypatch.setattr(generation, "hazards", lambda: known)
    monkeypatch.setattr(generation, "MOST_FURTHER_HAZARDS", 0)
    monkeypatch.setattr(generation, "SIMPLEST", None)

    passed = [{step["time_passes"] for step in world.steps if "time_passes" in step} for world in generate(6, seed, only="choosy")]

    of_three, of_two = {"61s", "62s", "63s"}, {"71s", "72s"}
    assert [of_three & set().union(*passed[turn : turn + 3]) for turn in (0, 3)] == [of_three] * 2
    assert [of_two & set().union(*passed[turn : turn + 2]) for turn in (0, 2, 4)] == [of_two] * 3


@given(st.data())
def test_no_world_combines_hazards_that_no_client_could_handle(draw: st.DataObject) -> None:
    world = a_world(draw)
    stored = [fault for fault in faults(world) if fault["kind"] in STORED_UNANSWERED or fault.get("applied")]
    lost = [fault for fault in stored if fault.get("match", {}).get("method") == "POST"]
    stale = [fault for fault in faults(world) if fault["kind"] == "stale_read"]
    assert not (lost and stale)
    assert all(fault["honest"] for fault in stale)


@given(st.data())
def test_an_answer_with_tokens_is_lost_only_where_the_refresh_can_be_tried_again(draw: st.DataObject) -> None:
    world = a_world(draw)
    assert not any("oauth" in str(fault) for fault in faults(world)) or "refresh_revokes" not in str(world.scenario)


@given(st.data())
def test_a_booking_is_tied_to_a_conversation_that_the_client_can_have_seen_only_where_a_webhook_tells_of_it(draw: st.DataObject) -> None:
    world = a_world(draw)
    kinds = [kind_of(step) for step in world.steps]
    ties = [place for place, kind in enumerate(kinds) if kind in {"staff_connects", "staff_disconnects"}]
    if all(kinds[place - 2 : place] == ["guest_books", "guest_books"] for place in ties):
        return  # lists bring it as it is
    spoiled = {fault["kind"] for fault in faults(world)} & kinds_of_webhook_faults()
    assert "webhooks" in world.scenario
    assert spoiled <= {"stale", "lost"}  # a stale one names the conversation, too
    for place in (place for place, step in enumerate(world.steps) if "lost" in step.get("fault", {}).values()):
        unheard, *later = (world.steps[tie] for tie in ties if tie > place)
        assert any(step[kind_of(step)]["booking"] == unheard[kind_of(unheard)]["booking"] for step in later)


@given(st.data())
def test_each_guest_is_given_the_same_answer_once_but_where_that_is_the_hazard(draw: st.DataObject) -> None:
    replies = [step["client_replies"] for step in a_world(draw).steps if kind_of(step) == "client_replies"]
    told = [(reply["booking"], reply["content"]) for reply in replies if reply["content"] != AGAIN]
    assert len(told) == len(set(told))
    assert all(content.strip() for _, content in told)


def test_exclusion_goes_both_ways() -> None:
    assert not compatible(["lost_answer"], "stale_read")
    assert not compatible(["stale_read"], "lost_answer")
    assert compatible(["lost_answer"], "server_error")


@pytest.mark.parametrize("seed", range(3))
def test_worlds_begin_in_few_ways_so_that_each_is_made_once(seed: int) -> None:
    assert len({repr(world.scenario) for world in generate(200, seed)}) <= 2 ** len(PARTS)
