"""A scenario is built with its rows held back and written together; the sandbox is the same as if each was written at once."""

import gc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import JSON
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.errors import ScenarioError
from inbox_mock.scenarios.loading import find_shipped, from_object
from inbox_mock.store import gathering, images
from scenarios.populated import scenarios
from whole import rows

WALL = 1_900_000_000.5


def built(scenario: JSON, mode: str) -> dict[str, list[Any]] | str:
    """All rows of the sandbox by table, or why there is none."""
    try:
        db = images.restore(build_image(from_object(scenario), Overrides(mode=mode), WALL))
    except ScenarioError as refused:
        return str(refused)
    return rows(db)


def built_row_by_row(scenario: JSON, mode: str) -> dict[str, list[Any]] | str:
    """The same, with each row written at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "create", images.create)
        return built(scenario, mode)


@given(scenarios(), st.sampled_from(["manual", "real"]), st.sampled_from([2, 20, 20_000]))
def test_rows_are_the_same_as_if_each_was_written_at_once(scenario: JSON, mode: str, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "MOST_ROWS", most)
        found = built(scenario, mode)

    assert found == built_row_by_row(scenario, mode)


@pytest.mark.parametrize(
    "name", ["agency", "cancelled-before-conversation", "long-thread", "relay-slow", "three-accounts", "webhook-stale"]
)
def test_a_shipped_scenario_is_the_same_as_if_each_row_was_written_at_once(name: str) -> None:
    scenario = dict(find_shipped(name).data)

    assert built(scenario, "manual") == built_row_by_row(scenario, "manual")


@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("scenario", [{}, {"bookings": [{"rental": "nowhere"}]}], ids=["built", "refused"])
def test_a_build_leaves_it_as_it_was_whether_garbage_is_searched_for(scenario: JSON, *, searches: bool) -> None:
    (gc.enable if searches else gc.disable)()
    try:
        built(scenario, "manual")

        assert gc.isenabled() == searches
    finally:
        gc.enable()
