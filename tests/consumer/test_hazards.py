"""Hazards: each is met, a careful client passes, and one function adds a new one."""

import re
from pathlib import Path

import pytest

from inbox_contracts.consumer import hazards as package
from inbox_contracts.consumer.driver import Client
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.report import text
from inbox_contracts.consumer.trial import run
from inbox_mock.domain.discovery import DeclarationError
from plugged import plugged

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


@pytest.mark.parametrize("name", list(hazards()))
def test_a_careful_client_passes_and_meets_the_hazard_every_time(harness: Harness, careful: Client, name: str) -> None:
    verdict = run(careful, worlds=WORLDS, seed=1, only=name, harness=harness)
    assert verdict.codes == ()
    assert verdict.met[name] == WORLDS


def test_one_function_adds_a_hazard_that_worlds_contain_and_the_verdict_names(tmp_path: Path, harness: Harness, careful: Client) -> None:
    with plugged(package, "outages", BLACKOUT, tmp_path):
        verdict = run(careful, worlds=WORLDS, only="blackout", harness=harness)
        assert verdict.passed
        assert verdict.met["blackout"] == WORLDS
        assert re.search("blackout +The service is down for ten minutes[.]", text(verdict))
    assert "blackout" not in hazards()


def test_a_module_without_a_hazard_is_named(tmp_path: Path) -> None:
    told = r"inbox_contracts\.consumer\.hazards\.nothing must define at least one Hazard"
    with plugged(package, "nothing", "", tmp_path), pytest.raises(DeclarationError, match=told):
        hazards()


def test_a_second_hazard_of_a_name_is_refused(tmp_path: Path) -> None:
    told = r"the name 'spam' is declared twice: in \S+\.\w+ and in \S+\.twice"
    with plugged(package, "twice", BLACKOUT.replace("blackout", "spam"), tmp_path), pytest.raises(DeclarationError, match=told):
        hazards()


def test_a_hazard_that_excludes_what_is_no_hazard_is_refused(tmp_path: Path) -> None:
    text = BLACKOUT.replace('"status")', '"status"), excludes=frozenset({"lost_anser"})', 1)
    told = "hazard 'blackout' excludes 'lost_anser'; did you mean 'lost_answer'?"
    with plugged(package, "outages", text, tmp_path), pytest.raises(DeclarationError, match=re.escape(told)):
        hazards()


def test_a_hazard_whose_fault_there_is_not_is_refused(tmp_path: Path, harness: Harness, careful: Client) -> None:
    text, told = BLACKOUT.replace('fault("status"', 'fault("statos"'), "no fault has the kind 'statos'; did you mean 'status'?"
    with plugged(package, "outages", text, tmp_path), pytest.raises(ValueError, match=re.escape(told)):
        run(careful, worlds=1, only="blackout", harness=harness)


def test_a_trial_of_one_hazard_says_so_if_the_client_never_met_it(tmp_path: Path, harness: Harness, careful: Client) -> None:
    never = BLACKOUT.replace('struck(recording, "status")', "False").replace(", hazard, struck", ", hazard")
    with plugged(package, "outages", never, tmp_path):
        verdict = run(careful, worlds=1, only="blackout", harness=harness)
    assert verdict.passed
    assert "the hazard blackout was met in no world" in verdict.notes
