"""The client trial on trial: a broken client for every rule and verdict, and the good one as control."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from driver import Driver
from inbox_contracts.consumer.findings import TITLES
from inbox_contracts.consumer.harness import Harness
from inbox_contracts.consumer.hazards import hazards
from inbox_contracts.consumer.trial import run
from inbox_contracts.rules import RULES
from mutants.clients.broken import InThisProcess, Mutant
from mutants.clients.matrix import FAST_CONTROL_WORLDS, MUTANTS, on_trial, one_for_each_code, replayed

OF_THE_DRIVER = {"GAVE_UP"}
"""Verdicts that only a driver's process can come by; the driver protocol has tests of its own."""

"""A note on scopes, which the trial itself chooses."""


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness() as harness:
        yield harness


@pytest.mark.parametrize("mutant", one_for_each_code(), ids=lambda mutant: mutant.name)
def test_a_broken_client_is_found_for_its_own_reason_and_its_saved_world_finds_it_again(
    mutant: Mutant, harness: Harness, tmp_path: Path
) -> None:
    verdict = on_trial(mutant, harness, fast=True)
    assert verdict.codes[:1] == (mutant.killed_by,), mutant.fault
    assert verdict.failure is not None
    assert replayed(mutant, verdict.failure, harness, tmp_path).codes[:1] == (mutant.killed_by,)


def test_the_good_client_stands_the_trial(harness: Harness) -> None:
    verdict = run(InThisProcess(Driver()), worlds=FAST_CONTROL_WORLDS, harness=harness)
    assert verdict.passed, verdict.failure


def test_every_rule_verdict_and_hazard_has_a_broken_client() -> None:
    errors = {rule.code for rule in RULES if rule.severity != "note"}
    assert {mutant.killed_by for mutant in MUTANTS} == (errors | TITLES.keys() | {"CRASH"}) - OF_THE_DRIVER
    assert {mutant.hazard for mutant in MUTANTS} == set(hazards())
