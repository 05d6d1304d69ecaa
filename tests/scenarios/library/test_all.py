"""All shipped scenarios."""

import pytest

from fake import Mock
from inbox_mock.scenarios.build import Overrides, build_image
from inbox_mock.scenarios.loading import Scenario, shipped

SPRING = 1_900_000_000.0  # 2030-03-17T17:46:40Z on the wall clock
LIBRARY = [scenario for scenario in shipped() if scenario.name != "large"]


def test_there_are_at_least_thirty_besides_the_ordinary_ones() -> None:
    assert len({scenario.name for scenario in LIBRARY} - {"agency", "empty"}) >= 30


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_each_loads(scenario: Scenario, mode: str) -> None:
    assert build_image(scenario, Overrides(mode=mode), wall=SPRING)


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.name)
def test_each_says_in_one_sentence_what_it_shows(scenario: Scenario) -> None:
    assert scenario.description.endswith(".")
    assert len(scenario.description) < 160
    assert ". " not in scenario.description


@pytest.mark.parametrize("scenario", LIBRARY, ids=lambda scenario: scenario.name)
def test_each_plays_to_its_end_and_nothing_in_it_is_refused(mock: Mock, scenario: Scenario) -> None:
    sandbox = mock.sandbox({**scenario.data, "webhooks": []})

    happened = sandbox.advance("2d")["happened"]

    assert [event for event in happened if "refused" in event["about"]] == []
    assert sandbox.handle.timeline()["pending"] == []
