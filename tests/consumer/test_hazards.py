"""Hazards: each is met, and a careful client wins."""

import pytest

from inbox_contracts.consumer.driver import Client
from inbox_contracts.consumer.harness import Stage
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.trial import run

WORLDS = 2


@pytest.mark.parametrize("name", list(hazards()))
def test_a_careful_client_wins_and_meets_the_hazard_every_time(stage: Stage, careful: Client, name: str) -> None:
    verdict = run(careful, worlds=WORLDS, seed=1, only=name, stage=stage)
    assert verdict.codes == ()
    assert verdict.met[name] == WORLDS


def test_a_file_without_a_hazard_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from inbox_contracts.consumer.hazards import spam

    monkeypatch.delattr(spam, "HAZARD")
    hazards.cache_clear()
    with pytest.raises(TypeError, match=r"inbox_contracts\.consumer\.hazards\.spam must define HAZARD: Hazard"):
        hazards()
    monkeypatch.undo()
    hazards.cache_clear()
