"""Hazards: each is met, a careful client passes, and one function adds a new one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox_contracts.consumer import hazards as package
from inbox_contracts.consumer.driver import Client
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.report import text
from inbox_contracts.consumer.trial import run

WORLDS = 2
BLACKOUT = '''
"""The service is down."""

from inbox_contracts.consumer.hazards import StepBuilder, hazard, struck


@hazard(met=lambda recording: struck(recording, "status"))
def blackout(steps: StepBuilder) -> None:
    """The service is down for ten minutes."""
    steps.book()
    steps.fault("status", status=503, **{"for": "10m"})
    steps.sync()
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules count as modules of hazards."""
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    hazards.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    hazards.cache_clear()


@pytest.mark.parametrize("name", list(hazards()))
def test_a_careful_client_wins_and_meets_the_hazard_every_time(harness: Harness, careful: Client, name: str) -> None:
    verdict = run(careful, worlds=WORLDS, seed=1, only=name, harness=harness)
    assert verdict.codes == ()
    assert verdict.met[name] == WORLDS


def test_one_function_adds_a_hazard_that_worlds_contain_and_the_verdict_names(folder: Path, harness: Harness, careful: Client) -> None:
    (folder / "outages_in_a_test.py").write_text(BLACKOUT)
    verdict = run(careful, worlds=WORLDS, only="blackout", harness=harness)
    assert verdict.passed
    assert verdict.met["blackout"] == WORLDS
    assert "blackout                The service is down for ten minutes." in text(verdict)


def test_a_module_without_a_hazard_is_named(folder: Path) -> None:
    (folder / "nothing_in_a_test.py").write_text("")
    with pytest.raises(TypeError, match=r"inbox_contracts\.consumer\.hazards\.nothing_in_a_test must declare a hazard with @hazard"):
        hazards()


def test_a_second_hazard_of_a_name_is_refused(folder: Path) -> None:
    (folder / "twice_in_a_test.py").write_text(BLACKOUT.replace("blackout", "spam"))
    with pytest.raises(TypeError, match=r"twice_in_a_test: found a second hazard spam; expected a name of its own"):
        hazards()
