"""The unit is one that systemd takes without a word, and gives the service no more than it needs."""

import subprocess
from pathlib import Path

import pytest

from processes import COMMAND
from servers import program

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "systemd" / "inbox-mock.service"
INSTALLED = "/opt/inbox-mock/bin/inbox-mock"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """Return the unit with a command that is there: systemd looks for it."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace(INSTALLED, COMMAND))
    return copy


def analysed(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    analyze = program("systemd-analyze", "systemd")
    return subprocess.run([analyze, *arguments], capture_output=True, text=True, check=False)


def test_systemd_finds_no_fault_in_it(unit: Path) -> None:
    ran = analysed("verify", "--man=no", unit)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_systemd_would_tell_of_a_word_that_it_does_not_know(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("DynamicUser", "DynamicUsers"))

    assert "DynamicUsers" in analysed("verify", "--man=no", unit).stderr


def test_systemd_counts_it_among_the_services_that_are_least_exposed(unit: Path) -> None:
    """From 0 to 10, in tenths: 1.2 with systemd 252; what is left is the network, which it is for."""
    ran = analysed("security", "--offline=true", "--threshold=20", unit)

    assert ran.returncode == 0, ran.stdout


def test_systemd_waits_longer_than_the_server_takes_to_stop() -> None:
    waits = next(line.partition("=")[2] for line in UNIT.read_text().splitlines() if line.startswith("TimeoutStopSec="))

    assert int(waits) > 10
