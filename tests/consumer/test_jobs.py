"""Drivers that run side by side: the verdict is that of one alone, and each harms only its own worlds."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.signalled import MARK, are_gone
from inbox_contracts.consumer import report, trial
from inbox_contracts.consumer.trial import Verdict, run

PYTHON_CLIENT = Path(__file__).resolve().parents[2] / "examples" / "python_client"
GOOD = """
import os, sys
open(os.environ["INBOX_MOCK_TEST_MARK"], "a").write(f"{os.getpid()}\\n")
sys.path.insert(0, sys.argv[1])
import driver
from inbox_client import Inbox
DEED
driver.main()
"""
KEEPS_CANCELLED_BOOKINGS = """
catch_up = Inbox.catch_up
def forget_nothing(self, name):
    known = dict(self.copy[name])
    catch_up(self, name)
    self.copy[name] = known | self.copy[name]
Inbox.catch_up = forget_nothing
"""
DIES_IN_ITS_SIXTH_WORLD = """
start, started = driver.Driver.start, []
def die(self, **given):
    started.append(given)
    if len(started) == 6:
        os._exit(3)
    return start(self, **given)
driver.Driver.start = die
"""
KILLS_WHO_COMMANDS_IT_BESIDE_THE_TRIAL = """
def parent(pid):
    return int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
if parent(os.getppid()) != int(os.environ["INBOX_MOCK_TEST_TRIAL"]):
    os.kill(parent(os.getppid()), 9)
"""


WORLDS_OF_A_JOB = 4


@pytest.fixture(autouse=True)
def _few_worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "WORLDS_OF_A_JOB", WORLDS_OF_A_JOB)
    monkeypatch.setenv(MARK, str(tmp_path / "mark"))


def on_trial(jobs: int, deed: str = "", worlds: int = 3 * WORLDS_OF_A_JOB, **options: Any) -> Verdict:
    """Put a client on trial, and return the verdict without what differs from run to run."""
    command = [sys.executable, "-c", GOOD.replace("DEED", deed), str(PYTHON_CLIENT)]
    return replace(run(command, worlds=worlds, jobs=jobs, shrink_seconds=0, **options), seconds=0)


def drivers(folder: Path) -> int:
    """How many drivers were started."""
    return len((folder / "mark").read_text().splitlines())


def test_a_client_that_passes_meets_the_same_whatever_their_number(tmp_path: Path) -> None:
    alone = on_trial(1)
    assert drivers(tmp_path) == 1

    assert on_trial(3) == alone
    assert alone.passed
    assert drivers(tmp_path) == 1 + 3


def test_a_client_that_fails_does_so_in_the_same_world_whatever_their_number() -> None:
    one, three = on_trial(1, KEEPS_CANCELLED_BOOKINGS), on_trial(3, KEEPS_CANCELLED_BOOKINGS)

    assert one.codes == ("SYN004",)
    assert report.text(three) == report.text(one)


def test_no_more_are_started_than_there_are_worlds_for(tmp_path: Path) -> None:
    assert on_trial(3, worlds=WORLDS_OF_A_JOB).passed
    assert drivers(tmp_path) == 1


def test_progress_is_told_of_one_world_after_the_other() -> None:
    told: list[tuple[int, int]] = []
    assert on_trial(2, worlds=2 * WORLDS_OF_A_JOB, progress=lambda done, count: told.append((done, count))).passed
    assert told == [(done, 2 * WORLDS_OF_A_JOB) for done in range(1, 2 * WORLDS_OF_A_JOB + 1)]


def test_a_driver_that_dies_fails_the_trial_in_its_own_world_and_the_others_end(tmp_path: Path) -> None:
    verdict = on_trial(3, DIES_IN_ITS_SIXTH_WORLD)

    assert (verdict.worlds, verdict.codes) == (8, ("CRASH",))  # the trial's own process has the first four, and then every third
    assert are_gone(tmp_path)


def test_a_process_that_is_killed_ends_the_trial_and_leaves_no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOX_MOCK_TEST_TRIAL", str(os.getpid()))
    with pytest.raises(RuntimeError, match="a process that judges worlds ended with exit code -9"):
        on_trial(2, KILLS_WHO_COMMANDS_IT_BESIDE_THE_TRIAL)
    assert are_gone(tmp_path)
